"""Persons of a case and of a letter as a page calls them: never by a name, never by a token."""

from typing import TYPE_CHECKING

from node.service.cases.requests import CaseView

if TYPE_CHECKING:
    from node.web.language import Speech
    from node.web.visit import Visit


def persons_of(v: "Visit", case: CaseView) -> list[tuple[str, str]]:
    """Each person of a case: the local id, and what a page calls her."""
    called = called_of(v.speech, [one.person_id for one in case.persons])
    return [(one.person_id, called[one.person_id]) for one in case.persons]


def called_of(speech: "Speech", ids: list[str]) -> dict[str, str]:
    """Ids or tokens in their order, with what a page calls them: the first is the person herself."""
    return {one: _called(speech, place) for place, one in enumerate(ids)}


def _called(speech: "Speech", place: int) -> str:
    return speech.say("The person herself") if place == 0 else speech.say("Dependant %(n)s", n=place)
