"""By which door of the API each kind of letter leaves: it opens a thread, is an act on one, or has a route of its own.

What begins a thread or follows on one is read from the table of kinds, and the description of the API says the same
lists. What stands in none of them only nodes write: control letters, and the stops, which follow from acts.
"""

from typing import Final

from node.protocol.letters.kinds import KINDS, LETTER

# Acts that more follows from than a letter, or whose letter is made from what is stored.
OWN_DOOR: Final = {
    "info.response": "POST /threads/{thread}/information",
    "rectification": "POST /threads/{thread}/corrections",
    "access.response": "POST /threads/{thread}/access",
    "breach.notice": "POST /breaches",
    "complaint.answer": "POST /threads/{thread}/complaint",
    # R02: who is called, the second look and the telephone begin at these doors, so a danger has no other one.
    "safety.alert": "POST /cases/{case}/alerts",
    "safety.medical": "POST /alerts/medical",
    "safety.update": "POST /alerts/{alert}/update",
    "safety.acknowledged": "POST /alerts/{alert}/acknowledge",
    "safety.stand_down": "POST /alerts/{alert}/stand-down",
}
WITHDRAWAL: Final = "consent.withdrawal"  # what she takes back is named in the case; every country is told then
# Letters that follow from what people ask for elsewhere; nobody writes them as an act.
FOLLOWS_FROM: Final = {
    WITHDRAWAL: "POST /cases/{case}/consents/{consent}/withdraw",
    "referral.ended": "POST /threads/{thread}/stop",
    "return.stopped": "POST /threads/{thread}/stop",
    "safety.drill": "POST /on-call/drills",
    "safety.drill_answer": "POST /on-call/drills/{alert}/answer",
    "directory.publish": "PUT /directory",
    "directory.challenge": "POST /directory/{country}/challenges",
}
ASKED_AGAIN: Final = frozenset({"info.request", "ident.support_request"})  # may also follow an answer

OPENING: Final = tuple(
    name for name, row in KINDS.items() if row.opens and row.letter_class == LETTER and name not in OWN_DOOR
)
ACTS: Final = tuple(
    name
    for name, row in KINDS.items()
    if row.letter_class == LETTER
    and not row.stop
    and (not row.opens or name in ASKED_AGAIN)
    and name != WITHDRAWAL
    and name not in OWN_DOOR
)
