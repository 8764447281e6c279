"""The schema, as numbered steps. A step that was published is never edited: a change is another step.

`docs/schema.md` shows the result. Source: issue 2, part store; P2.
"""

import sqlite3
from collections.abc import Iterable, Iterator

from sqlite_utils import Database
from sqlite_utils.migrations import Migrations

from node.store.migrations_alike import ALIKE_SQL
from node.store.migrations_case_notes import CASE_NOTES_SQL
from node.store.migrations_channel import GREETED_SQL
from node.store.migrations_consent_talks import CONSENT_TALKS_SQL
from node.store.migrations_deadlines_once import DEADLINES_ONCE_SQL
from node.store.migrations_delivery import DELIVERY_SQL
from node.store.migrations_desk import DESK_SQL
from node.store.migrations_directory import DIRECTORY_SQL
from node.store.migrations_held import HELD_SQL
from node.store.migrations_indexes import INDEXES_SQL
from node.store.migrations_keep import CASE_KEYS_SQL, EVIDENCE_SQL, KEEP_SQL
from node.store.migrations_ladder import LADDER_SQL
from node.store.migrations_letters_of_case import LETTERS_OF_CASE_SQL
from node.store.migrations_lookups import LOOKUPS_SQL
from node.store.migrations_mail import MAIL_SQL
from node.store.migrations_narrowed import NARROWED_SQL
from node.store.migrations_offices_said import OFFICES_SAID_SQL
from node.store.migrations_old_registry import OLD_REGISTRY_SQL
from node.store.migrations_open_deadlines import OPEN_DEADLINES_SQL
from node.store.migrations_own_lists import OWN_LISTS_SQL
from node.store.migrations_safety import SAFETY_SQL
from node.store.migrations_scans import SCANS_SQL
from node.store.migrations_second_look import SECOND_LOOK_SQL
from node.store.migrations_sign_in import SIGN_IN_SQL
from node.store.migrations_texts import TEXTS_SQL
from node.store.migrations_time import TIME_SQL
from node.store.migrations_waiting import WAITING_SQL
from node.store.problems import NewerSchema
from node.store.tables import KEYRING_SQL, NODE_SQL

APPLICATION_ID = 0x54524D31  # "TRM1": the database of a node
KEYRING_ID = 0x54524D4B  # "TRMK": its key file

NODE = Migrations("node")
KEYRING = Migrations("keyring")

# sqlite-utils makes this table itself otherwise, but not a STRICT one.
_BOOK_SQL = """
create table if not exists _sqlite_migrations (
    id integer primary key, migration_set text not null, name text not null, applied_at text not null,
    unique (migration_set, name)
) strict;
"""


@NODE()
def m001_node(db: Database) -> None:
    """Settings, audit, people, sessions, registry archive."""
    _run(db.conn, NODE_SQL)


@NODE()
def m002_delivery(db: Database) -> None:
    """Channels, outbox, ledger, letters, threads, cases, deadlines."""
    _run(db.conn, DELIVERY_SQL)


@NODE()
def m003_closed_gaps(db: Database) -> None:
    """A statement that its sender closed may still arrive, and is then no alarm."""
    _run(db.conn, "alter table channel_gap add column closed_at integer;")


@NODE()
def m004_keep(db: Database) -> None:
    """Dates of erasure, keys to be destroyed, certificates, and what a restored node must remember."""
    _run(db.conn, KEEP_SQL)


@NODE()
def m005_directory(db: Database) -> None:
    """What every country offers, and what was found wrong with it."""
    _run(db.conn, DIRECTORY_SQL)


@NODE()
def m006_ladder(db: Database) -> None:
    """When somebody was reminded of a deadline, and who stands in for whom."""
    _run(db.conn, LADDER_SQL)


@NODE()
def m007_safety(db: Database) -> None:
    """Alarms and their ladders, pages, on call, drills, distrust, contacts off the network."""
    _run(db.conn, SAFETY_SQL)


@NODE()
def m008_greeted(db: Database) -> None:
    """In which channel epoch of ours a peer was greeted."""
    _run(db.conn, GREETED_SQL)


@NODE()
def m009_evidence(db: Database) -> None:
    """What is left of erased letters, by the end of its time."""
    _run(db.conn, EVIDENCE_SQL)


@NODE()
def m010_indexes(db: Database) -> None:
    """Indexes only of what is looked for by them; letters by their id."""
    _run(db.conn, INDEXES_SQL)


@NODE()
def m011_desk(db: Database) -> None:
    """Drafts of the desk."""
    _run(db.conn, DESK_SQL)


@NODE()
def m012_lookups(db: Database) -> None:
    """What is asked again and again is found by an index."""
    _run(db.conn, LOOKUPS_SQL)


@NODE()
def m013_waiting(db: Database) -> None:
    """What waits for one person is found by their cases."""
    _run(db.conn, WAITING_SQL)


@NODE()
def m014_sign_in(db: Database) -> None:
    """Second steps, recovery codes, passkeys, invitations, the code of conduct, locked sign-ins."""
    _run(db.conn, SIGN_IN_SQL)


@NODE()
def m015_texts(db: Database) -> None:
    """Texts that are read before consent, by version."""
    _run(db.conn, TEXTS_SQL)


@NODE()
def m016_time(db: Database) -> None:
    """What time each peer signed last."""
    _run(db.conn, TIME_SQL)


@NODE()
def m017_mail(db: Database) -> None:
    """Who wishes a mail when something new waits."""
    _run(db.conn, MAIL_SQL)


@NODE()
def m018_old_registry(db: Database) -> None:
    """Countries that two people decided to write to on an old registry."""
    _run(db.conn, OLD_REGISTRY_SQL)


@NODE()
def m019_second_look(db: Database) -> None:
    """Both people behind an alert."""
    _run(db.conn, SECOND_LOOK_SQL)


@NODE()
def m020_held(db: Database) -> None:
    """Until when a case is kept although its time would come."""
    _run(db.conn, HELD_SQL)


@NODE()
def m021_scans(db: Database) -> None:
    """Scans of signed papers."""
    _run(db.conn, SCANS_SQL)


@NODE()
def m022_case_notes(db: Database) -> None:
    """Notes of colleagues on a case."""
    _run(db.conn, CASE_NOTES_SQL)


@NODE()
def m023_narrowed(db: Database) -> None:
    """Ways to what goes on with one country, and to the newest matters."""
    _run(db.conn, NARROWED_SQL)


@NODE()
def m024_consent_talks(db: Database) -> None:
    """Who interpreted and who witnessed a consent."""
    _run(db.conn, CONSENT_TALKS_SQL)


@NODE()
def m025_offices_said(db: Database) -> None:
    """All that a country ever said of whose an office key is."""
    _run(db.conn, OFFICES_SAID_SQL)


@NODE()
def m026_open_deadlines(db: Database) -> None:
    """One index of what is expected instead of three."""
    _run(db.conn, OPEN_DEADLINES_SQL)


@NODE()
def m027_letters_of_case(db: Database) -> None:
    """One index of letters less."""
    _run(db.conn, LETTERS_OF_CASE_SQL)


@NODE()
def m028_own_lists(db: Database) -> None:
    """What one person's lists are found by."""
    _run(db.conn, OWN_LISTS_SQL)


@NODE()
def m029_alike(db: Database) -> None:
    """Held letters in the same indexes as all."""
    _run(db.conn, ALIKE_SQL)


@NODE()
def m030_deadlines_once(db: Database) -> None:
    """One index of a deadline by its thread instead of two."""
    _run(db.conn, DEADLINES_ONCE_SQL)


@KEYRING()
def k001_secrets(db: Database) -> None:
    """Sealed secrets with their time to die, and heads of the audit."""
    _run(db.conn, KEYRING_SQL)


@KEYRING()
def k002_case_keys(db: Database) -> None:
    """A key for each case, apart from the database that it opens."""
    _run(db.conn, CASE_KEYS_SQL)


SCHEMA_VERSION = len(NODE._migrations)
KEYRING_VERSION = len(KEYRING._migrations)


def migrate(connection: sqlite3.Connection, steps: Migrations = NODE) -> None:
    """Run the steps that are missing, each in a transaction of its own; NewerSchema if there are steps we do not know.

    A crash leaves whole steps only; the next start goes on from there.
    """
    _run(connection, _BOOK_SQL)
    db = Database(connection)
    must_know((step.name for step in steps.applied(db)), steps)
    if steps.pending(db):
        steps.apply(db)
    # Crash here: the number is behind, and is put right at the next start.
    connection.execute(f"pragma user_version={len(steps._migrations)}")


def must_know(taken: Iterable[str], steps: Migrations = NODE) -> None:
    """NewerSchema where a database took a step that this program does not have."""
    if set(taken) - {step.name for step in steps._migrations}:
        raise NewerSchema("database has schema steps this program does not know; install the newer program")


def statements(sql: str) -> Iterator[str]:
    """The single statements of a script: `executescript` would commit what is under way."""
    waiting = ""
    for line in sql.splitlines(keepends=True):
        waiting += line
        if sqlite3.complete_statement(waiting):
            yield waiting.strip()
            waiting = ""


def _run(connection: sqlite3.Connection, sql: str) -> None:
    for statement in statements(sql):
        connection.execute(statement)
