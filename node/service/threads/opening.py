"""Beginning a thread of any matter: its first letter, with what the case already says of the persons filled in.

One transaction, like every act. A referral has a command of its own because its fields are asked one by one; every
other matter names its opening kind and the body of that kind. Source: architecture, an outgoing referral; wire 7.
"""

from typing import Any, Final, cast

import msgspec

from node.errors import BadInput
from node.protocol.cases.case import CaseThread, Person
from node.protocol.cases.changes import open_thread as note_thread
from node.protocol.gate.facts import purpose_of
from node.protocol.letters.bodies import Body, OfferBody
from node.protocol.letters.codes import ACCESSIBILITY, SAFETY_CODES, Purpose
from node.protocol.letters.kinds import KINDS
from node.protocol.matters import matter_of
from node.protocol.threads import machine
from node.service.access import may_work_on
from node.service.actor import Actor
from node.service.cases.groups import apart_warnings
from node.service.cases.identity import read_identity
from node.service.context import Node
from node.service.decoding import explained
from node.service.directory.warnings import warnings_of
from node.service.threads.book import Book, OpenCase
from node.service.threads.commands import ActDone, OpenReferral, OpenThread
from node.service.threads.decided import Decided, queue_decided
from node.service.threads.doors import OPENING, OWN_DOOR
from node.service.threads.drafting import (
    STATES_CONSENT,
    STATES_NOTHING,
    Stated,
    disclose,
    frame,
    persons_of,
    state_consents,
)
from node.service.threads.files import ThreadFile
from node.service.threads.forms import PROFILE as PROFILE
from node.service.threads.times import retention_until
from node.service.threads.warnings import warnings_about
from node.store.work import Work

BRINGS_HER: Final = frozenset({"referral.offer", "return.request", "transit.request"})
OF_A_REFERRAL: Final = ("needs", "region", "accessibility", "safety_codes", "earliest_date", "reason")


async def open_referral(node: Node, actor: Actor, case_id: str, command: OpenReferral) -> ActDone:
    """Offer a person to a country: a new thread with its first letter. Durable before it returns.

    Raises NotAllowed with the strongest objection of the gate, BadInput for a field, NotFound for the case.
    """
    return await open_thread(node, actor, case_id, of_referral(command))


def of_referral(command: OpenReferral) -> OpenThread:
    """The same as the opening of any thread: its kind, and the body that was asked for one by one."""
    body = {name: getattr(command, name) for name in OF_A_REFERRAL}
    if command.interpreter is not None:
        body["interpreter"] = command.interpreter
    return OpenThread(
        peer=command.peer, kind="referral.offer", body=msgspec.Raw(msgspec.json.encode(body)),
        urgency=command.urgency, persons=command.persons, consents=command.consents, relates_to=command.relates_to,
        undo_s=command.undo_s,
    )  # fmt: skip


async def open_thread(node: Node, actor: Actor, case_id: str, command: OpenThread) -> ActDone:
    """Begin a matter with a country. Durable before it returns; raises as `open_referral`."""
    actor.must_be("caseworker", "coordinator")
    return await node.store.write(lambda work: begin(node, work, actor, case_id, command))


def begin(node: Node, work: Work, actor: Actor, case_id: str, command: OpenThread) -> ActDone:
    """The same inside a transaction of the caller's, for services in which more follows from one decision."""
    now, book = node.now(), Book(node, work)
    # 1. who, about whom, with which letter
    case = _may_begin(book, work, actor, case_id, command)
    persons = persons_of(case, command.persons)
    body = _body(command, persons)
    # 2. a thread, and the consent that it states
    thread_id, letter_id = node.random(16).hex(), node.random(16).hex()
    thread = machine.open_thread(thread_id, command.peer, "opener", matter_of(command.kind).name)
    stated = _stated(book, case, command, thread_id, persons, purpose_of(command.kind, body), now)
    file = ThreadFile(
        thread, persons=stated.persons, opening=letter_id, urgency=command.urgency, retention_until=retention_until(now)
    )
    # 3. names, if they go; opening them is logged
    identity = read_identity(node, work, case, actor.office) if command.disclose else {}
    if command.disclose:
        work.audit.append(now, actor.user_id, "identity_opened", case.id, rule="R24", outcome="give_service")
    disclosed, sealed = disclose(
        node, command.disclose, identity, stated, file, command.peer, letter_id, command.kind, now
    )
    # 4. the case knows its thread, and the gate decides
    ids = tuple(person.person_id for person in persons)
    noted = note_thread(case.case, CaseThread(thread_id, command.peer, now, ids), actor.user_id, now)
    case = book.put_case(case, noted.case, now)
    letter = frame(
        file, command.kind, body, letter_id, stated=stated, urgency=command.urgency, in_reply_to=None,
        relates_to=command.relates_to, disclosed=disclosed, sealed=sealed, now=now,
    )  # fmt: skip
    found = book.new_file(case, file, now)
    done = queue_decided(node, work, Decided(actor, case, found, letter, stated), now, undo_s=command.undo_s)
    # 5. what its writer should know besides
    said = (
        *warnings_of(work, command.peer, body, now),
        *_would_meet(book, case, command),
        *warnings_about(book, found, case.case, body),
    )
    return msgspec.structs.replace(done, warnings=(*done.warnings, *said))


def _may_begin(book: Book, work: Work, actor: Actor, case_id: str, command: OpenThread) -> OpenCase:
    may_work_on(work, actor, case_id)
    if command.kind in OWN_DOOR:
        raise BadInput("this letter has a route of its own", field="kind", expected=OWN_DOOR[command.kind])
    if command.kind not in OPENING:
        raise BadInput("no thread begins with this letter", field="kind", expected=", ".join(OPENING))
    if command.relates_to is not None and work.threads.get(command.peer, command.relates_to) is None:
        # A thread with one country is never named to another (wire 7, R26).
        raise BadInput("no earlier thread with this country has that reference", field="relates_to", rule="R26")
    return book.case(case_id)


def _stated(
    book: Book, case: OpenCase, command: OpenThread, thread_id: str, persons: list[Person], purpose: Purpose | None,
    now: int,
) -> Stated:  # fmt: skip
    if command.kind not in STATES_CONSENT:
        return STATES_NOTHING
    return state_consents(
        book.node, book, case, command.peer, thread_id, persons, {}, command.consents, now, purpose
    )  # fmt: skip


def _would_meet(book: Book, case: OpenCase, command: OpenThread) -> tuple[str, ...]:
    """H33, for the letters that begin her way into a country; a question brings nobody anywhere."""
    return apart_warnings(book, case, command.peer) if command.kind in BRINGS_HER else ()


def _body(command: OpenThread, persons: list[Person]) -> Body:
    kind = KINDS[command.kind]
    if not persons or persons[0].role != "person":
        raise BadInput("the first person must be the one this case is about", field="persons", rule="H26")
    try:
        given = msgspec.json.decode(command.body, type=dict[str, Any])
        whole = _profile(persons, kind.body.__struct_fields__) | given  # type: ignore[union-attr]
        return _listed(cast(Body, msgspec.json.decode(msgspec.json.encode(whole), type=kind.body)))
    except msgspec.ValidationError as error:
        raise explained(error, "body", kind.body) from None


def _listed(body: Body) -> Body:
    """Our own offers use the listed codes: nobody types a name, an address or a status into a list (R03, R06, R29)."""
    for name, listed in (("accessibility", ACCESSIBILITY), ("safety_codes", SAFETY_CODES)):
        if isinstance(body, OfferBody) and not set(getattr(body, name)) <= set(listed):
            raise BadInput("a code is not in the list", field=name, expected=", ".join(listed), rule="R03")
    return body


def _profile(persons: list[Person], fields: tuple[str, ...]) -> dict[str, object]:
    """Those profile fields that this body has, as the case says them (R12: an age is derived, never stated)."""
    her, dependants = persons[0], persons[1:]
    known: dict[str, object] = {name: getattr(her, name) for name in PROFILE if name != "dependants"}
    known["dependants"] = [one.age_band for one in dependants]
    return {name: value for name, value in known.items() if name in fields}
