"""What she takes with her: nothing, a neutral card, or her sheet. She is asked what is safe; nothing is the default.

A card shows a phone number and a code, and no word of what they are for. From abroad she gives the code and a word that
only she knows; then she is called back on a number of her file, and only there anything is told. Source: practice H18.
"""

from typing import Literal

import msgspec

Taken = Literal["kept_here", "card", "sheet"]
Told = Literal["who_holds_what", "appointment", "how_to_withdraw", "how_to_complain", "call_again", "nothing"]

MAX_TRIES = 5
LOCKED_SECONDS = 24 * 3600


class Paper(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What was decided about a paper of hers: asked by whom and when (UTC seconds), alone or not.

    `to`: the country into which she carries it, "" where everything is kept here (H15).
    """

    person_id: str
    taken: Taken
    safe_to_carry: bool
    asked_alone: bool
    at: int
    by: str
    to: str = ""


class Call(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A call from abroad: whether she was called back on a number of her file, and what was told then, in codes."""

    at: int
    by: str
    called_back: bool
    told: tuple[Told, ...]


class Card(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A neutral card. `word_hash` is of her word with `salt` (hex); the word itself is written nowhere.

    `right_at`: when code and word were last given rightly (UTC seconds, 0: never).
    """

    code: str
    person_id: str
    salt: str
    word_hash: str
    made_at: int
    made_by: str
    tries: int = 0
    locked_until: int = 0
    void: bool = False
    calls: tuple[Call, ...] = ()
    right_at: int = 0


def what_she_takes(wanted: Taken, safe_to_carry: bool, asked_alone: bool) -> Taken:
    """What she may take: the sheet only where she herself, asked alone, finds it safe; otherwise at most the card.

    Source: H18, H17.
    """
    if wanted == "sheet" and not (safe_to_carry and asked_alone):
        return "card"
    return wanted


def after_wrong_word(card: Card, now: int) -> Card:
    """The card after one more wrong word: after five it rests for a day."""
    tries = card.tries + 1
    if tries < MAX_TRIES:
        return msgspec.structs.replace(card, tries=tries)
    return msgspec.structs.replace(card, tries=0, locked_until=now + LOCKED_SECONDS)


def may_tell(called_back: bool, told: tuple[Told, ...]) -> bool:
    """Whether something may be told: on the line on which she calls, nothing is; only when she was called back."""
    return called_back or not set(told) - {"call_again", "nothing"}
