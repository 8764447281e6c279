"""Notes of colleagues on a case: what was said on the telephone, what to do on Tuesday; they never leave this country.

Sealed to the office like a name: writing needs its public half alone, reading needs a sign-in that opens names and a
reason, and is logged. A note is never changed; who was wrong writes another. Where one person of the case is erased all
of them go, for nobody can take her out of free words. Source: interface C6; at-rest, office vault; R24, R25.
"""

from typing import Final

import msgspec

from node.errors import BadInput, NotAllowed
from node.protocol.gate.desk import may_open_identity
from node.service.access import may_work_on
from node.service.actor import Actor
from node.service.cases.identity import must_hold
from node.service.context import Node
from node.service.scans.places import SCAN_VERSION, note_place
from node.service.threads.book import Book
from node.store.case_notes import CaseNoteRow
from node.store.work import Reader, Work

TABLE: Final = "case_note"
MAX_CHARACTERS: Final = 2000
SHOWN: Final = 100


class NoteLine(msgspec.Struct, frozen=True):
    """When and by whom a note was written; `text` is null until somebody opens the notes."""

    at: int
    by: str
    text: str | None


async def note_lines(node: Node, actor: Actor, case_id: str) -> list[NoteLine]:
    """The notes of a case, newest first, shut."""

    def read(reader: Reader) -> list[NoteLine]:
        may_work_on(reader, actor, case_id)
        return [NoteLine(row.at, row.by, None) for row in reader.case_notes.of_case(case_id, SHOWN)]

    return await node.store.read(read)


async def write_note(node: Node, actor: Actor, case_id: str, text: str) -> None:
    """Keep a note. Durable before it returns."""
    actor.must_be("caseworker", "coordinator")
    if not text or len(text) > MAX_CHARACTERS:
        raise BadInput(
            f"a note has from 1 to {MAX_CHARACTERS} characters", field="text",
            for_user="Write a note, of at most 2000 characters.",
        )  # fmt: skip

    def write(work: Work) -> None:
        may_work_on(work, actor, case_id)
        case, now, note_id = Book(node, work).case(case_id), node.now(), node.random(16).hex()
        place = note_place(case_id, note_id)
        dek, wrapped = node.seals.new_identity_key(place, case.row.dek, SCAN_VERSION, node.office_public)
        sealed = node.seals.seal(dek, TABLE, place, text.encode())
        work.case_notes.add(CaseNoteRow(note_id, case_id, wrapped, sealed, now, actor.user_id))
        work.audit.append(now, actor.user_id, "note_written", case_id, rule="C6")

    await node.store.write(write)


async def open_notes(node: Node, actor: Actor, case_id: str, reason: str) -> list[NoteLine]:
    """What the notes say, for one of the reasons for names; who and why is on the disk before it is shown (R24)."""
    actor.must_be("caseworker", "coordinator")

    def read(work: Work) -> list[NoteLine]:
        may_work_on(work, actor, case_id)
        refused = may_open_identity(reason, actor.user_id)
        if refused is not None:
            raise NotAllowed(refused.sentence, rule=refused.rule, for_user=f"{refused.sentence}: {refused.next_step}")
        office = must_hold(actor.office)
        found = []
        for row in work.case_notes.of_case(case_id, SHOWN):
            place = note_place(case_id, row.note_id)
            dek = node.seals.identity_key(place, SCAN_VERSION, row.dek, office)
            found.append(NoteLine(row.at, row.by, node.seals.open(dek, TABLE, place, row.sealed).decode()))
        work.audit.append(node.now(), actor.user_id, "notes_opened", case_id, rule="R24", outcome=reason)
        return found

    return await node.store.write(read)
