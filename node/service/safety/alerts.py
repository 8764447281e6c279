"""Telling another country of a danger: an alert on the thread that knows her, or on one of its own; medical facts.

The hour and the second look start when a person has decided, not when the letter leaves. Where two people are needed
the letter waits sealed for the second, who is called. Source: domain 5.10; R02; practice H06, H20, H35.
"""

import msgspec

from node.errors import BadInput, NotAllowed, NotFound
from node.protocol.cases.case import Person, is_origin_or_feared
from node.protocol.letters.bodies import Body
from node.protocol.letters.bodies_safety import AlertBody, MedicalBody
from node.protocol.letters.codes import Urgency
from node.protocol.letters.codes_safety import MEDICAL_FIELDS
from node.protocol.safety import ALERT
from node.service.access import may_work_on
from node.service.actor import Actor
from node.service.cases.identity import read_identity
from node.service.context import Node
from node.service.safety.alarms import About, closed, raise_alarm
from node.service.safety.placing import Place, place_of, tokens_of
from node.service.safety.reach import reach
from node.service.safety.requests import AlertDone, RaiseAlert, SendMedical, WaitingAlert
from node.service.safety.sealing import Values, seal_values
from node.service.threads.acts import open_for
from node.service.threads.book import Book
from node.service.threads.decided import Decided, queue_decided
from node.service.threads.drafting import STATES_NOTHING, Stated, frame, persons_of
from node.store.work import Reader, Work

SOMEBODY_ELSE = "somebody else"  # stands for the second person while nobody has confirmed
WAITS = "danger_waits_for_second_person"


class Proposal(msgspec.Struct, frozen=True):
    """An alert that waits for a second person, as its alarm keeps it sealed."""

    command: RaiseAlert
    by: str


class _Fine(Exception):
    """Nothing objects: the trial is taken back."""


async def raise_alert(node: Node, actor: Actor, case_id: str, command: RaiseAlert) -> AlertDone:
    """Tell a country of a danger. Durable before it returns; where two people are needed it waits for the second.

    Raises NotAllowed with the strongest objection (R10 above all), BadInput, NotFound.
    """
    actor.must_be("caseworker", "coordinator")

    def send(work: Work) -> AlertDone | None:
        if _needs_second(node, work, actor, case_id, command):
            return None
        return _send(node, work, actor, case_id, command, "")

    done = await node.store.write(send)
    if done is not None:
        return done
    await _would_go(node, actor, case_id, command)
    return await node.store.write(lambda work: _propose(node, work, actor, case_id, command))


async def confirm_alert(node: Node, actor: Actor, pending: str) -> AlertDone:
    """A second person stands behind an alert: it goes now, through the whole gate."""
    actor.must_be("caseworker", "coordinator")

    def confirm(work: Work) -> AlertDone:
        case_id, proposal = _proposal(node, work, actor, pending)
        if proposal.by == actor.user_id:
            raise NotAllowed(
                "this needs two different people and got one", rule="H35",
                for_user="A second person has to confirm this. Ask a colleague to sign in.",
            )  # fmt: skip
        done = _send(node, work, actor, case_id, proposal.command, proposal.by)
        closed(node, work, "second", pending, "confirmed", actor.user_id, node.now())
        return done

    return await node.store.write(confirm)


async def view_waiting(node: Node, actor: Actor, pending: str) -> WaitingAlert:
    """What a second person is asked to stand behind."""
    actor.must_be("caseworker", "coordinator")

    def read(reader: Reader) -> WaitingAlert:
        case_id, proposal = _proposal(node, reader, actor, pending)
        return WaitingAlert(pending=pending, case=case_id, by=proposal.by, command=proposal.command)

    return await node.store.read(read)


async def refuse_alert(node: Node, actor: Actor, pending: str) -> None:
    """The alert does not go; whoever asked for it may take it back as well."""
    actor.must_be("caseworker", "coordinator")

    def refuse(work: Work) -> None:
        _proposal(node, work, actor, pending)
        closed(node, work, "second", pending, "refused", actor.user_id, node.now())

    await node.store.write(refuse)


async def send_medical(node: Node, actor: Actor, command: SendMedical) -> AlertDone:
    """Four facts about somebody who cannot speak, to the country that treats her, on the thread that tells of her."""
    actor.must_be("caseworker", "coordinator")
    return await node.store.write(lambda work: _send_medical(node, work, actor, command))


def _needs_second(node: Node, reader: Reader, actor: Actor, case_id: str, command: RaiseAlert) -> bool:
    may_work_on(reader, actor, case_id)
    case = Book(node, reader).case(case_id)
    persons = persons_of(case, command.persons)
    returns_there = any(plan.country == command.peer for plan in case.case.returns)  # H06: an origin, whatever is noted
    known_origin = any(is_origin_or_feared(one, command.peer) for one in persons)
    return command.about == "another_person" or returns_there or known_origin


async def _would_go(node: Node, actor: Actor, case_id: str, command: RaiseAlert) -> None:
    """The whole decision as if a colleague had confirmed, taken back again: what forbids it is told to the first."""

    def trial(work: Work) -> None:
        _send(node, work, actor, case_id, command, SOMEBODY_ELSE)
        raise _Fine

    try:
        await node.store.write(trial)
    except _Fine:
        return


def _propose(node: Node, work: Work, actor: Actor, case_id: str, command: RaiseAlert) -> AlertDone:
    now, pending = node.now(), node.random(16).hex()
    case = Book(node, work).case(case_id)
    sealed = node.seals.seal(case.dek, "alarm", pending, Proposal(command, actor.user_id))
    about = About(command.peer, None, None, case_id)
    raise_alarm(node, work, "second", pending, WAITS, now, about, by=actor.user_id, sealed=sealed)
    phone = reach(node, work, command.peer, now)
    return AlertDone(thread=None, letter_id=None, pending=pending, phone=phone)


def _proposal(node: Node, work: Reader, actor: Actor, pending: str) -> tuple[str, Proposal]:
    row = work.alarms.get("second", pending)
    if row is None or row.closed_at is not None or row.case_id is None:
        raise NotFound("no alert waits under this number", field="pending")
    may_work_on(work, actor, row.case_id, "pending")
    dek = Book(node, work).dek(row.case_id)
    return row.case_id, node.seals.open_as(Proposal, dek, "alarm", pending, row.sealed)


def _send(node: Node, work: Work, actor: Actor, case_id: str, command: RaiseAlert, second: str) -> AlertDone:
    now, letter_id = node.now(), node.random(16).hex()
    may_work_on(work, actor, case_id)
    case = Book(node, work).case(case_id)
    persons = persons_of(case, command.persons)
    place = place_of(node, work, actor, case, persons, command, letter_id, now)
    values = _values(node, work, actor, place, persons, command)
    body = AlertBody(
        about=command.about,
        who=tuple(place.tokens[person.person_id] for person in persons),
        dangers=command.dangers,
        setting=command.setting,
        region=command.region,
        until=command.until,
        do_not_contact=command.do_not_contact,
        justification=command.justification,
        names_needed=() if command.names_needed is None else (command.names_needed,),
    )
    return _queue(node, work, actor, place, ALERT, body, letter_id, values, command.urgency, command.office, second)


def _send_medical(node: Node, work: Work, actor: Actor, command: SendMedical) -> AlertDone:
    found = open_for(node, work, actor, command.thread)
    case = Book(node, work).case(found.row.case_id)
    tokens = tokens_of(found.file, case.case)
    token = tokens.get(command.person_id)
    if token is None:
        raise BadInput("this person is not part of the thread; choose persons of the thread", field="person_id")
    facts = {name: getattr(command, name) or "" for name in sorted(MEDICAL_FIELDS)}
    body = MedicalBody(who=token, unable=command.unable)
    place = Place(case, found, tokens)
    letter_id = node.random(16).hex()
    values: Values = {token: facts}
    return _queue(
        node, work, actor, place, "safety.medical", body, letter_id, values, "life_threat", command.office, ""
    )


def _queue(
    node: Node, work: Work, actor: Actor, place: Place, kind: str, body: Body, letter_id: str, values: Values,
    urgency: Urgency, office: str | None, second: str,
) -> AlertDone:  # fmt: skip
    now, file, peer = node.now(), place.found.file, place.found.row.peer
    disclosed, sealed = seal_values(node, file, peer, letter_id, kind, values, office, now)
    stated = Stated((), {token: person for person, token in place.tokens.items()})
    letter = frame(
        file, kind, body, letter_id, stated=STATES_NOTHING, urgency=urgency, in_reply_to=None, relates_to=None,
        disclosed=disclosed, sealed=sealed, now=now,
    )  # fmt: skip
    decided = Decided(actor, place.case, place.found, letter, stated, second)
    done = queue_decided(node, work, decided, now)
    return AlertDone(thread=done.thread, letter_id=letter_id, pending=None, phone=reach(node, work, peer, now))


def _values(node: Node, work: Work, actor: Actor, place: Place, persons: list[Person], command: RaiseAlert) -> Values:
    """The safe contact as typed, names from the case where they are needed; the first person is the one to reach."""
    her = place.tokens[persons[0].person_id]
    values: Values = {her: {}}
    if command.safe_contact:
        values[her] |= {"safe_contact": command.safe_contact, "safe_contact_times": command.safe_contact_times or ""}
    if command.names:
        identity = read_identity(node, work, place.case, actor.office)
        work.audit.append(node.now(), actor.user_id, "identity_opened", place.case.id, rule="R24", outcome="keep_safe")
        for one in command.names:
            token = place.tokens.get(one.person_id)
            if token is None:
                raise BadInput("this person is not among those in danger", field="names")
            known = identity.get(one.person_id, {})
            values[token] = values.get(token, {}) | {name: known.get(name, "") for name in one.fields}
    return values
