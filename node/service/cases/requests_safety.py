"""Requests about a person who is gone: what each does is a row in `acts`. Source: practice H29."""

from node.protocol.cases.case import Disappearance
from node.service.cases.change import Change, PersonId


class RecordDisappearance(Change, frozen=True, tag="disappeared"):
    """She is gone; that she left by choice, or is feared taken, needs two people (H29)."""

    person_id: PersonId
    what: Disappearance


class FoundAgain(Change, frozen=True, tag="found_again"):
    """She is there again, or was in touch (H29)."""

    person_id: PersonId


SAFETY_CHANGES = RecordDisappearance | FoundAgain
