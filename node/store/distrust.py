"""Distrust of our own, what was said off the network, and concerns for the maintainers.

Words are sealed; a distrusted organisation stands in the clear, as its people's accounts do. Source: H14, H32.
"""

import sqlite3
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class DistrustRow:
    """A wish to distrust (or, with `is_on` false, to trust again); decided once a second person confirmed it."""

    id: int
    target: str
    value: str
    is_on: bool
    first_by: str
    second_by: str | None
    at: int
    decided_at: int | None


class Distrusts:
    """Distrust for all persons of this node, and organisations of ours that see nothing. Source: H14."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._c = connection

    def propose(self, target: str, value: str, is_on: bool, by: str, at: int) -> int:
        """One person asks for it; the number under which a second one confirms."""
        done = self._c.execute(
            "insert into distrust (target, value, is_on, first_by, at) values (?,?,?,?,?)",
            (target, value, int(is_on), by, at),
        )
        return int(done.lastrowid or 0)

    def decide(self, id: int, by: str, at: int) -> None:
        """A second person confirmed it."""
        self._c.execute(
            "update distrust set second_by=?, decided_at=? where id=? and decided_at is null and refused_at is null",
            (by, at, id),
        )

    def refuse(self, id: int, by: str, at: int) -> None:
        """It does not happen."""
        self._c.execute("update distrust set second_by=?, refused_at=? where id=? and decided_at is null", (by, at, id))

    def waiting(self) -> list[DistrustRow]:
        """Wishes that wait for a second person."""
        return self._many("decided_at is null and refused_at is null order by id")

    def in_force(self) -> list[DistrustRow]:
        """What two people distrust now: the newest decision about each decides."""
        newest = {(row.target, row.value): row for row in self._many("decided_at is not null order by decided_at, id")}
        return [row for row in newest.values() if row.is_on]

    def shut_out(self, case_id: str, organisation: str, is_on: bool) -> None:
        """Whether people of this organisation of ours see nothing of a case."""
        sql = (
            "insert or ignore into shut_out (case_id, organisation) values (?,?)"
            if is_on
            else "delete from shut_out where case_id=? and organisation=?"
        )
        self._c.execute(sql, (case_id, organisation))

    def cases_shut(self, organisation: str) -> frozenset[str]:
        """The cases of which people of this organisation see nothing."""
        rows = self._c.execute("select case_id from shut_out where organisation=?", (organisation,))
        return frozenset(case_id for (case_id,) in rows)

    def _many(self, where: str) -> list[DistrustRow]:
        rows = self._c.execute(
            f"select id, target, value, is_on, first_by, second_by, at, decided_at from distrust where {where}"
        )
        return [DistrustRow(i, t, v, bool(on), a, b, at, d) for i, t, v, on, a, b, at, d in rows]


@dataclass(frozen=True, slots=True)
class OffNetworkRow:
    """What was said by telephone about a thread, sealed under its case; it counts once a second person confirmed."""

    id: int
    peer: str
    thread_id: str
    case_id: str
    is_plan: bool
    sealed: bytes | None
    at: int
    first_by: str
    second_by: str | None
    confirmed_at: int | None


class OffNetwork:
    """Contacts beside the network: who was called, under which number of the registry, what was agreed."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._c = connection

    def add(self, row: OffNetworkRow) -> int:
        """Record a contact; its number. `row.id` is ignored."""
        done = self._c.execute(
            "insert into off_network (peer, thread_id, case_id, is_plan, sealed, at, first_by) values (?,?,?,?,?,?,?)",
            (row.peer, row.thread_id, row.case_id, int(row.is_plan), row.sealed, row.at, row.first_by),
        )
        return int(done.lastrowid or 0)

    def confirm(self, id: int, by: str, at: int) -> None:
        """A second person confirms it."""
        self._c.execute(
            "update off_network set second_by=?, confirmed_at=? where id=? and confirmed_at is null", (by, at, id)
        )

    def get(self, id: int) -> OffNetworkRow | None:
        """One contact."""
        found = self._many("id=?", (id,))
        return found[0] if found else None

    def of_thread(self, peer: str, thread_id: str) -> list[OffNetworkRow]:
        """The contacts about a thread, oldest first."""
        return self._many("peer=? and thread_id=? order by id", (peer, thread_id))

    def _many(self, where: str, values: tuple[object, ...]) -> list[OffNetworkRow]:
        rows = self._c.execute(
            "select id, peer, thread_id, case_id, is_plan, sealed, at, first_by, second_by, confirmed_at"
            f" from off_network where {where}",
            values,
        )
        return [
            OffNetworkRow(number, peer, thread, case, bool(plan), sealed, at, first, second, confirmed)
            for number, peer, thread, case, plan, sealed, at, first, second, confirmed in rows
        ]


@dataclass(frozen=True, slots=True)
class ConcernRow:
    """A concern about a country's node for the maintainers: a code, and the signed file once two people stand by it."""

    id: int
    country: str
    code: str
    at: int
    first_by: str
    second_by: str | None
    signed_at: int | None
    bytes: bytes | None


class Concerns:
    """Concerns for the maintainers of the registry; nothing about a person. Source: H14."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._c = connection

    def add(self, country: str, code: str, at: int, by: str) -> int:
        """One person raises it; the number under which a second one signs."""
        done = self._c.execute(
            "insert into concern (country, code, at, first_by) values (?,?,?,?)", (country, code, at, by)
        )
        return int(done.lastrowid or 0)

    def sign(self, id: int, by: str, at: int, data: bytes) -> None:
        """A second person stands by it: the signed bytes are kept."""
        self._c.execute(
            "update concern set second_by=?, signed_at=?, bytes=? where id=? and signed_at is null", (by, at, data, id)
        )

    def all(self, limit: int = 200) -> list[ConcernRow]:
        """Newest first."""
        rows = self._c.execute(
            "select id, country, code, at, first_by, second_by, signed_at, bytes from concern order by id desc limit ?",
            (limit,),
        )
        return [ConcernRow(*row) for row in rows]
