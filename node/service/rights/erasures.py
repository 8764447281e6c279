"""What follows from an erasure that was confirmed, beside the erasing: restricted and kept letters, who else is told.

`restricted`: stored, and opened only by a coordinator. `kept`: on a ground until a time, at which a person is asked to
erase it. The countries to which it went on from here are told at once, and named to whoever asked (R28).
Source: R20, R28; GDPR 17(3), 18, 19; domain 5.9.
"""

import msgspec

from node.errors import BadInput, NotAllowed
from node.protocol.gate.facts import ActorRole
from node.protocol.letters.bodies import ErasureConfirmBody, ErasureRequestBody, ToErase
from node.protocol.letters.codes import LEVELS
from node.protocol.letters.decode import AnyLetter
from node.protocol.rules import Objection
from node.protocol.threads import machine
from node.protocol.threads.thread import entry_of
from node.service.actor import Actor
from node.service.context import Node
from node.service.delivery.queueing import draft_of, queue_letter
from node.service.rights.onward import onward_countries, onward_files
from node.service.threads.book import Book, OpenFile
from node.service.threads.drafting import Stated, frame
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


def note_kept(node: Node, work: Work, found: OpenFile, letter: AnyLetter, now: int) -> OpenFile:
    """Remember what an `erasure.confirm` of ours did not erase, and when that has to be looked at again."""
    body = letter.body
    assert isinstance(body, ErasureConfirmBody)
    told = {item.letter_id: item for item in body.items}
    kept = [one for one in found.file.kept if one.letter_id not in told]
    for item in body.items:
        ground = item.kept[0] if item.kept else None
        if item.result == "erased":
            work.deadlines.meet(item.letter_id, KEPT)
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
    """Why this letter is not opened: what is restricted is stored, and read by a coordinator only (GDPR 18)."""
    restricted = any(one.letter_id == letter_id and one.result == "restricted" for one in file.kept)
    if not restricted or role == "coordinator":
        return None
    return Objection("R20", "this letter is restricted since she asked to erase it", "ask a coordinator", "hold")


def refuse_restricted(file: ThreadFile, letter_id: str, role: ActorRole) -> None:
    """Raise NotAllowed where `may_open_kept` objects."""
    objection = may_open_kept(file, letter_id, role)
    if objection is not None:
        raise NotAllowed(
            objection.sentence, rule=objection.rule, for_user=f"{objection.sentence}: {objection.next_step}"
        )


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
        found.file, "erasure.request", body, node.random(16).hex(), stated=Stated((), {}), urgency="routine",
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
