"""Countries that two people decided to write to on an old registry. Source: registry 4.6; R39."""

import sqlite3

import msgspec


class OldSendRow(msgspec.Struct, frozen=True):
    """One country; `verified_at` is the registry that was looked at, `second_by` None while one person waits."""

    peer: str
    verified_at: int
    first_by: str
    at: int
    second_by: str | None


_SEND = "peer, verified_at, first_by, at, second_by"


class OldSends:
    """At most one decision a country, about one registry."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._c = connection

    def propose(self, row: OldSendRow) -> None:
        """One person asks for it; what was decided about an older registry goes."""
        values = (row.peer, row.verified_at, row.first_by, row.at, row.second_by)
        self._c.execute(f"insert or replace into old_registry_send ({_SEND}) values (?,?,?,?,?)", values)

    def decide(self, peer: str, by: str) -> None:
        """A second person stands behind it."""
        self._c.execute("update old_registry_send set second_by=? where peer=?", (by, peer))

    def drop(self, peer: str) -> None:
        """It is taken back, refused, or ended."""
        self._c.execute("delete from old_registry_send where peer=?", (peer,))

    def about(self, verified_at: int) -> list[OldSendRow]:
        """Decisions and wishes about the registry of this time."""
        query = f"select {_SEND} from old_registry_send where verified_at=? order by peer"
        return [OldSendRow(*row) for row in self._c.execute(query, (verified_at,))]
