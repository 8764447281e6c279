"""Scans of signed papers with a consent: attached, opened with a reason, taken away, gone with the person.

What is kept was taken apart and written anew (`clean.py`) and is sealed to the office, like a name: attaching needs its
public half alone, opening needs somebody who holds its key. A scan never travels. Source: issue 4, part 7; interface
C5; at-rest, office vault; R24, R25.
"""

import asyncio
from typing import Final, get_args

import msgspec

from node.errors import NotAllowed, NotFound
from node.protocol.gate.desk import may_open_identity
from node.protocol.retention import is_held
from node.service.access import may_work_on
from node.service.actor import Actor
from node.service.cases.identity import must_hold
from node.service.context import Node
from node.service.keep.forget import OLD_KEY_LIFE_S, change_key
from node.service.scans.clean import ScanKind, cleaned
from node.service.scans.places import SCAN_VERSION, scan_place
from node.service.scans.refused import enough
from node.service.threads.book import Book, OpenCase
from node.store.scans import ScanLine, ScanRow
from node.store.work import Reader, Work

TABLE: Final = "scan"
MOST: Final = 10  # for one consent


class ScanFile(msgspec.Struct, frozen=True):
    """What somebody opened: its kind, and the bytes as we wrote them."""

    kind: ScanKind
    content: bytes


async def scans_of(node: Node, actor: Actor, case_id: str, consent_id: str) -> list[ScanLine]:
    """When and by whom each scan of a consent was attached; what is in one stays shut."""

    def read(reader: Reader) -> list[ScanLine]:
        _consent(node, reader, actor, case_id, consent_id)
        return reader.scans.of_consent(case_id, consent_id)

    return await node.store.read(read)


async def attach_scan(node: Node, actor: Actor, case_id: str, consent_id: str, data: bytes) -> str:
    """Keep a scan with a consent; its id. BadInput says why a file is not kept. Durable before it returns."""
    actor.must_be("caseworker", "coordinator")
    await scans_of(node, actor, case_id, consent_id)  # a stranger's file is not even looked at
    kind, content = await asyncio.to_thread(cleaned, data)
    return await node.store.write(lambda work: _attach(node, work, actor, case_id, consent_id, kind, content))


async def open_scan(
    node: Node, actor: Actor, case_id: str, consent_id: str, scan_id: str, reason: str
) -> ScanFile:  # fmt: skip
    """What is in a scan, for one of the reasons for names; who and why is on the disk before it is shown (R24)."""
    actor.must_be("caseworker", "coordinator")

    def read(work: Work) -> ScanFile:
        row = _scan(node, work, actor, case_id, consent_id, scan_id)
        refused = may_open_identity(reason, actor.user_id)
        if refused is not None:
            raise NotAllowed(refused.sentence, rule=refused.rule, for_user=f"{refused.sentence}: {refused.next_step}")
        place = scan_place(case_id, consent_id, scan_id)
        dek = node.seals.identity_key(place, SCAN_VERSION, row.dek, must_hold(actor.office))
        kind, _, content = node.seals.open(dek, TABLE, place, row.sealed).partition(b"\0")
        work.audit.append(node.now(), actor.user_id, "scan_opened", case_id, rule="R24", outcome=reason)
        return ScanFile(next(one for one in get_args(ScanKind) if one.encode() == kind), content)

    return await node.store.write(read)


async def remove_scan(node: Node, actor: Actor, case_id: str, consent_id: str, scan_id: str) -> None:
    """The wrong paper was scanned: it goes, and older copies of the database open it no more once their key is gone."""
    actor.must_be("caseworker", "coordinator")

    def remove(work: Work) -> None:
        _scan(node, work, actor, case_id, consent_id, scan_id)
        now = node.now()
        if is_held(Book(node, work).case(case_id).case.retention, now):
            raise NotAllowed(
                "a legal hold is on this case; the scan stays until it ends", rule="R25",
                for_user="A legal hold is on this case. Attach the right paper beside the wrong one.",
            )  # fmt: skip
        work.scans.forget(scan_id)
        change_key(node, work, case_id, now, now + OLD_KEY_LIFE_S)
        work.audit.append(now, actor.user_id, "scan_removed", case_id, rule="R25")

    await node.store.write(remove)


def _attach(
    node: Node, work: Work, actor: Actor, case_id: str, consent_id: str, kind: ScanKind, content: bytes
) -> str:  # fmt: skip
    case = _consent(node, work, actor, case_id, consent_id)
    if len(work.scans.of_consent(case_id, consent_id)) >= MOST:
        raise enough()
    now, scan_id = node.now(), node.random(16).hex()
    place = scan_place(case_id, consent_id, scan_id)
    dek, wrapped = node.seals.new_identity_key(place, case.row.dek, SCAN_VERSION, node.office_public)
    sealed = node.seals.seal(dek, TABLE, place, kind.encode() + b"\0" + content)
    work.scans.add(ScanRow(scan_id, case_id, consent_id, wrapped, sealed, now, actor.user_id))
    work.audit.append(now, actor.user_id, "scan_attached", case_id, rule="R22")
    return scan_id


def _consent(node: Node, reader: Reader, actor: Actor, case_id: str, consent_id: str) -> OpenCase:
    may_work_on(reader, actor, case_id)
    case = Book(node, reader).case(case_id)
    row = reader.cases.consent(consent_id)
    if row is None or row.case_id != case_id or row.sealed is None:
        raise NotFound("no such consent in this case; check the reference", field="consent")
    return case


def _scan(node: Node, reader: Reader, actor: Actor, case_id: str, consent_id: str, scan_id: str) -> ScanRow:
    _consent(node, reader, actor, case_id, consent_id)
    row = reader.scans.get(case_id, consent_id, scan_id)
    if row is None:
        raise NotFound("no such scan with this consent; load the page again", field="scan")
    return row
