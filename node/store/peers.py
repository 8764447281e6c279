"""What we know of each peer's reachability, and its newest prekey bundle."""

import sqlite3

import msgspec


class ContactRow(msgspec.Struct, frozen=True):
    """How contact with a peer stands; `paused_code` says why nothing is sent, if so."""

    peer: str
    last_contact_at: int | None
    last_error_at: int | None
    last_error: str | None
    paused_code: str | None
    tries: int
    next_try_at: int
    heads_sent_at: int | None
    heads: bytes | None
    suspended_at: int | None


_CONTACT = (
    "peer, last_contact_at, last_error_at, last_error, paused_code, tries, next_try_at, heads_sent_at,"
    " heads, suspended_at"
)


class Peers:
    """Contact with peers and their prekey bundles."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._c = connection

    def get(self, peer: str) -> ContactRow:
        """How contact with `peer` stands; a blank row when there was none yet."""
        row = self._c.execute(f"select {_CONTACT} from peer_contact where peer=?", (peer,)).fetchone()
        return ContactRow(*row) if row else ContactRow(peer, None, None, None, None, 0, 0, None, None, None)

    def all(self) -> list[ContactRow]:
        """Every peer we had to do with."""
        return [ContactRow(*row) for row in self._c.execute(f"select {_CONTACT} from peer_contact order by peer")]

    def contact(self, peer: str, at: int) -> None:
        """The peer spoke to us, authenticated: back-off starts anew."""
        self._upsert(peer, "last_contact_at=?, tries=0, next_try_at=0", (at,))

    def heard(self, peer: str, at: int, signed_at: int) -> None:
        """As `contact`; and the peer signed this time (UTC seconds), of which the newest is kept."""
        change = "last_contact_at=?, tries=0, next_try_at=0, heard_at=max(coalesce(heard_at, 0), ?)"
        self._upsert(peer, change, (at, signed_at))

    def heard_times(self) -> dict[str, int]:
        """By peer, the newest time that it signed into a receipt of ours."""
        return dict(self._c.execute("select peer, heard_at from peer_contact where heard_at is not null").fetchall())

    def failed(self, peer: str, at: int, error: str, next_try_at: int) -> None:
        """A request failed as a whole; nothing more is tried before `next_try_at`."""
        self._upsert(peer, "last_error_at=?, last_error=?, tries=tries+1, next_try_at=?", (at, error, next_try_at))

    def try_now(self, peer: str, now: int) -> None:
        """Somebody asked for another try; what was noted of the last ones stays."""
        self._c.execute("update peer_contact set next_try_at=?2 where peer=?1 and next_try_at>?2", (peer, now))

    def pause(self, peer: str, code: str | None) -> None:
        """Note why nothing leaves for this peer, or that it may again."""
        self._upsert(peer, "paused_code=?", (code,))

    def heads_sent(self, peer: str, at: int) -> None:
        """The day's `channel.heads` was queued."""
        self._upsert(peer, "heads_sent_at=?", (at,))

    def put_heads(self, peer: str, heads: bytes) -> None:
        """Keep the peer's newest `channel.heads`, to notice one that goes back."""
        self._upsert(peer, "heads=?", (heads,))

    def greeted(self, peer: str) -> int | None:
        """The newest channel epoch of ours in which `peer` was told why it began; None when it was told of none."""
        row = self._c.execute("select greeted_epoch from peer_contact where peer=?", (peer,)).fetchone()
        return row[0] if row else None

    def greet(self, peer: str, epoch: int) -> None:
        """The word why this epoch began was queued for `peer`."""
        self._upsert(peer, "greeted_epoch=?", (epoch,))

    def bundle(self, peer: str) -> tuple[int, bytes, bytes] | None:
        """(serial, bytes, sha256) of the newest verified prekey bundle."""
        row = self._c.execute("select serial, bytes, sha256 from prekey_bundle where peer=?", (peer,)).fetchone()
        return (int(row[0]), row[1], row[2]) if row else None

    def put_bundle(self, peer: str, serial: int, data: bytes, sha256: bytes, at: int) -> None:
        """Keep a verified bundle with a higher serial than the one before."""
        self._c.execute(
            "insert into prekey_bundle (peer, serial, bytes, sha256, at) values (?,?,?,?,?)"
            " on conflict (peer) do update set serial=excluded.serial, bytes=excluded.bytes, sha256=excluded.sha256,"
            " at=excluded.at where excluded.serial > serial",
            (peer, serial, data, sha256, at),
        )

    def drop_bundle(self, peer: str) -> bool:
        """Forget a bundle that nobody vouches for any more; True when there was one."""
        return self._c.execute("delete from prekey_bundle where peer=?", (peer,)).rowcount > 0

    def bundles(self) -> dict[str, bytes]:
        """Every peer's newest bundle."""
        return dict(self._c.execute("select peer, bytes from prekey_bundle").fetchall())

    def _upsert(self, peer: str, change: str, values: tuple[object, ...]) -> None:
        change = f"update peer_contact set {change} where peer=?"
        if self._c.execute(change, (*values, peer)).rowcount == 0:
            self._c.execute("insert into peer_contact (peer, tries, next_try_at) values (?,0,0)", (peer,))
            self._c.execute(change, (*values, peer))
