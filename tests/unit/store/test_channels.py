"""The head of a channel is moved by whoever read it last, and by nobody else. Source: wire 1, release."""

import pytest

from node.store.channels import ZERO_HASH, ChannelMoved, Head
from node.store.db import Store
from node.store.work import Work

EPOCH, FIRST, SECOND, OTHER = 7, b"\1" * 32, b"\2" * 32, b"\3" * 32


def head(store: Store, epoch: int = EPOCH) -> Head:
    return store.read_sync(lambda reader: reader.channels.out_head("XA", epoch))


def moved(work: Work, was: Head, seq: int, hash: bytes) -> None:
    work.channels.advance_out("XA", was, seq, hash)


async def test_a_head_goes_on_from_what_was_read(store: Store) -> None:
    """From zero as from any other place; the epoch before keeps its own."""
    await store.write(lambda work: moved(work, head(store), 2, FIRST))
    await store.write(lambda work: moved(work, head(store), 3, SECOND))
    await store.write(lambda work: moved(work, head(store, EPOCH + 1), 1, OTHER))

    assert head(store) == Head(EPOCH, 3, SECOND)
    assert head(store, EPOCH + 1) == Head(EPOCH + 1, 1, OTHER)


@pytest.mark.parametrize(
    "was",
    [
        Head(EPOCH, 0, ZERO_HASH),  # nothing had been released when it was read
        Head(EPOCH, 1, FIRST),  # as many as are there now, and less
        Head(EPOCH, 2, OTHER),  # as many, and other ones: two copies of one node went on separately
        Head(EPOCH, 3, FIRST),
        Head(EPOCH + 1, 2, FIRST),
    ],
)
async def test_two_that_read_one_head_cannot_both_go_on_from_it(store: Store, was: Head) -> None:
    """Else two statements would have one number, which looks to the peer like a forked channel."""
    await store.write(lambda work: moved(work, head(store), 2, FIRST))

    with pytest.raises(ChannelMoved):
        await store.write(lambda work: moved(work, was, was.seq + 1, SECOND))

    assert head(store) == Head(EPOCH, 2, FIRST)
