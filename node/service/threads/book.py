"""The case book: cases, consents, threads and letters, opened from their seals inside one transaction.

Every use case reads and writes through this, so that nothing is stored unsealed by mistake.
"""

import msgspec

from node.crypto.vault import Dek
from node.errors import NotFound
from node.protocol.cases.case import Case
from node.protocol.consent.record import ConsentRecord
from node.service.context import Node
from node.service.keep.noting import note_protection
from node.service.threads.files import ThreadFile, is_over
from node.store.cases import CaseRow, ConsentRow
from node.store.letters import LetterRow
from node.store.threads import ThreadRow
from node.store.work import Reader, Work


class OpenCase(msgspec.Struct, frozen=True):
    """A case with its control key, for as long as a transaction lasts."""

    row: CaseRow
    dek: Dek
    case: Case

    @property
    def id(self) -> str:
        """The case's local id."""
        return self.row.case_id


class OpenFile(msgspec.Struct, frozen=True):
    """A thread's file with its row and the control key of its case."""

    row: ThreadRow
    dek: Dek
    file: ThreadFile


class Book:
    """Opens and seals what one transaction touches. `reader` may be a Work; only then may anything be put."""

    def __init__(self, node: Node, reader: Reader | Work) -> None:
        self.node = node
        self.reader = reader

    def case(self, case_id: str) -> OpenCase:
        """The case; raises NotFound, or Erased after an erasure."""
        row = self.reader.cases.get(case_id)
        if row is None:
            raise NotFound(
                "no such case here; check the reference", field="case", expected="the id of a case of this node"
            )
        return self.open_case(row)

    def open_case(self, row: CaseRow) -> OpenCase:
        """The case behind its row; raises Erased after an erasure."""
        dek = self.node.seals.case_key(row.case_id, row.dek)
        return OpenCase(row, dek, self.node.seals.open_as(Case, dek, "case_file", row.case_id, row.sealed))

    def dek(self, case_id: str) -> Dek:
        """The control key of a case; raises NotFound or Erased."""
        row = self.reader.cases.get(case_id)
        if row is None:
            raise NotFound("no such case here; check the reference", field="case")
        return self.node.seals.case_key(case_id, row.dek)

    def new_case(self, case: Case, owner: str | None, now: int) -> OpenCase:
        """Store a new case under a fresh control key."""
        dek, wrapped = self.node.seals.new_case_key(case.case_id)
        sealed = self.node.seals.seal(dek, "case_file", case.case_id, case)
        note_protection(self.node, self._work, None, case, now)
        row = CaseRow(case.case_id, wrapped, sealed, now, now, owner, None)
        self._work.cases.put(row)
        return OpenCase(row, dek, case)

    def put_case(self, was: OpenCase, case: Case, now: int) -> OpenCase:
        """Store a changed case."""
        sealed = self.node.seals.seal(was.dek, "case_file", was.id, case)
        note_protection(self.node, self._work, was.case, case, now)
        row = CaseRow(was.id, was.row.dek, sealed, was.row.created_at, now, was.row.owner, was.row.erased_at)
        self._work.cases.put(row)
        return OpenCase(row, was.dek, case)

    def consents(self, case: OpenCase) -> list[ConsentRecord]:
        """The consent records of a case, oldest first."""
        return [
            self.node.seals.open_as(ConsentRecord, case.dek, "consent", row.consent_id, row.sealed)
            for row in self.reader.cases.consents(case.id)
            if row.sealed is not None
        ]

    def put_consent(self, case: OpenCase, record: ConsentRecord, now: int) -> None:
        """Store a new or changed consent record."""
        sealed = self.node.seals.seal(case.dek, "consent", record.consent_id, record)
        self._work.cases.put_consent(ConsentRow(record.consent_id, case.id, sealed, now))

    def file(self, peer: str, thread_id: str) -> "OpenFile | None":
        """A thread's file, or None when there is no such thread or nothing of it is left."""
        row = self.reader.threads.get(peer, thread_id)
        return None if row is None or row.sealed is None else self.open_file(row)

    def open_file(self, row: ThreadRow) -> "OpenFile":
        """The file behind a thread's row."""
        dek = self.dek(row.case_id)
        return OpenFile(row, dek, self.node.seals.open_as(ThreadFile, dek, "thread", row.thread_id, row.sealed))

    def file_and_case(self, row: ThreadRow, case_row: CaseRow | None = None) -> "tuple[OpenFile, OpenCase]":
        """The file behind a thread's row and the case it belongs to; raises Erased after an erasure.

        `case_row` is the row of that case, where the caller has just read it.
        """
        case = self.case(row.case_id) if case_row is None else self.open_case(case_row)
        file = self.node.seals.open_as(ThreadFile, case.dek, "thread", row.thread_id, row.sealed)
        return OpenFile(row, case.dek, file), case

    def new_file(self, case: OpenCase, file: ThreadFile, now: int) -> "OpenFile":
        """Store a new thread of a case."""
        row = ThreadRow(file.thread.peer, file.thread.thread_id, case.id, None, now, now, None)
        return self.put_file(OpenFile(row, case.dek, file), file, now)

    def put_file(self, was: "OpenFile", file: ThreadFile, now: int) -> "OpenFile":
        """Store a thread's new state."""
        sealed = self.node.seals.seal(was.dek, "thread", was.row.thread_id, file)
        ended = now if is_over(file, now) else None
        row = ThreadRow(was.row.peer, was.row.thread_id, was.row.case_id, sealed, was.row.started_at, now, ended)
        self._work.threads.put(row)
        return OpenFile(row, was.dek, file)

    def payload(self, row: LetterRow) -> bytes:
        """The payload of a committed letter; raises Erased where nothing is left."""
        if row.case_id is None:
            return self.node.seals.open_alone("letter", row.letter_id, row.sealed)
        return self.node.seals.open(self.dek(row.case_id), "letter", row.letter_id, row.sealed)

    def seal_payload(self, dek: Dek | None, letter_id: str, payload: bytes) -> bytes:
        """A payload for the letter table, under the case's key, or without a case under one of its own."""
        if dek is None:
            return self.node.seals.seal_alone("letter", letter_id, payload)
        return self.node.seals.seal(dek, "letter", letter_id, payload)

    @property
    def _work(self) -> Work:
        assert isinstance(self.reader, Work), "only a Work may write"
        return self.reader
