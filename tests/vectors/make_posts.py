"""Envelopes that come one after another to one node, as vectors: what it answers to what it has seen before.

Rows 0, 7 and 12, numbers out of order; and single envelopes whose time is not now (rows 8
and 9). Everybody in here is invented.
"""

import json
from collections.abc import Iterator
from hashlib import sha256
from typing import Any, NamedTuple

from tests.forge import LIFE, NOW, Forged, Forgery, enclose, forge
from tests.vectors.made import Vector, b64, drawn, vector
from tests.vectors.make_threads import OFFER, built

DAY_S = 86_400
STORED, AGAIN, MALFORMED, CONFLICT = 1, 2, 5, 7


class Post(NamedTuple):
    """One envelope: its place on the channel, its letter, and what it gets; `like` is an earlier one, from 0."""

    seq: int
    letter: str
    status: int
    like: int | None = None  # the same S: the slot of that one, byte for byte
    eid: int | None = None  # another S under the eid of that one
    copied: bool = False  # with `like`: the very same bytes, not sealed again


CASES: dict[str, tuple[Post, ...]] = {
    "own-posts-same-bytes-again": (Post(1, "a", STORED), Post(1, "a", STORED, like=0, copied=True)),
    "own-posts-same-statement-sealed-again": (Post(1, "a", STORED), Post(1, "a", STORED, like=0)),
    "own-posts-letter-released-again": (Post(1, "a", STORED), Post(2, "a", AGAIN), Post(3, "a", AGAIN)),
    "own-posts-numbers-out-of-order": (Post(1, "a", STORED), Post(3, "b", STORED), Post(2, "c", STORED)),
    "own-bad-posts-other-statement-under-one-eid": (Post(1, "a", STORED), Post(2, "b", CONFLICT, eid=0)),
    "own-bad-posts-other-letter-under-one-id": (Post(1, "a", STORED), Post(2, "a, changed", CONFLICT)),
    # written later than it was signed, by more than a clock is set; its id and number stay free
    "own-bad-posts-written-after-it-was-signed": (
        Post(1, "a, written 301 s later", MALFORMED), Post(2, "a, written 300 s later", STORED)),
}  # fmt: skip


def payload(name: str, which: str) -> bytes:
    """A whole offer; what stands behind the comma is done to it, its letter id stays."""
    letter, _, change = which.partition(", ")
    one = built(f"{name} {letter}", OFFER, 1, 0, [])
    if change == "changed":
        one["body"]["interpreter"] = not one["body"]["interpreter"]
    elif change:
        one["written_at"] += int(change.split()[1])
    return json.dumps(one, separators=(",", ":")).encode()


def posts() -> Iterator[Vector]:
    for name, steps in CASES.items():
        made, envelopes, answers = list[Forged](), list[bytes](), list[dict[str, Any]]()
        for place, step in enumerate(steps):
            forged = made[step.like] if step.like is not None else _forged(name, place, step, made)
            made.append(forged)
            copied = step.copied and step.like is not None
            envelopes.append(
                envelopes[step.like or 0] if copied else enclose(forged.inner, forged.statement.eid, Forgery())
            )
            answers.append(_answer(step, made))
        more: dict[str, Any] = {"bytes": [b64(one) for one in envelopes], "salt": [one.salt.hex() for one in made]}
        yield vector(name, "posts", "XD", "XA", **more, expect={"ok": "bad" not in name, "answers": answers})


def _forged(name: str, place: int, step: Post, made: list[Forged]) -> Forged:
    prev = sha256(made[-1].s_bytes).digest() if made and step.seq == made[-1].statement.seq + 1 else bytes(32)
    changes: dict[str, Any] = {"seq": step.seq, "prev": prev}
    how = Forgery(payload=payload(name, step.letter), changes=changes, random=drawn(f"{name} {place}"))
    if step.eid is None:
        return forge(how)
    return forge(Forgery(**{**vars(how), "changes": changes | {"eid": made[step.eid].statement.eid}}))


def _answer(step: Post, made: list[Forged]) -> dict[str, Any]:
    if step.like is not None:
        return {"slot_of": step.like}
    eid = made[0 if step.status == AGAIN else -1].statement.eid
    return {"status": step.status, "reason": 0, "eid": eid.hex()}


#    which row refuses, and its times: created_at, expires_at
TIMES: dict[str, tuple[int, int, int]] = {
    "own-bad-08-created-24h-1s-ahead": (8, NOW + DAY_S + 1, NOW + 2 * DAY_S),
    "own-bad-09-expired": (9, NOW - LIFE, NOW),
    "own-bad-09-life-too-long": (9, NOW, NOW + LIFE + 1),
    "own-bad-09-expires-before-it-was-created": (9, NOW + 60, NOW + 60),
    "own-bad-09-far-ahead-and-life-too-long": (9, NOW + 2 * DAY_S, NOW + 2 * DAY_S + LIFE + 1),
}


def times() -> Iterator[Vector]:
    """An honest offer at a wrong time."""
    for name, (row, created, expires) in TIMES.items():
        changes = {"created_at": created, "expires_at": expires}
        forged = forge(Forgery(payload=payload(name, "a"), changes=changes, random=drawn(name)))
        expect = {"ok": False, "row": row}
        yield vector(name, "envelope", "XD", "XA", bytes=b64(forged.envelope), salt=forged.salt.hex(), expect=expect)
