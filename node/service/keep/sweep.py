"""The sweep that erases what is due, in transactions so short that no letter waits long for one, and its certificate.

It runs only while the clock can be believed (wire 6), honours holds and her own wish, and leaves a signed certificate
without a word about anybody. Source: R25, H34; wire 11.
"""

import asyncio
import hashlib
from collections.abc import Callable
from functools import partial
from typing import Any

import msgspec

from node.crypto.labels import CONTEXT_CERTIFICATE
from node.crypto.suite import VerifyingKey
from node.crypto.text import to_base64url
from node.log import get
from node.protocol.retention import is_needed_now, kept_longer_until
from node.service.actor import Actor
from node.service.context import DAY_S, Node
from node.service.keep.dates import TURN_S, date_changed, end_expired
from node.service.keep.erasing import may_be_erased
from node.service.keep.forget import OLD_KEY_LIFE_S, change_key, destroy_spent, forget_case, forget_key, forget_letter
from node.service.keep.notes import ErasedCase, Swept, note
from node.service.keep.restored import after_restore
from node.service.threads.book import Book
from node.service.threads.erasure import empty_log
from node.store.keep import DueLetter
from node.store.work import Reader, Work

log = get()
LOOKED_AT = 200
TURNS_BEFORE_LOG = 8  # then the log of the database is moved into the file: a long one makes a later commit slow
SOON_S = 30 * DAY_S
SHOWN = 1000
OPEN_SWEEP = "sweep"
NOTHING = hashlib.sha256(b"").hexdigest()


class OpenSweep(msgspec.Struct, frozen=True):
    """What a sweep has done so far; it stands in the database, so that a crash loses no line of the certificate."""

    began_at: int
    cases: int = 0
    payloads: int = 0
    ids: str = NOTHING


class Certificate(msgspec.Struct, frozen=True, kw_only=True):
    """What a sweep erased: counts, a hash over the ids in their order, where the audit stood. No personal data.

    `ids` begins as SHA-256 of nothing; each id is chained as SHA-256(before || id), hex.
    """

    v: int
    country: str
    number: int
    began_at: int
    ended_at: int
    cases: int
    payloads: int
    ids: str
    audit_size: int
    audit_head: str
    key: str


class DueCase(msgspec.Struct, frozen=True):
    """A case that is erased at `at`."""

    case: str
    at: int


class DuePayload(msgspec.Struct, frozen=True):
    """A payload that is erased at `at`."""

    letter: str
    case: str | None
    at: int


class FallsDue(msgspec.Struct, frozen=True, kw_only=True):
    """What is erased until then unless somebody holds it: counts and ids, no content; the soonest first."""

    until: int
    cases: int
    payloads: int
    next_cases: list[DueCase]
    next_payloads: list[DuePayload]


class CertificateView(msgspec.Struct, frozen=True, kw_only=True):
    """A certificate with its signature, base64url; `certificate` are the very bytes that were signed."""

    number: int
    at: int
    certificate: str
    signature: str


async def falls_due(node: Node, actor: Actor) -> FallsDue:
    """What is erased within thirty days: for coordinators and operators, counts and ids only."""
    actor.must_be("coordinator", "operator")
    await end_expired(node)
    await date_changed(node)
    until = node.now() + SOON_S

    def read(reader: Reader) -> FallsDue:
        cases, payloads = reader.dates.falls_due(until, SHOWN)
        many = reader.dates.count_due(until)
        return FallsDue(
            until=until, cases=many[0], payloads=many[1], next_cases=[DueCase(*one) for one in cases],
            next_payloads=[DuePayload(*one) for one in payloads],
        )  # fmt: skip

    return await node.store.read(read)


async def certificates(node: Node, actor: Actor, limit: int = 100, before: int | None = None) -> list[CertificateView]:
    """The certificates of sweeps, newest first."""
    actor.must_be("coordinator", "operator", "auditor")
    rows = await node.store.read(lambda reader: reader.certificates.all(limit, before))
    return [
        msgspec.convert({"number": n, "at": at, **msgspec.json.decode(data)}, CertificateView) for n, at, data in rows
    ]


async def sweep(node: Node) -> Certificate | None:
    """Erase everything whose time has come; its certificate, or None when nothing was due. Safe to repeat."""
    await end_expired(node)
    await date_changed(node)
    turns = 0
    for step in (_letters, _cases, _keys, _evidence):
        while await node.store.write(partial(step, node)):
            turns += 1
            if turns % TURNS_BEFORE_LOG == 0:
                await asyncio.to_thread(node.store.settle_log)
    await destroy_spent(node)
    found = await node.store.write(lambda work: _certified(node, work))
    if found is not None:
        await empty_log(node)
        log.info("retention_swept", count=found.cases + found.payloads)
    return found


def verify_certificate(data: str, signature: bytes, key: VerifyingKey) -> Certificate:
    """The certificate, if this node key signed exactly these bytes; BadSignature otherwise."""
    key.verify(signature, data.encode(), CONTEXT_CERTIFICATE)
    return msgspec.json.decode(data.encode(), type=Certificate)


def _letters(node: Node, work: Work) -> bool:
    """One turn: payloads whose time has come. True while there may be more."""
    due = work.dates.letters_due(node.now(), LOOKED_AT)
    return _turn(node, work, due, lambda one, kept: letter_goes(node, work, one, kept))


def _cases(node: Node, work: Work) -> bool:
    return _turn(node, work, work.dates.cases_due(node.now(), LOOKED_AT), lambda one, _: _case_goes(node, work, one))


def _keys(node: Node, work: Work) -> bool:
    """What is left of cases that go on gets another key; the old one opens old copies until a backup is made."""
    now, began = node.now(), node.clock.monotonic()
    rows = work.dates.key_changes(LOOKED_AT)
    for case_id in rows:
        change_key(node, work, case_id, now, now + OLD_KEY_LIFE_S)
        work.dates.key_changed(case_id)
        if node.clock.monotonic() - began > TURN_S:
            break
    return bool(rows)


def _evidence(node: Node, work: Work) -> bool:
    """S, SIG and R go when the limitation period after the sender's word is over; the ledger row stays (wire 11)."""
    gone = work.dates.end_evidence(node.now() - node.limits.limitation_s, LOOKED_AT)
    if gone:
        work.audit.append(node.now(), "node", "evidence_ended", rule="R25", outcome=str(gone))
    return gone == LOOKED_AT


def _turn(
    node: Node, work: Work, due: list[Any], goes: Callable[[Any, dict[str, int]], tuple[str, int] | None]
) -> bool:
    began, kept, gone = node.clock.monotonic(), dict[str, int](), list[tuple[str, int]]()
    for one in due:
        done = goes(one, kept)
        if done is not None:
            gone.append(done)
        if node.clock.monotonic() - began > TURN_S:
            break
    if gone:
        _count(node, work, gone)
    return bool(due)


def letter_goes(node: Node, work: Work, due: DueLetter, kept: dict[str, int]) -> tuple[str, int] | None:
    """Erase one payload, unless its case is held after all; (id, 0 for a payload)."""
    now = node.now()
    if due.case_id is not None:
        until = kept.get(due.case_id)
        if until is None:
            until = kept[due.case_id] = _kept_until(node, work, due.case_id)
        if until > now:
            work.dates.put_off(due, until)
            return None
    letter = work.letters.get(due.peer, due.direction, due.letter_id)
    assert letter is not None, "it was found in this very transaction"
    forget_letter(work, letter, now)
    if due.case_id is not None:
        work.dates.change_key_of(due.case_id)
    return due.letter_id, 0


def _case_goes(node: Node, work: Work, case_id: str) -> tuple[str, int] | None:
    now = node.now()
    until = _kept_until(node, work, case_id)
    if until > now or not may_be_erased(node, work, case_id, now):
        work.dates.put_case(case_id, max(until, now + DAY_S))
        return None
    forget_key(node, work, forget_case(work, case_id, now))
    note(node, work, ErasedCase(at=now, case=case_id))
    work.dates.key_changed(case_id)
    work.audit.append(now, "node", "case_erased", case_id, rule="R25", outcome=node.seals.cover("retention"))
    return case_id, 1


def _kept_until(node: Node, work: Work, case_id: str) -> int:
    """Until when nothing of a case is erased. Looked at again after a day: one that is needed now for somebody on the
    way or in danger (H07, R32), and a restored one that nobody has answered for, which may be held (H08).
    """
    row = work.cases.get(case_id)
    if row is None or row.dek is None:
        return 0
    case = Book(node, work).case(case_id).case
    needed = is_needed_now(case) or work.alarms.are_open_in(case_id)
    waits = needed or after_restore(work, case_id, None) == "unanswered"
    return max(kept_longer_until(case.retention), node.now() + DAY_S if waits else 0)


def _count(node: Node, work: Work, gone: list[tuple[str, int]]) -> None:
    was = _open_sweep(node, work)
    ids = was.ids
    for name, _ in gone:
        ids = hashlib.sha256(bytes.fromhex(ids) + bytes.fromhex(name)).hexdigest()
    cases = sum(kind for _, kind in gone)
    now = msgspec.structs.replace(was, cases=was.cases + cases, payloads=was.payloads + len(gone) - cases, ids=ids)
    work.meta.put(OPEN_SWEEP, msgspec.json.encode(now))
    note(node, work, Swept(at=node.now()))
    work.audit.append(node.now(), "node", "retention_erased", rule="R25", outcome=str(len(gone)))


def _open_sweep(node: Node, work: Work) -> OpenSweep:
    data = work.meta.get(OPEN_SWEEP)
    return msgspec.json.decode(data, type=OpenSweep) if isinstance(data, bytes) else OpenSweep(node.now())


def _certified(node: Node, work: Work) -> Certificate | None:
    if work.meta.get(OPEN_SWEEP) is None:
        return None
    done, (size, head) = _open_sweep(node, work), work.audit.head()
    certificate = Certificate(
        v=1, country=node.country, number=work.certificates.next_number(), began_at=done.began_at, ended_at=node.now(),
        cases=done.cases, payloads=done.payloads, ids=done.ids, audit_size=size, audit_head=head.hex(),
        key=node.keys.message.key_id.hex(),
    )  # fmt: skip
    data = msgspec.json.encode(certificate)
    signature = to_base64url(node.keys.message.sign(data, CONTEXT_CERTIFICATE))
    kept = msgspec.json.encode({"certificate": data.decode(), "signature": signature})
    work.certificates.add(certificate.number, certificate.ended_at, kept)
    work.meta.drop(OPEN_SWEEP)
    work.audit.append(node.now(), "node", "certificate_made", str(certificate.number), rule="R25")
    return certificate
