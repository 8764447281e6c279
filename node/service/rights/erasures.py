"""What follows from an erasure that was confirmed, beside the erasing: restricted and kept letters, who else is told.

`restricted`: stored, and opened only by a coordinator; so is what came under a consent that she took back whole, from
that moment until it is erased or confirmed as kept. `kept`: on a ground until a time, at which a person is asked to
erase it. The countries to which it went on from here are told at once, and named to whoever asked (R28).
Source: R20, R28; GDPR 17(3), 18, 19; domain 5.9.
"""

import msgspec

from node.errors import BadInput, NotAllowed
from node.protocol.cases.case import Case
from node.protocol.gate.facts import ActorRole, duty_of
from node.protocol.letters.bodies import ErasureConfirmBody, ErasureRequestBody, ToErase
from node.protocol.letters.codes import LEVELS
from node.protocol.letters.decode import AnyLetter
from node.protocol.retention import is_held
from node.protocol.rules import Objection
from node.protocol.safety import is_safety
from node.protocol.threads import machine
from node.protocol.threads.thread import entry_named, entry_of, withdrawals
from node.service.actor import Actor
from node.service.context import Node
from node.service.delivery.queueing import draft_of, queue_letter
from node.service.rights.onward import onward_countries, onward_files
from node.service.threads.book import Book, OpenFile
from node.service.threads.drafting import STATES_NOTHING, frame
from node.service.threads.files import KeptHere, ThreadFile
from node.service.threads.times import times_of
from node.store.work import Work

KEPT = "kept"


def must_name_onward(node: Node, work: Work, found: OpenFile, body: ErasureConfirmBody) -> None:
    """R28: a confirmation names every country that had it from us; BadInput says which are missing."""
    missing = set(onward_countries(node, work, found)) - set(body.onward)
    if missing:
        raise BadInput(
            "countries that had it from here are not named", field="onward", expected=", ".join(sorted(missing)),
            rule="R28",
        )  # fmt: skip


def refuse_while_held(case: Case, body: ErasureConfirmBody, now: int) -> None:
    """R25: nothing of a case under a legal hold is erased, by whomever it is asked; what is kept is told with its
    ground and its end (GDPR 17(3)). NotAllowed where the confirmation says that something is erased.
    """
    if is_held(case.retention, now) and any(item.result == "erased" for item in body.items):
        raise NotAllowed(
            "a legal hold is on this case; tell what is kept, on which ground and until when", rule="R25",
            for_user="A legal hold is on this case. Say that the letters are kept, and until when.",
        )  # fmt: skip


def note_kept(node: Node, work: Work, found: OpenFile, letter: AnyLetter, now: int) -> OpenFile:
    """Remember what an `erasure.confirm` of ours did not erase, and when that has to be looked at again."""
    body = letter.body
    assert isinstance(body, ErasureConfirmBody)
    told = {item.letter_id: item for item in body.items}
    kept = [one for one in found.file.kept if one.letter_id not in told]
    for item in body.items:
        ground = item.kept[0] if item.kept else None
        if item.result == "erased":
            work.deadlines.meet(found.row.peer, found.row.thread_id, item.letter_id, KEPT)
            continue
        kept.append(
            KeptHere(
                item.letter_id, item.levels, item.result, ground.legal_ground if ground else None,
                ground.until if ground else None,
            )
        )  # fmt: skip
        if ground is not None:
            work.deadlines.start(found.row.peer, found.row.thread_id, item.letter_id, KEPT, ground.until)
    return Book(node, work).put_file(found, msgspec.structs.replace(found.file, kept=tuple(kept)), now)


def tell_onward(node: Node, work: Work, found: OpenFile, actor: Actor, now: int) -> int:
    """Ask every country that had it from us to erase what we sent it; returns how many are asked. Source: GDPR 19."""
    files = [one for one in onward_files(node, work, found) if not _asked_before(one)]
    return sum(_ask_to_erase(node, work, one, actor, now) for one in files)


def may_open_kept(file: ThreadFile, letter_id: str, role: ActorRole) -> Objection | None:
    """Why this letter is not opened: what is restricted is stored, and read by a coordinator only (GDPR 18).

    Her withdrawal restricts at once, and needs nobody's decision; what an erasure confirmed since then counts (R20).
    """
    if role == "coordinator":
        return None
    result = next((one.result for one in file.kept if one.letter_id == letter_id), None)
    if result == "restricted":
        return Objection("R20", "this letter is restricted since she asked to erase it", "ask a coordinator", "hold")
    if result is None and _came_under_what_she_took_back(file, letter_id):
        return Objection(
            "R20", "this letter is restricted since she took her consent back", "ask a coordinator", "hold"
        )
    return None


def refuse_restricted(file: ThreadFile, letter_id: str, role: ActorRole) -> None:
    """Raise NotAllowed where `may_open_kept` objects."""
    objection = may_open_kept(file, letter_id, role)
    if objection is not None:
        raise NotAllowed(
            objection.sentence, rule=objection.rule, for_user=f"{objection.sentence}: {objection.next_step}"
        )


def _came_under_what_she_took_back(file: ThreadFile, letter_id: str) -> bool:
    """R20: whether the other side told us this on a consent of which nothing is left: everybody's, or one it names.

    Danger is read by whoever has to act, whatever became of consent (H02).
    """
    thread = file.thread
    entry = entry_named(thread, letter_id)
    if entry is None or entry.side == thread.side or is_safety(entry.kind):
        return False
    told = [one for one in withdrawals(thread) if one.side != thread.side or entry.side == "opener"]
    gone = {one.token for one in told} - {one.token for one in file.entries}
    rests = duty_of(entry.kind).rests_on_consent or entry.facts.sealed
    return bool(gone) and rests and (not file.entries or any(item.person in gone for item in entry.facts.items))


def _asked_before(found: OpenFile) -> bool:
    thread = found.file.thread
    return any(e.kind == "erasure.request" and e.side == thread.side for e in (*thread.entries, *thread.queued))


def _ask_to_erase(node: Node, work: Work, found: OpenFile, actor: Actor, now: int) -> int:
    """One request for each person, over every letter of ours there; 0 where nothing may be asked any more."""
    if not any(one.allowed for one in machine.allowed(found.file.thread, now) if one.kind == "erasure.request"):
        return 0
    thread = found.file.thread
    ours = [e.letter_id for e in thread.entries if e.side == thread.side and e.n and e.status != "refused"]
    items = tuple(ToErase(letter_id=one, levels=LEVELS) for one in ours)
    for token in found.file.persons:
        found = _queue_request(node, work, found, ErasureRequestBody(token=token, items=items), actor, now)
    return 1


def _queue_request(
    node: Node, work: Work, found: OpenFile, body: ErasureRequestBody, actor: Actor, now: int
) -> OpenFile:
    peer = found.row.peer
    letter = frame(
        found.file, "erasure.request", body, node.random(16).hex(), stated=STATES_NOTHING, urgency="routine",
        in_reply_to=None, relates_to=None, disclosed=(), sealed=None, now=now,
    )  # fmt: skip
    times = times_of(node, peer, letter, found.file, now)
    letter = msgspec.structs.replace(letter, lawful_basis="legal_obligation", **times)
    outcome = machine.queue(found.file.thread, entry_of(letter), now)
    found = Book(node, work).put_file(found, msgspec.structs.replace(found.file, thread=outcome.thread), now)
    queued = draft_of(letter, actor.user_id, actor.role, {})
    queue_letter(node, work, found.dek, found.row.case_id, peer, letter, queued, now, now)
    work.audit.append(now, actor.user_id, "queued", letter.letter_id, rule="R28")
    return found
