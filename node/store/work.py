"""What a piece of work may touch: one connection, and the repositories on it.

A new repository is one line in `Reader`.
"""

import sqlite3
from collections.abc import Callable
from typing import Any, Generic, TypeVar, overload

import msgspec

from node.store.alarms import Alarms, Pages
from node.store.archive import Archive
from node.store.audit import Audit
from node.store.case_notes import CaseNotes
from node.store.cases import Cases
from node.store.channels import Channels
from node.store.consent_talks import ConsentTalks
from node.store.credentials import Credentials
from node.store.directory import Directory
from node.store.distrust import Concerns, Distrusts, OffNetwork
from node.store.drafts import Drafts
from node.store.invitations import Invitations
from node.store.keep import Certificates, Dates, SealedRows, Spent
from node.store.known_offices import KnownOffices
from node.store.ledger import Ledger
from node.store.letters import Letters
from node.store.mail_wishes import MailWishes
from node.store.meta import Meta
from node.store.narrowed import Narrowed
from node.store.old_registry import OldSends
from node.store.on_call import OnCall
from node.store.outbox import Outbox
from node.store.peers import Peers
from node.store.people import People
from node.store.restored import Restored
from node.store.scans import Scans
from node.store.sessions import Sessions
from node.store.tasks import Tasks
from node.store.texts import Texts
from node.store.threads import Deadlines, Threads
from node.store.veil import NO_VEIL, Veil
from node.store.waiting import Waiting

R = TypeVar("R")


class Repository(Generic[R]):
    """A repository, made when it is first asked for."""

    def __init__(self, make: Callable[[sqlite3.Connection], R]) -> None:
        self._make = make
        self._name = ""

    def __set_name__(self, owner: type, name: str) -> None:
        self._name = name

    @overload
    def __get__(self, reader: None, owner: type) -> "Repository[R]": ...

    @overload
    def __get__(self, reader: "Reader", owner: type) -> R: ...

    def __get__(self, reader: "Reader | None", owner: type) -> "R | Repository[R]":
        if reader is None:
            return self
        made = self._made(reader)
        reader.__dict__[self._name] = made  # found there from now on, without coming here again
        return made

    def _made(self, reader: "Reader") -> R:
        return self._make(reader.connection)


class Veiled(Repository[R]):
    """One whose codes are covered in the file."""

    def __init__(self, make: Callable[[sqlite3.Connection, Veil], R]) -> None:
        self._veiled = make
        self._name = ""

    def _made(self, reader: "Reader") -> R:
        return self._veiled(reader.connection, reader.veil)


class Reader:
    """One consistent view of the database; a write through it fails."""

    alarms = Veiled(Alarms)
    archive = Repository(Archive)
    audit = Repository(Audit)
    case_notes = Repository(CaseNotes)
    consent_talks = Repository(ConsentTalks)
    cases = Repository(Cases)
    certificates = Repository(Certificates)
    channels = Repository(Channels)
    dates = Repository(Dates)
    concerns = Repository(Concerns)
    credentials = Repository(Credentials)
    deadlines = Veiled(Deadlines)
    directory = Repository(Directory)
    distrusts = Repository(Distrusts)
    drafts = Repository(Drafts)
    invitations = Repository(Invitations)
    known_offices = Repository(KnownOffices)
    ledger = Repository(Ledger)
    letters = Repository(Letters)
    mail_wishes = Repository(MailWishes)
    meta = Repository(Meta)
    narrowed = Veiled(Narrowed)
    off_network = Repository(OffNetwork)
    old_sends = Repository(OldSends)
    on_call = Repository(OnCall)
    outbox = Repository(Outbox)
    pages = Repository(Pages)
    peers = Repository(Peers)
    people = Repository(People)
    restored = Repository(Restored)
    scans = Repository(Scans)
    sealed_rows = Repository(SealedRows)
    sessions = Repository(Sessions)
    spent = Repository(Spent)
    tasks = Veiled(Tasks)
    texts = Repository(Texts)
    threads = Repository(Threads)
    waiting = Veiled(Waiting)

    def __init__(self, connection: sqlite3.Connection, veil: Veil = NO_VEIL) -> None:
        self.connection = connection
        self.veil = veil


class Last(msgspec.Struct, frozen=True):
    """Something for the end of a transaction that others may join; `then` hears of it in any case.

    `then` is called on the thread of who asked, with what `run` gave and the number of its commit, or with (None, 0)
    when it failed or never came to the disk.
    """

    run: Callable[["Work"], Any]
    then: Callable[[Any, int], None]


class Work(Reader):
    """One transaction: all of it happens, or nothing. Never commit or roll back by hand."""

    def __init__(
        self,
        connection: sqlite3.Connection,
        callbacks: list[Callable[[], None]],
        lasts: dict[str, Last] | None = None,
        noted: list[bytes] | None = None,
        veil: Veil = NO_VEIL,
        heralds: list[Callable[[], object]] | None = None,
        always: list[Callable[[], None]] | None = None,
    ) -> None:
        super().__init__(connection, veil)
        self._always = [] if always is None else always
        self._callbacks = callbacks
        self._heralds = [] if heralds is None else heralds
        self._lasts = {} if lasts is None else lasts
        self._noted = [] if noted is None else noted

    def note(self, entry: bytes) -> None:
        """Have this in the journal, on the disk, before the transaction is committed; neither, where that fails."""
        self._noted.append(entry)

    def at_commit(self, herald: Callable[[], object]) -> None:
        """Call this on the writing thread as the commit begins, which may still fail: for what is made ready beside it,
        nothing more.
        """
        self._heralds.append(herald)

    def after_commit(self, callback: Callable[[], None]) -> None:
        """Call this on the caller's thread once everything is on the disk; never if it did not get there.

        For waking somebody up, nothing more: a crash in between loses the call.
        """
        self._callbacks.append(callback)

    def in_any_case(self, callback: Callable[[], None]) -> None:
        """Call this on the caller's thread once this is over, whether it is on the disk, failed or was undone.

        For forgetting what was kept in memory for this transaction only.
        """
        self._always.append(callback)

    def at_end(self, name: str, last: Last) -> None:
        """Do this once when nothing else waits to be written, whoever asks for `name`: at best in this transaction.

        It may come to a later one, and not at all if the process ends before: what it does must be found again. It
        changes nothing but the database, so that it may be run once more.
        """
        self._lasts.setdefault(name, last)
