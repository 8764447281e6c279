"""The directory as it lies here: one entry for each country, whom ours was sent to, and challenges in both directions.

Nothing here is about a person, so nothing is sealed. What an entry says is opaque to this layer.
"""

import sqlite3
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class EntryRow:
    """A country's entry in force; `received_at` is when this serial first came (UTC seconds)."""

    country: str
    serial: int
    body: bytes
    sha256: bytes
    received_at: int


@dataclass(frozen=True, slots=True)
class SentRow:
    """The newest entry of ours that was queued for a peer."""

    peer: str
    serial: int
    letter_id: str
    at: int


@dataclass(frozen=True, slots=True)
class ChallengeRow:
    """What `peer` said to `country` about a service of its entry (empty: the whole of it); `direction` is in or out."""

    direction: str
    country: str
    peer: str
    service: str
    serial: int
    why: str
    at: int
    answered_at: int | None


_ENTRY = "country, serial, body, sha256, received_at"
_CHALLENGE = "direction, country, peer, service, serial, why, at, answered_at"


class Directory:
    """Entries and challenges."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._c = connection

    def get(self, country: str) -> EntryRow | None:
        """One country's entry."""
        row = self._c.execute(f"select {_ENTRY} from directory_entry where country=?", (country,)).fetchone()
        return EntryRow(*row) if row else None

    def all(self) -> list[EntryRow]:
        """Every entry, by country."""
        return [EntryRow(*row) for row in self._c.execute(f"select {_ENTRY} from directory_entry order by country")]

    def state(self) -> tuple[tuple[str, int], ...]:
        """(country, serial) of every entry: when it changes, what was made from the entries is made anew."""
        return tuple(self._c.execute("select country, serial from directory_entry order by country").fetchall())

    def put(self, row: EntryRow) -> bool:
        """Keep an entry whose serial is higher than the one before; True when it is in force now."""
        done = self._c.execute(
            f"insert into directory_entry ({_ENTRY}) values (?,?,?,?,?) on conflict (country) do update set"
            " serial=excluded.serial, body=excluded.body, sha256=excluded.sha256, received_at=excluded.received_at"
            " where excluded.serial > serial",
            (row.country, row.serial, row.body, row.sha256, row.received_at),
        )
        return done.rowcount == 1

    def sent(self, peer: str) -> SentRow | None:
        """What this peer was sent of our entry."""
        row = self._c.execute("select peer, serial, letter_id, at from directory_sent where peer=?", (peer,)).fetchone()
        return SentRow(*row) if row else None

    def put_sent(self, row: SentRow) -> None:
        """Our entry of that serial was queued for a peer."""
        self._c.execute(
            "insert into directory_sent (peer, serial, letter_id, at) values (?,?,?,?) on conflict (peer) do update set"
            " serial=excluded.serial, letter_id=excluded.letter_id, at=excluded.at",
            (row.peer, row.serial, row.letter_id, row.at),
        )

    def challenge(self, row: ChallengeRow) -> bool:
        """Keep a challenge; False when the same was said about this service and serial before."""
        done = self._c.execute(
            f"insert into directory_challenge ({_CHALLENGE}) values (?,?,?,?,?,?,?,?)"
            " on conflict (direction, country, peer, service) do update set serial=excluded.serial, why=excluded.why,"
            " at=excluded.at, answered_at=null where excluded.serial > serial",
            (row.direction, row.country, row.peer, row.service, row.serial, row.why, row.at, row.answered_at),
        )
        return done.rowcount == 1

    def challenges(self, country: str) -> list[ChallengeRow]:
        """Challenges of a country's entry that no newer entry has answered, oldest first."""
        rows = self._c.execute(
            f"select {_CHALLENGE} from directory_challenge where country=? and answered_at is null order by at, peer",
            (country,),
        )
        return [ChallengeRow(*row) for row in rows]

    def answered(self, country: str, serial: int, at: int) -> None:
        """A newer entry answers every challenge of the ones before it."""
        self._c.execute(
            "update directory_challenge set answered_at=? where country=? and serial<? and answered_at is null",
            (at, country, serial),
        )
