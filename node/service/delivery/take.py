"""Rows 13 and 14: a letter of a thread arrives, is judged by the tables, and everything that follows is stored with it.

Refused only for what both sides exchanged. Whatever our own case, person or consent decide is a hold on the desk,
never an answer. Source: wire 3 rows 13-14, 7.
"""

import msgspec

from node.crypto.statement import unpack_statement
from node.crypto.vault import Dek
from node.protocol.cases.case import CHILD_BANDS, Case, CaseThread, Person
from node.protocol.cases.changes import open_thread as note_thread
from node.protocol.danger_told import tells_of_danger
from node.protocol.gate.desk import holds
from node.protocol.gate.facts import ThreadFacts
from node.protocol.gate.shown import receiver
from node.protocol.gate.shown_safety import to_civil_society
from node.protocol.letters.bodies_safety import AlertBody
from node.protocol.letters.codes import NOT_IN_THIS_STATE, REASON_NAMES, AgeBand
from node.protocol.letters.control import RefusedBody
from node.protocol.letters.decode import AnyControl, AnyLetter, decode_again
from node.protocol.letters.frame import Letter, is_stop
from node.protocol.letters.kinds import KINDS
from node.protocol.retention import LONGEST_WORD_S, bounded
from node.protocol.rules import Objection
from node.protocol.safety import IN_DANGER, is_safety
from node.protocol.threads import receiving
from node.protocol.threads.outcome import Verdict
from node.protocol.threads.thread import Entry, Shared, Thread, after_stop, entry_of
from node.service.context import Node
from node.service.delivery.control import take_control
from node.service.delivery.queueing import queue_control
from node.service.delivery.recipients import own_offices
from node.service.delivery.standing import Effect, effect_of
from node.service.keep.forget import spend_own_key
from node.service.returns.told import she_is_told_of
from node.service.returns.watch import follow, is_followed
from node.service.rights.complaints import case_of_complaint
from node.service.safety.alarms import About, raise_alarm
from node.service.safety.arrivals import DANGER
from node.service.threads.book import Book, OpenCase, OpenFile
from node.service.threads.effects import apply_effects
from node.service.threads.ending import watch_what_it_is_about
from node.service.threads.expectations import CONFIRM, OPENED, settle
from node.service.threads.files import ThreadFile, exchanged, stating, with_incoming
from node.service.threads.keeping import decode_kept
from node.store.letters import LetterRow
from node.store.work import Work

NO_STANDING = "no_standing"


class Arrival(msgspec.Struct, frozen=True):
    """Where a letter came from, and the evidence for it: sender, eid, statement, signature and salt."""

    sender: str
    eid: bytes | None
    s_bytes: bytes | None
    sig: bytes | None
    salt: bytes | None


def take_letter(
    node: Node, work: Work, one: Arrival, letter: AnyLetter, payload: bytes, effect: Effect, now: int
) -> int:
    """Store a letter and let it count; 0 when it was stored, else the reason of the refusal.

    All in one transaction, the audit line with it (R36).
    """
    peer = one.sender
    if effect == "held":
        _store(node, work, one, letter, payload, None, None, NO_STANDING)
        work.tasks.add("letter_without_standing", now, peer=peer, letter_id=letter.letter_id)
        return 0
    book = Book(node, work)
    known = work.threads.get(peer, letter.thread)
    if known is not None and known.sealed is None:
        return _after_erasure(node, work, one, letter, payload, now)
    found = None if known is None else book.open_file(known)
    verdict = _verdict(node, work, found, letter, peer, now)
    if verdict.thread is None:  # refused and nothing known of the thread: the ledger and the audit remember it
        return _refused(work, letter, verdict.reason, now)
    begins = found is None
    found = found or _begun(node, work, book, letter, verdict.thread, now)
    file = msgspec.structs.replace(found.file, thread=verdict.thread)
    if verdict.status == "refused":
        book.put_file(found, file, now)
        _tell_late(node, work, peer, verdict, now)
        work.tasks.add("incoming_refused", now, case_id=found.row.case_id, peer=peer, thread_id=letter.thread,
                       letter_id=letter.letter_id)  # fmt: skip
        return _refused(work, letter, verdict.reason, now)
    if verdict.effect == "applied":
        file = with_incoming(file, letter)
    found = book.put_file(found, file, now)
    _store(node, work, one, letter, payload, found.row.case_id, found.dek, _desk_hold(book, found, letter, peer, now))
    settle(work, peer, letter.thread, verdict.started, verdict.stopped)
    _answered(work, peer, letter)
    _tell_late(node, work, peer, verdict, now)
    she_is_told_of(node, work, found, letter, now)
    if verdict.effect == "applied":
        apply_effects(node, work, found, letter, now)
    for letter_id in verdict.applied:
        _apply_waiting(node, work, book, peer, letter_id, now)
    if is_followed(found.file.thread):
        follow(node, work, peer, letter.thread, now)
    if begins and letter.relates_to is not None:
        watch_what_it_is_about(work, found, letter.letter_id, now)
    work.audit.append(now, "node", "letter_stored", letter.letter_id, outcome=verdict.effect)
    return 0


def _refused(work: Work, letter: AnyLetter, reason: int, now: int) -> int:
    """R36: every refusal has a line of its own, with its rule, also where nothing else of the thread is kept."""
    rule = REASON_NAMES.get(reason, "")
    work.audit.append(now, "node", "letter_refused", letter.letter_id, rule=rule, outcome="refused")
    return reason


def _after_erasure(node: Node, work: Work, one: Arrival, letter: AnyLetter, payload: bytes, now: int) -> int:
    """All we know of this thread is that it was over and erased: answered like one that has ended, and not kept.

    A danger is kept and calls people all the same, an alert or not: what they need stands in the letter (H02, H19).
    """
    peer = one.sender
    if letter.kind in IN_DANGER or tells_of_danger(letter.body):
        if objection := _shown(node, letter, ThreadFacts()):
            return _refused(work, letter, objection.reason, now)
        _store(node, work, one, letter, payload, None, None, None)
        raise_alarm(node, work, "call", letter.letter_id, DANGER, now, About(peer, None, letter.letter_id))
        return 0
    if not is_stop(letter) and not after_stop(letter.kind):
        return _refused(work, letter, NOT_IN_THIS_STATE, now)
    work.tasks.add("letter_after_erasure", now, peer=peer, thread_id=letter.thread, letter_id=letter.letter_id)
    return 0


def hold_control(node: Node, work: Work, one: Arrival, control: AnyControl, payload: bytes, now: int) -> None:
    """Keep a control letter of a sender without standing until it has standing, or our own bound is over (R25)."""
    sealed = Book(node, work).seal_payload(None, control.letter_id, payload)
    work.letters.put(
        LetterRow(one.sender, "in", control.letter_id, None, None, one.eid, sealed, now, None, now + LONGEST_WORD_S,
                  NO_STANDING, one.s_bytes, one.sig, one.salt, None)
    )  # fmt: skip


def _verdict(node: Node, work: Work, found: OpenFile | None, letter: AnyLetter, peer: str, now: int) -> Verdict:
    facts = ThreadFacts() if found is None else exchanged(found.file)
    book = Book(node, work)

    def content(entry: Entry, known: Shared) -> int:
        nonlocal facts
        judged = letter if entry.letter_id == letter.letter_id else _kept(book, peer, entry.letter_id)
        objection = None if judged is None else _shown(node, judged, _as_known(facts, known))
        if objection is None and judged is not None:
            facts = stating(facts, judged)  # those that waited for this one know it
        return 0 if objection is None else objection.reason

    return receiving.receive(
        None if found is None else found.file.thread, entry_of(letter), thread_id=letter.thread, peer=peer, now=now,
        max_life_s=node.limits.max_life_s, content=content,
    )  # fmt: skip


def _shown(node: Node, letter: AnyLetter, known: ThreadFacts) -> Objection | None:
    """Row 13 on the content: what the letter and the thread show, and to whom of ours it is sealed (H35)."""
    return receiver(letter, known) or to_civil_society(letter, own_offices(node))


def _as_known(facts: ThreadFacts, known: Shared) -> ThreadFacts:
    """The facts as the writer of a letter knew them."""
    return msgspec.structs.replace(
        facts, accepted=known.accepted, data_needed=known.data_needed, organisation=known.organisation or None,
        changed_at=known.changed_at, opened_at=known.opened_at, organisation_type=known.organisation_type,
        way=known.way,
    )  # fmt: skip


def _kept(book: Book, peer: str, letter_id: str) -> AnyLetter | None:
    row = book.reader.letters.get(peer, "in", letter_id)
    return None if row is None or row.sealed is None else decode_kept(book.payload(row))


def _begun(node: Node, work: Work, book: Book, letter: AnyLetter, thread: Thread, now: int) -> OpenFile:
    """A thread we did not know gets a case of its own; the first intake question is still open there (H05).

    A complaint belongs to the case it is about.
    """
    known = case_of_complaint(work, letter, thread.peer)
    if known is None:
        case = book.new_case(_intake(node, letter, thread, now), None, now)
    else:
        case = _with_thread(book, book.case(known), thread, now)
    if KINDS[letter.kind].opens and not is_safety(letter.kind):  # a danger makes an alarm instead
        work.tasks.add(f"new_{thread.matter}", now, case_id=case.id, peer=thread.peer, thread_id=letter.thread,
                       letter_id=letter.letter_id)  # fmt: skip
    return book.new_file(
        case,
        ThreadFile(thread, persons=_named(letter, case.case), opening=letter.letter_id, urgency=letter.urgency,
                   first_ends=letter.thread_ends, retention_until=letter.retention_until),
        now,
    )  # fmt: skip


def _named(letter: AnyLetter, case: Case) -> dict[str, str]:
    """Whom the tokens of an alert mean here: the persons that its case begins with."""
    who = letter.body.who if isinstance(letter.body, AlertBody) else ()
    return dict(zip(who, (person.person_id for person in case.persons), strict=False))


def _with_thread(book: Book, case: OpenCase, thread: Thread, now: int) -> OpenCase:
    """The case knows one more thread, about all its persons: their blocks hold there too."""
    ids = tuple(person.person_id for person in case.case.persons)
    noted = note_thread(case.case, CaseThread(thread.thread_id, thread.peer, now, ids), "node", now)
    return book.put_case(case, noted.case, now)


def _intake(node: Node, letter: AnyLetter, thread: Thread, now: int) -> Case:
    band: AgeBand | None = getattr(letter.body, "age_band", None)
    bands = [] if band is None else [band, *getattr(letter.body, "dependants", ())]
    # An alert says no age: whoever may be a child is treated as one until two people have settled it (R12).
    unknown = isinstance(letter.body, AlertBody)
    # Whom the other country treats as a child is one here too, whatever her band says.
    doubted = band not in CHILD_BANDS and getattr(letter.body, "treated_as_child", False)
    bands = ["16-17" for _ in letter.body.who] if isinstance(letter.body, AlertBody) else bands
    persons = tuple(
        Person(
            person_id=node.random(8).hex(),
            role="dependant" if place else "person",
            age_band=band,
            age_in_doubt=unknown or (doubted and not place),
        )
        for place, band in enumerate(bands)
    )
    ids = tuple(person.person_id for person in persons)
    return Case(
        case_id=node.random(16).hex(), trafficking_status="possible", persons=persons,
        threads=(CaseThread(thread=letter.thread, country=thread.peer, opened_at=now, persons=ids),),
    )  # fmt: skip


def _desk_hold(book: Book, found: OpenFile, letter: AnyLetter, peer: str, now: int) -> str | None:
    case: OpenCase = book.case(found.row.case_id)
    distrusted = peer in book.node.distrusted.countries
    found_held = holds(letter, case.case, peer, now, distrusted, found.file.once)
    objections = [one for one in found_held if one.rule != "H05"]
    code = "" if not objections else "waits" if objections[0].discreet else objections[0].rule
    covered = book.node.seals.cover(code)  # sealed for every letter, so that holding one takes no longer (attack 57)
    return covered if objections else None


def _store(
    node: Node,
    work: Work,
    one: Arrival,
    letter: AnyLetter,
    payload: bytes,
    case_id: str | None,
    dek: Dek | None,
    held: str | None,
) -> None:
    """Kept until the sender's word is over, or our own bound from this receipt (R25)."""
    sealed, now = Book(node, work).seal_payload(dek, letter.letter_id, payload), node.now()
    work.letters.put(
        LetterRow(one.sender, "in", letter.letter_id, letter.thread, case_id, one.eid, sealed, now, None,
                  bounded(letter.retention_until, now), held, one.s_bytes, one.sig, one.salt, None)
    )  # fmt: skip
    if case_id is not None:
        node.on_named(case_id)


def _answered(work: Work, peer: str, letter: AnyLetter) -> None:
    """An answer was surely preceded by an opening; a stop ends every timer of its thread."""
    if letter.in_reply_to is not None:
        work.deadlines.meet(peer, letter.thread, letter.in_reply_to, OPENED)
        if letter.kind == "access.response":  # what an erasure's answer settles is judged item by item: `effects`
            work.deadlines.meet(peer, letter.thread, letter.in_reply_to, CONFIRM)


def _tell_late(node: Node, work: Work, peer: str, verdict: Verdict, now: int) -> None:
    for letter_id, reason in verdict.late_refusals:
        queue_control(node, work, peer, "letter.refused", RefusedBody(letter_id=letter_id, reason=reason), now)


def _apply_waiting(node: Node, work: Work, book: Book, peer: str, letter_id: str, now: int) -> None:
    """A letter that was stored before has its turn now."""
    letter = _kept(book, peer, letter_id)
    if letter is None:
        return
    found = book.file(peer, letter.thread)
    if found is not None and not is_stop(letter):
        found = book.put_file(found, with_incoming(found.file, letter), now)
        apply_effects(node, work, found, letter, now)


def take_held(node: Node, work: Work, peer: str, now: int) -> int:
    """Let letters count that were held because their sender had no standing, now that it has; returns how many."""
    country = node.view.country(peer)
    if country is None or country.status_at(now) != "active":
        return 0
    rows = [row for row in work.letters.all_held(peer) if row.held_code == NO_STANDING and row.sealed is not None]
    return sum(take_vouched(node, work, row, Arrival(row.peer, row.eid, row.s, row.sig, row.salt), now) for row in rows)


def take_vouched(node: Node, work: Work, row: LetterRow, by: Arrival, now: int) -> int:
    """Let one held letter count if what it came by, now or again under another key, has effect; 1 if it counts.

    The country may be heard again and not this key: one that was revoked meanwhile stays without effect.
    """
    payload = Book(node, work).payload(row)
    letter = decode_again(payload)
    assert by.s_bytes is not None, "what is held was whole when it came"
    statement = unpack_statement(by.s_bytes)
    effect = effect_of(node, statement, now, letter.kind)
    if effect == "held" or (effect != "full" and not isinstance(letter, Letter)):
        return 0
    spend_own_key(work, row, now)
    work.letters.drop(row.peer, row.letter_id)
    if not isinstance(letter, Letter):
        take_control(node, work, row.peer, letter, statement, now)
        return 1
    reason = take_letter(node, work, by, letter, payload, effect, now)
    if reason:
        queue_control(node, work, row.peer, "letter.refused", RefusedBody(letter_id=row.letter_id, reason=reason), now)
    return 0 if reason else 1
