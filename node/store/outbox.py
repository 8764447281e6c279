"""The outbox: letters that wait, and the envelopes they were released in.

A letter's row says what is wanted (queued, held, released, done ...); an envelope's row holds the bytes that may be
posted, and never any others. Terminal states of a letter only: receipted, refused, cancelled, given up. Nothing is
dropped because a peer is away. Source: delivery, wire 1.
"""

import sqlite3

import msgspec

OPEN_STATES = ("queued", "held", "released", "parked")
_ENVELOPE = (
    "eid, letter_id, peer, class, epoch, seq, s, sig, salt, s_hash, envelope_hash, bytes, recipient_key,"
    " created_at, expires_at, state, tries, next_try_at, first_error, last_error, error_class, receipt,"
    " status, reason, receipted_at"
)
_LETTER = (
    "letter_id, peer, thread_id, case_id, class, urgency, state, sealed, queued_at, due_at, held_code, released_at,"
    " status, reason"
)
# Each is read by an index that holds nothing else.
_WAITS = "select {} from outbox where state in ('queued','held')"
_ON_THE_WAY = "select {} from envelope e join outbox o using (letter_id) where e.state='out' and o.state='released'"
_STUCK = "select {} from outbox where state in ('parked','refused','given_up','cancelled')"


class Waiting(msgspec.Struct, frozen=True):
    """A letter in the outbox; `sealed` is its draft, or its final payload once released (opaque here)."""

    letter_id: str
    peer: str
    thread_id: str | None
    case_id: str | None
    letter_class: int
    urgency: int
    state: str
    sealed: bytes | None
    queued_at: int
    due_at: int
    held_code: str | None
    released_at: int | None
    status: int | None
    reason: int | None


class EnvelopeRow(msgspec.Struct, frozen=True):
    """One released envelope with its statement, signature and, once it came, its receipt (R || SIG)."""

    eid: bytes
    letter_id: str
    peer: str
    letter_class: int
    epoch: int
    seq: int
    s: bytes
    sig: bytes
    salt: bytes | None
    s_hash: bytes
    envelope_hash: bytes
    envelope: bytes | None
    recipient_key: bytes
    created_at: int
    expires_at: int
    state: str
    tries: int
    next_try_at: int
    first_error: str | None = None
    last_error: str | None = None
    error_class: str | None = None
    receipt: bytes | None = None
    status: int | None = None
    reason: int | None = None
    receipted_at: int | None = None


class OnTheWay(msgspec.Struct, frozen=True):
    """A letter without a receipt as an operator sees it: nothing of what it says, and no case.

    `id` is its envelope's, or the letter's own while it has none; `again_at` is when it is tried or looked at next.
    """

    id: str
    peer: str
    state: str
    size: int | None
    tries: int
    again_at: int
    error_class: str | None
    queued_at: int
    held_code: str | None


class Outbox:
    """Letters to be sent and envelopes on their way."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._c = connection

    def put(self, letter: Waiting) -> None:
        """Queue a letter; durable with the transaction that decided it."""
        self._c.execute(
            f"insert into outbox ({_LETTER}) values (?,?,?,?,?,?,?,?,?,?,?,?,?,?)",
            msgspec.structs.astuple(letter),
        )

    def forget_bytes(self, letter_id: str) -> None:
        """Destroy draft, envelope bytes and salts of a letter; statements and receipts stay as evidence."""
        self._c.execute("update outbox set sealed=null where letter_id=?", (letter_id,))
        self._c.execute("update envelope set bytes=null, salt=null where letter_id=?", (letter_id,))

    def get(self, letter_id: str) -> Waiting | None:
        """One letter by its id."""
        row = self._c.execute(f"select {_LETTER} from outbox where letter_id=?", (letter_id,)).fetchone()
        return Waiting(*row) if row else None

    def due(self, peer: str, now: int, limit: int) -> list[Waiting]:
        """Letters that may be released to `peer` at `now`: urgent ones first, then in the order they were queued."""
        rows = self._c.execute(
            f"select {_LETTER} from outbox where peer=? and state in ('queued','held') and due_at<=?"
            " order by urgency, place limit ?",
            (peer, now, limit),
        )
        return [Waiting(*row) for row in rows]

    def earlier_unreleased(self, peer: str, thread_id: str, letter_id: str) -> int | None:
        """When a letter that was queued before this one on the same thread is looked at again; None when none waits."""
        row = self._c.execute(
            "select max(due_at) from outbox where peer=? and thread_id=? and state in ('queued','held')"
            " and class=1 and released_at is null and place < (select place from outbox where letter_id=?)",
            (peer, thread_id, letter_id),
        ).fetchone()
        return None if row[0] is None else int(row[0])

    def goes_now(self, letter_id: str, now: int) -> None:
        """A letter that waited for its time does not wait any longer."""
        self._c.execute("update outbox set due_at=? where letter_id=? and state='queued'", (now, letter_id))

    def turn_comes(self, peer: str, thread_id: str, now: int) -> None:
        """The letter before them went, or never will: look at those that waited for their turn."""
        self._c.execute(
            "update outbox set due_at=? where peer=? and thread_id=? and state='held' and held_code='turn'",
            (now, peer, thread_id),
        )

    def of_thread(self, peer: str, thread_id: str) -> list[Waiting]:
        """Every letter of a thread in queue order."""
        rows = self._c.execute(
            f"select {_LETTER} from outbox where peer=? and thread_id=? order by place", (peer, thread_id)
        )
        return [Waiting(*row) for row in rows]

    def hold(self, letter_id: str, code: str, again_at: int) -> None:
        """Keep a letter back for the rule or reason named by `code`; it is looked at again at `again_at`."""
        self._c.execute(
            "update outbox set state='held', held_code=?, due_at=? where letter_id=?", (code, again_at, letter_id)
        )

    def wake_held(self, peer: str, now: int) -> None:
        """Look at held letters again now (registry, consent or recipient changed)."""
        self._c.execute(  # both states, so that the index of what waits serves
            "update outbox set due_at=? where peer=? and state in ('queued','held') and state='held' and due_at>?",
            (now, peer, now),
        )

    def released(self, letter_id: str, now: int) -> None:
        """The letter has an envelope; its payload stands in the letter table from now on, a control letter's here."""
        self._c.execute(
            "update outbox set state='released', sealed=case when class=2 then sealed end, held_code=null,"
            " released_at=coalesce(released_at, ?) where letter_id=?",
            (now, letter_id),
        )

    def requeue(self, letter_id: str, now: int) -> bool:
        """Ask for the letter to be released again (re-seal), gate first; False where it waits already, or has ended."""
        query = "update outbox set state='queued', due_at=? where letter_id=? and state in ('released','parked')"
        return self._c.execute(query, (now, letter_id)).rowcount > 0

    def reissue(self, row: EnvelopeRow, now: int, *, wanted: bool = True) -> None:
        """The peer lost what it had receipted: its statement will be closed, and the letter, if `wanted`, go again."""
        closed = "update envelope set state='reissued', closed_sent=0 where eid=? and state='receipted'"
        self._c.execute(closed, (row.eid,))
        if not wanted:
            return
        self._c.execute(
            "update outbox set state='queued', due_at=? where letter_id=? and state in ('receipted','refused')",
            (now, row.letter_id),
        )

    def end(self, letter_id: str, state: str, now: int, status: int | None = None, reason: int | None = None) -> None:
        """Put a letter in a terminal state, or park it for a person; what it would have said is forgotten here."""
        self._c.execute(
            "update outbox set state=?, ended_at=?, status=coalesce(?, status), reason=coalesce(?, reason),"
            " sealed=case when class=2 then sealed end where letter_id=?",
            (state, now, status, reason, letter_id),
        )

    def add_envelope(self, row: EnvelopeRow) -> None:
        """Commit the bytes of a release, before the first of them leaves."""
        self._c.execute(
            f"insert into envelope ({_ENVELOPE}, closed_sent)"
            " values (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,0)",
            (
                row.eid,
                row.letter_id,
                row.peer,
                row.letter_class,
                row.epoch,
                row.seq,
                row.s,
                row.sig,
                row.salt,
                row.s_hash,
                row.envelope_hash,
                row.envelope,
                row.recipient_key,
                row.created_at,
                row.expires_at,
                row.state,
                row.tries,
                row.next_try_at,
                row.first_error,
                row.last_error,
                row.error_class,
                row.receipt,
                row.status,
                row.reason,
                row.receipted_at,
            ),
        )

    def envelope(self, eid: bytes) -> EnvelopeRow | None:
        """One envelope by its id."""
        row = self._c.execute(f"select {_ENVELOPE} from envelope where eid=?", (eid,)).fetchone()
        return EnvelopeRow(*row) if row else None

    def envelopes_of(self, letter_id: str) -> list[EnvelopeRow]:
        """Every envelope a letter was released in, oldest first."""
        rows = self._c.execute(f"select {_ENVELOPE} from envelope where letter_id=? order by epoch, seq", (letter_id,))
        return [EnvelopeRow(*row) for row in rows]

    def to_post(self, peer: str, now: int, limit: int) -> list[EnvelopeRow]:
        """Envelopes to post to `peer` at `now`: urgent ones first, then in the order of release."""
        rows = self._c.execute(
            f"select {', '.join('e.' + c.strip() for c in _ENVELOPE.split(','))} from envelope e"
            " join outbox o using (letter_id)"
            " where e.peer=? and e.state='out' and e.next_try_at<=? order by o.urgency, e.seq limit ?",
            (peer, now, limit),
        )
        return [EnvelopeRow(*row) for row in rows]

    def still_out(self, eids: list[bytes]) -> set[bytes]:
        """Of these envelopes, those that may be posted."""
        marks = ",".join("?" * len(eids))
        rows = self._c.execute(f"select eid from envelope where eid in ({marks}) and state='out'", eids)
        return {row[0] for row in rows}

    def tried(self, eids: list[bytes], next_try_at: int, error: str, error_class: str, now: int) -> None:
        """Note a failed try; the first error is kept beside the newest."""
        self._c.executemany(
            "update envelope set tries=tries+1, next_try_at=?, first_error=coalesce(first_error, ?), last_error=?,"
            " error_class=?, last_error_at=? where eid=?",
            [(next_try_at, error, error, error_class, now, eid) for eid in eids],
        )

    def receipted(self, eid: bytes, receipt: bytes, status: int, reason: int, now: int) -> None:
        """Keep the verified receipt; the envelope's bytes are no longer needed."""
        self._c.execute(
            "update envelope set state='receipted', receipt=?, status=?, reason=?, receipted_at=?, bytes=null"
            " where eid=?",
            (receipt, status, reason, now, eid),
        )

    def give_up(self, eid: bytes) -> None:
        """Never post these bytes again; the statement will be named in `channel.closed`."""
        self._c.execute("update envelope set state='given_up', bytes=null where eid=? and state='out'", (eid,))

    def unclosed(self, peer: str) -> list[EnvelopeRow]:
        """Statements given up or replaced that no `channel.closed` has named yet."""
        rows = self._c.execute(
            f"select {_ENVELOPE} from envelope where peer=? and state in ('given_up','reissued') and closed_sent=0"
            " order by epoch, seq",
            (peer,),
        )
        return [EnvelopeRow(*row) for row in rows]

    def closed_sent(self, eids: list[bytes]) -> None:
        """The statements have been named in a `channel.closed` that is queued."""
        self._c.executemany("update envelope set closed_sent=1 where eid=?", [(eid,) for eid in eids])

    def reopen_closed(self, eid: bytes) -> None:
        """Name a given-up statement again: the peer asked for it."""
        self._c.execute("update envelope set closed_sent=0 where eid=? and state in ('given_up','reissued')", (eid,))

    def at_seq(self, peer: str, epoch: int, first: int, last: int) -> list[EnvelopeRow]:
        """Envelopes of one channel epoch by sequence number."""
        rows = self._c.execute(
            f"select {_ENVELOPE} from envelope where peer=? and epoch=? and seq between ? and ? order by seq",
            (peer, epoch, first, last),
        )
        return [EnvelopeRow(*row) for row in rows]

    def after(self, peer: str, known: dict[int, int]) -> list[EnvelopeRow]:
        """Envelopes beyond what the peer knows of each epoch (`known`: epoch -> seq), oldest first."""
        rows = self._c.execute(f"select {_ENVELOPE} from envelope where peer=? order by rowid", (peer,))
        return [row for row in (EnvelopeRow(*values) for values in rows) if row.seq > known.get(row.epoch, 0)]

    def expiring(self, before: int) -> list[EnvelopeRow]:
        """Envelopes on their way whose expiry is at or before `before`."""
        rows = self._c.execute(
            f"select {_ENVELOPE} from envelope where state='out' and expires_at<=? order by expires_at", (before,)
        )
        return [EnvelopeRow(*row) for row in rows]

    def on_the_way(self, peer: str) -> list[EnvelopeRow]:
        """Envelopes to `peer` that have no receipt yet."""
        rows = self._c.execute(
            f"select {_ENVELOPE} from envelope where peer=? and state='out' order by +epoch, +seq", (peer,)
        )
        return [EnvelopeRow(*row) for row in rows]

    def reset_backoff(self, peer: str, now: int) -> None:
        """Try everything for `peer` again now: it spoke, or its record changed."""
        self._c.execute(
            "update envelope set next_try_at=? where peer=? and state='out' and next_try_at>?", (now, peer, now)
        )

    def next_due(self, peer: str) -> tuple[int | None, int | None]:
        """When the next letter to `peer` may be released, and when the next envelope posted; None where none waits."""
        row = self._c.execute(
            "select (select min(due_at) from outbox where peer=?1 and state in ('queued','held')),"
            " (select min(next_try_at) from envelope where peer=?1 and state='out')",
            (peer,),
        ).fetchone()
        return row[0], row[1]

    def busy_peers(self) -> list[str]:
        """Peers for whom something waits."""
        rows = self._c.execute(
            "select peer from outbox where state in ('queued','held') union select peer from envelope where state='out'"
        )
        return [row[0] for row in rows]

    def counts(self) -> dict[str, dict[str, int]]:
        """Letters that have no receipt, or a bad one, by peer and state: what an operator may see.

        Those that were received, all but a few of all there ever were, are not counted: this is asked every minute.
        """
        found: dict[str, dict[str, int]] = {}
        for peer, state, count in self._c.execute(
            f"{_WAITS.format('peer, state, count(*)')} group by peer, state"
            f" union all {_ON_THE_WAY.format('o.peer, o.state, count(distinct letter_id)')} group by o.peer, o.state"
            f" union all {_STUCK.format('peer, state, count(*)')} group by peer, state"
        ):
            found.setdefault(peer, {})[state] = count
        return found

    def without_receipt(self, limit: int) -> list[OnTheWay]:
        """Letters that wait, are on their way or are parked, the oldest first."""
        rows = self._c.execute(
            f"{_WAITS.format('letter_id, peer, state, null, 0, due_at, null, queued_at as at, held_code')} union all "
            + _ON_THE_WAY.format(
                "lower(hex(e.eid)), e.peer, o.state, length(e.bytes), e.tries, e.next_try_at, e.error_class,"
                " o.queued_at, null"
            )
            + f" union all {_STUCK.format('letter_id, peer, state, null, 0, due_at, null, queued_at, held_code')}"
            " and state='parked' order by at limit ?",
            (limit,),
        )
        return [OnTheWay(*row) for row in rows]

    def oldest_open_by_peer(self) -> dict[str, int]:
        """When the oldest letter without a receipt was queued, by peer."""
        rows = self._c.execute(
            f"select peer, min(at) from ({_WAITS.format('peer, queued_at as at')}"
            f" union all {_ON_THE_WAY.format('o.peer, o.queued_at')}"
            f" union all {_STUCK.format('peer, queued_at')} and state='parked') group by peer"
        )
        return dict(rows.fetchall())

    def oldest_open_at(self) -> int | None:
        """When the oldest letter without a receipt was queued."""
        row = self._c.execute(
            f"select min(at) from ({_WAITS.format('queued_at as at')} union all {_ON_THE_WAY.format('o.queued_at')}"
            f" union all {_STUCK.format('queued_at')} and state='parked')"
        ).fetchone()
        return None if row[0] is None else int(row[0])
