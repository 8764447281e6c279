"""Who held each office key that a country ever listed here: every word of it, beside what any other country says.

A key goes from a record when another follows it; whoever named its office, or distrusts it, meant the office.
Source: H13, H14.
"""

import sqlite3

import msgspec


class KnownOffice(msgspec.Struct, frozen=True):
    """An office key by its id (hex): whose it is in the country `peer`, of what kind, with police powers or not."""

    kid: str
    peer: str
    holder: str
    kind: str
    police_powers: bool


class KnownOffices:
    """The office keys of every record that this node has followed."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._c = connection

    def note(self, one: KnownOffice) -> bool:
        """Keep it for good; whether it was new."""
        done = self._c.execute(
            "insert or ignore into office_said (kid, peer, holder, kind, police_powers) values (?,?,?,?,?)",
            (one.kid, one.peer, one.holder, one.kind, int(one.police_powers)),
        )
        return done.rowcount > 0

    def all(self) -> list[KnownOffice]:
        """Everyone, in the order of countries and ids."""
        rows = self._c.execute(
            "select kid, peer, holder, kind, police_powers from office_said"
            " order by peer, kid, holder, kind, police_powers"
        )
        return [KnownOffice(kid, peer, holder, kind, bool(powers)) for kid, peer, holder, kind, powers in rows]
