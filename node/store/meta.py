"""What a node knows about itself: whose it is, its install id, its channel epoch, settings."""

import sqlite3

from node.store.problems import OtherCountry

Value = str | int | bytes


class Meta:
    """Named values. Settings a person may change live here too, under names of their own."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._c = connection

    def get(self, name: str) -> Value | None:
        """One value, or None."""
        row = self._c.execute("select value from meta where name=?", (name,)).fetchone()
        return row[0] if row else None

    def put(self, name: str, value: Value) -> None:
        """Set a value; its kind (text, integer, bytes) is kept."""
        self._c.execute(
            "insert into meta (name, value) values (?,?) on conflict (name) do update set value=excluded.value",
            (name, value),
        )

    def drop(self, name: str) -> None:
        """Forget a value."""
        self._c.execute("delete from meta where name=?", (name,))

    def settings(self, prefix: str) -> dict[str, Value]:
        """All values whose names begin with `prefix`, by name."""
        rows = self._c.execute(
            "select name, value from meta where substr(name, 1, ?)=? order by name", (len(prefix), prefix)
        )
        return dict(rows.fetchall())

    def claim(self, country: str, install_id: str) -> None:
        """Say whose database this is; only the first time writes. OtherCountry if it is somebody else's."""
        found = self.country()
        if found is None:
            self.put("country", country)
            self.put("install_id", install_id)
        elif found != country:
            raise OtherCountry(
                f"database belongs to {found}, and the settings name {country}; name another data folder"
            )

    def country(self) -> str | None:
        """The country whose node this is."""
        value = self.get("country")
        return value if isinstance(value, str) else None

    def install_id(self) -> str | None:
        """Random and of no meaning; differs between two set-ups of one country."""
        value = self.get("install_id")
        return value if isinstance(value, str) else None

    def channel_epoch(self) -> int | None:
        """The epoch our statements are numbered in (wire 1), or None before the first."""
        value = self.get("channel_epoch")
        return value if isinstance(value, int) else None

    def was_restored(self) -> bool:
        """Whether the channel epoch in use began with a restore, and not with the set-up of the node."""
        return self.get("channel_epoch_restored") is not None

    def put_channel_epoch(self, epoch: int, at: int, *, restored: bool = False) -> None:
        """Begin a new epoch: after a set-up or a restore."""
        self.put("channel_epoch", epoch)
        if restored:
            self.put("channel_epoch_restored", at)
        self.put("channel_epoch_at", at)

    def touch(self) -> None:
        """Write something that means nothing, to see whether the disk takes it."""
        self._c.execute(
            "insert into meta (name, value) values ('touched', 1) on conflict (name) do update set value=value+1"
        )
