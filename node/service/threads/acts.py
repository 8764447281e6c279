"""What people do on a thread, whatever its matter: answer, disclose, stop. Each is one transaction; delivery is later.

`decided` asks the gate and the tables, and stores all that follows. `opening` begins a thread. Source: architecture,
an outgoing referral; domain 5.6-5.10.
"""

from collections.abc import Sequence
from typing import Final, cast

import msgspec
from msgspec.structs import replace

from node.errors import BadInput, NotAllowed, NotFound
from node.protocol.gate.facts import MAY_DISCLOSE, ActorRole, purpose_of
from node.protocol.letters.bodies import Body, DeclineBody, ErasureConfirmBody
from node.protocol.letters.kinds import KINDS
from node.protocol.threads import machine
from node.protocol.threads.arrival import on_the_way
from node.service.access import is_theirs_now
from node.service.actor import Actor
from node.service.cases.identity import read_identity
from node.service.context import Node
from node.service.decoding import explained
from node.service.rights.erasures import must_name_onward, note_kept, refuse_while_held, tell_onward
from node.service.threads.book import Book, OpenCase, OpenFile
from node.service.threads.commands import Act, ActDone
from node.service.threads.decided import Decided, queue_decided
from node.service.threads.done_here import done_here
from node.service.threads.doors import ACTS, FOLLOWS_FROM, OWN_DOOR
from node.service.threads.drafting import (
    STATES_CONSENT,
    STATES_NOTHING,
    Stated,
    disclose,
    frame,
    persons_of,
    state_consents,
)
from node.service.threads.ending import end_contact, refuse_if_heard, told_of_with
from node.service.threads.erasure import empty_log, erase_confirmed
from node.service.threads.files import ThreadFile
from node.service.threads.stops import is_ending, queue_stop
from node.service.threads.taking_back import NOT_ASKED, never_asked, without_the_needless
from node.service.threads.warnings import warnings_about
from node.store.cases import CaseRow
from node.store.threads import ThreadRow
from node.store.work import Reader, Work

PEOPLE: Final[tuple[ActorRole, ...]] = ("caseworker", "coordinator", "machine")


async def act(node: Node, actor: Actor, thread_id: str, command: Act) -> ActDone:
    """Do one act on a thread. Durable before it returns; the letter leaves when it is released.

    Raises NotAllowed (tables or gate), BadInput, NotFound.
    """
    actor.must_be(*PEOPLE)
    erases = command.kind == "erasure.confirm"  # it destroys keys as well, which stand elsewhere: never twice
    done = await node.store.write(lambda work: _act(node, work, actor, thread_id, command), again=not erases)
    if erases:
        await empty_log(node)
    return done


def act_inside(node: Node, work: Work, actor: Actor, thread_id: str, command: Act) -> ActDone:
    """The same inside a transaction of the caller's."""
    actor.must_be(*PEOPLE)
    return _act(node, work, actor, thread_id, command)


async def stop_thread(node: Node, actor: Actor, thread_id: str) -> ActDone:
    """End a thread with the one stop letter, and with it what else tells that country of her; no reason is asked or
    sent (H01). NotAllowed while she is on the way by another thread: that one has to be halted then.
    """
    actor.must_be("caseworker", "coordinator")

    def stop(work: Work) -> ActDone:
        found, now = open_for(node, work, actor, thread_id), node.now()
        case = Book(node, work).case(found.row.case_id)
        _nobody_on_the_way(told_of_with(node, work, case, {thread_id}), thread_id)
        refuse_if_heard(work, found, now)
        queue_stop(node, work, found, actor.user_id, "H01", now)
        end_contact(node, work, case, (found,), actor.user_id, "H01", now)
        return _ended_here(node, work, found, now)

    return await node.store.write(stop)


def _ended_here(node: Node, work: Work, found: OpenFile, now: int) -> ActDone:
    after = _again(node, work, found)
    return ActDone(thread=found.row.thread_id, letter_id=None, state=machine.local_state(after.file.thread, now))


def _nobody_on_the_way(files: Sequence[OpenFile], thread_id: str) -> None:
    others = [one.file.thread for one in files if one.row.thread_id != thread_id]
    if any(on_the_way(thread) and not is_ending(thread) for thread in others):
        raise NotAllowed(
            "she is on the way by another thread, which a stop would end too", rule="H02",
            for_user="She is on the way. Halt her journey itself if it must end; else wait until she has arrived.",
        )  # fmt: skip


def open_for(node: Node, work: Reader, actor: Actor, thread_id: str) -> OpenFile:
    """The thread's file, if this person may work on its case; NotFound otherwise, as for an unknown one."""
    return Book(node, work).open_file(row_for(work, actor, thread_id))


def row_for(work: Reader, actor: Actor, thread_id: str) -> ThreadRow:
    """The thread's row, under the same condition."""
    return _rows_for(work, actor, thread_id)[0]


def _rows_for(work: Reader, actor: Actor, thread_id: str) -> tuple[ThreadRow, CaseRow]:
    found = work.threads.with_case(thread_id)
    if found is None or not is_theirs_now(work, found[1], actor):
        raise NotFound("no such thread here; check the reference", field="thread")
    return found


def _act(node: Node, work: Work, actor: Actor, thread_id: str, command: Act) -> ActDone:
    now = node.now()
    found, case = Book(node, work).file_and_case(*_rows_for(work, actor, thread_id))
    body = _body_of(command)
    if never_asked(node, work, actor, found, command.kind, now):
        return msgspec.structs.replace(_ended_here(node, work, found, now), warnings=(NOT_ASKED,))
    found = without_the_needless(node, work, found, command.kind, now)
    found = _with_local_reason(found, command, body)
    if isinstance(body, ErasureConfirmBody):
        must_name_onward(node, work, found, body)
        refuse_while_held(case.case, body, now)
    decided = _drafted(node, work, actor, found, case, command, body, now)
    if command.kind == "erasure.confirm":
        return _erased_and_told(node, work, decided, now)
    done = queue_decided(node, work, decided, now, undo_s=command.undo_s)
    said = warnings_about(Book(node, work), found, case.case, body)
    return msgspec.structs.replace(done, warnings=(*done.warnings, *said))


def _drafted(
    node: Node, work: Work, actor: Actor, found: OpenFile, case: OpenCase, command: Act, body: Body, now: int
) -> Decided:
    """The letter of this act, with the consents that it states."""
    file, letter_id = found.file, node.random(16).hex()
    stated = _stated(node, work, found, case, command, body, now)
    identity = _opened_identity(node, work, actor, case, now) if _must_disclose(command) else {}
    disclosed, sealed = disclose(
        node, command.disclose, identity, stated, file, found.row.peer, letter_id, command.kind, now
    )
    letter = frame(
        file,
        command.kind,
        body,
        letter_id,
        stated=stated,
        urgency=command.urgency or file.urgency,
        in_reply_to=command.in_reply_to or _answers(file, command.kind),
        relates_to=None,
        disclosed=disclosed,
        sealed=sealed,
        now=now,
    )
    return Decided(actor, case, found, letter, stated)


def _stated(node: Node, work: Work, found: OpenFile, case: OpenCase, command: Act, body: Body, now: int) -> Stated:
    """What her side states of her consents, where an act of this kind rests on them."""
    file, thread = found.file, found.row
    if file.thread.side != "opener" or command.kind not in STATES_CONSENT:
        return STATES_NOTHING
    persons = persons_of(case, tuple(dict.fromkeys(file.persons.values())))
    purpose, book = purpose_of(command.kind, body), Book(node, work)
    return state_consents(
        node, book, case, thread.peer, thread.thread_id, persons, file.persons, command.consents, now, purpose
    )


def _must_disclose(command: Act) -> bool:
    """Whether fields about her go with this act; BadInput where an act of this kind carries none."""
    if command.disclose and command.kind not in MAY_DISCLOSE:
        raise BadInput(
            "this act carries no fields about her", field="disclose", expected=" or ".join(sorted(MAY_DISCLOSE))
        )
    return bool(command.disclose)


def _opened_identity(node: Node, work: Work, actor: Actor, case: OpenCase, now: int) -> dict[str, dict[str, str]]:
    """Her names, opened for the letter and noted (R24)."""
    identity = read_identity(node, work, case, actor.office)
    work.audit.append(now, actor.user_id, "identity_opened", case.id, rule="R24", outcome="give_service")
    return identity


def _erased_and_told(node: Node, work: Work, decided: Decided, now: int) -> ActDone:
    """Erase what the confirmation names, whether or not the letter that says so may leave."""
    actor, found, letter = decided.actor, decided.found, decided.letter
    try:
        done = queue_decided(node, work, decided, now)
    except NotAllowed as refused:  # it raises before anything is written
        done = done_here(node, work, found, actor, letter.in_reply_to, refused, now)
    erase_confirmed(node, work, found, letter, actor, now)
    note_kept(node, work, _again(node, work, found), letter, now)
    tell_onward(node, work, found, actor, now)
    return done


def _with_local_reason(found: OpenFile, command: Act, body: Body) -> OpenFile:
    """What we may not say abroad is kept in the thread's sealed file, and goes into no letter and no journal."""
    if command.local_reason is None:
        return found
    if not isinstance(body, DeclineBody) or body.reason != "conflict_of_interest":
        raise BadInput("this reason stays here", field="local_reason", expected="a decline for conflict_of_interest")
    return replace(found, file=msgspec.structs.replace(found.file, local_reason=command.local_reason))


def _body_of(command: Act) -> Body:
    if (door := OWN_DOOR.get(command.kind) or FOLLOWS_FROM.get(command.kind)) is not None:
        raise BadInput("this act has a route of its own", field="kind", expected=door)
    if command.kind not in ACTS:
        raise BadInput("no such act; use one that the thread lists", field="kind", expected="an act of this thread")
    try:
        return cast(Body, msgspec.json.decode(command.body, type=KINDS[command.kind].body))
    except msgspec.ValidationError as error:
        raise explained(error, "body", KINDS[command.kind].body) from None


def _answers(file: ThreadFile, kind: str) -> str | None:
    """The letter this act answers: the newest one that awaits this kind from our side."""
    owed = [
        one.letter_id for one in file.thread.shared.awaited if one.owed_by == file.thread.side and kind in one.kinds
    ]
    return owed[-1] if owed else None


def _again(node: Node, work: Work, found: OpenFile) -> OpenFile:
    row = work.threads.get(found.row.peer, found.row.thread_id)
    assert row is not None
    return Book(node, work).open_file(row)
