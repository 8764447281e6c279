"""Questions between two invented countries: XD asks, XA answers."""

from typing import Any

import msgspec

from node.protocol.cases.case import Person
from node.protocol.cases.life_events import LifeRecords, Nationality
from node.service.information import answers
from node.service.information.answers import AnyAnswer
from node.service.threads import opening
from node.service.threads.book import Book
from node.service.threads.commands import ActDone, FieldsOf, OpenThread
from tests.attack.forged_posts import payload_of
from tests.world import HER, World

FACTS = {HER: {"given_name": "Zoryana", "family_name": "Invented", "birth_date": "1994-05-06", "nationality": "XA"}}
PURPOSES = ("enquiry", "referral", "identity_verification", "family_tracing", "proceedings_status")
LOOK = Nationality(
    looked_on="2026-10-01", stateless="no", lawyer_independent=True, asylum_advised=True, by=("ana", "ben")
)
ASKABLE = Person(
    person_id=HER,
    role="person",
    age_band="25-34",
    gender="woman",
    languages=("uk",),
    life=LifeRecords(nationality=LOOK),
)
BODY = {
    "purpose": "prior_identification_as_victim", "why": "right_to_assistance", "topics": [], "counsel_heard": True,
    "consular": False,
}  # fmt: skip


async def case_of_hers(world: World, code: str = "XD", to: str = "XA", **consent: Any) -> str:
    """A case whose person was advised, with names and a consent for every purpose towards `to`."""
    country = world[code]
    case = await country.new_case(persons=(ASKABLE,))
    await country.write_identity(case, FACTS)  # type: ignore[arg-type]
    given = {"purposes": PURPOSES, "categories": ("identity", "nationality", "documents", "needs"), **consent}
    await country.consent(case, to, **given)
    return case


async def ask(world: World, case: str, *fields: str, urgency: str = "routine", **body: Any) -> ActDone:
    """XD asks XA about her; by default whether she was identified as a victim there."""
    command = OpenThread(
        peer="XA", kind="info.request", body=msgspec.Raw(msgspec.json.encode({**BODY, **body})),
        urgency=urgency,  # type: ignore[arg-type]
        disclose=(FieldsOf(person_id=HER, fields=fields or ("given_name", "family_name", "birth_date")),),
    )  # fmt: skip
    return await opening.open_thread(world["XD"].node, world["XD"].caseworker, case, command)


async def answer(world: World, thread: str, command: AnyAnswer) -> ActDone:
    """XA's caseworker answers."""
    return await answers.answer(world["XA"].node, world["XA"].caseworker, thread, command)


def sent_by(world: World, sender: str, to: str, start: int = 0) -> list[dict[str, Any]]:
    """What one country's envelopes to another held, in the order of posting."""
    return [
        payload_of(world, one, to)
        for who, recipient, envelopes in world.posted[start:]
        if (who, recipient) == (sender, to)
        for one in envelopes
    ]


def file_of(world: World, code: str, thread: str) -> Any:
    """The thread's file at one country."""
    node = world[code].node

    def find(reader: Any) -> Any:
        return Book(node, reader).open_file(reader.threads.find(thread)).file

    return node.store.read_sync(find)
