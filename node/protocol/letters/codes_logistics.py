"""The closed lists of who interprets, who goes with her, and what it costs.

None holds a word for a police officer (R19) or for her as the one who pays; a leg is a part of any journey, so that it
tells no place (R29). Source: practice.md, acts to add, H17; lists that it leaves open are closed here.
"""

from typing import Final, Literal, get_args

GenderWanted = Literal["woman", "man", "no_preference"]
Payer = Literal["opener", "responder", "shared", "civil_society", "intergovernmental"]  # of the thread's two sides

# --- interpreter ---
InterpreterMode = Literal["on_site", "by_phone", "by_video", "in_writing"]
InterpreterOf = Literal[  # the last three can be said, so that whoever proposes one reads why not (H17)
    "state_service", "civil_society", "intergovernmental", "agency", "family", "embassy", "employer"
]

# --- escort ---
EscortRole = Literal["social_worker", "nurse", "doctor", "guardian", "cultural_mediator", "peer"]
Leg = Literal["departure", "crossing", "transit", "arrival", "reception"]  # in the order of a journey
HandOver = Literal["none", "signed_by_both_and_her"]  # no other hand-over exists

# --- costs ---
CostItem = Literal[
    "transport", "overnight", "meals", "interpreter", "escort", "medical", "document", "child_care", "phone"
]

LEGS: Final[tuple[Leg, ...]] = get_args(Leg)
ESCORT_ROLES: Final[tuple[EscortRole, ...]] = get_args(EscortRole)
NOT_INDEPENDENT: Final[frozenset[str]] = frozenset({"family", "embassy", "employer"})  # H17
