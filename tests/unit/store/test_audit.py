"""The audit shows what was done to it."""

import pytest

from node.store.audit import EMPTY

CHANGES = [
    "update audit set actor='somebody-else' where seq=4",
    "update audit set at=at+1 where seq=4",
    "update audit set rule='' where seq=4",
    "update audit set outcome='refused' where seq=4",
    "update audit set hash=x'00' where seq=4",
    "update audit set prev_hash=x'00' where seq=4",
    "delete from audit where seq=4",
    "update audit set seq=seq+100 where seq>=4",
]


def fill(store, lines: int = 8) -> None:
    for i in range(1, lines + 1):
        store.write_sync(lambda work, i=i: work.audit.append(i, "u1", "case.opened", f"c{i}", rule="H05"))


def test_an_untouched_audit_verifies_and_knows_its_head(store):
    assert store.read_sync(lambda reader: (reader.audit.head(), reader.audit.verify())) == (EMPTY, None)

    fill(store)

    size, digest = store.read_sync(lambda reader: reader.audit.head())
    assert (size, len(digest)) == (8, 32)
    assert store.read_sync(lambda reader: reader.audit.verify([EMPTY, (size, digest)])) is None


@pytest.mark.parametrize("change", CHANGES)
def test_a_line_that_was_edited_or_removed_is_named(store, change):
    fill(store)

    store.write_sync(lambda work: work.connection.execute(change) and None)

    assert store.read_sync(lambda reader: reader.audit.verify()) == 4


def test_lines_cut_from_the_end_show_against_a_head_noted_elsewhere(store):
    fill(store)
    noted = store.read_sync(lambda reader: reader.audit.head())

    store.write_sync(lambda work: work.connection.execute("delete from audit where seq>5") and None)

    assert store.read_sync(lambda reader: reader.audit.verify()) is None  # the rest is whole: only the noted head tells
    assert store.read_sync(lambda reader: reader.audit.verify([noted])) == 6


def test_an_audit_written_anew_from_some_line_on_shows_against_a_noted_head(store):
    fill(store)
    noted = store.read_sync(lambda reader: reader.audit.head())

    store.write_sync(lambda work: work.connection.execute("delete from audit where seq>5") and None)
    fill(store, 3)

    assert store.read_sync(lambda reader: reader.audit.verify()) is None
    assert store.read_sync(lambda reader: reader.audit.verify([noted])) == 8


async def test_a_line_of_work_that_was_undone_leaves_no_hole(store):
    """The line goes with the transaction it tells about, in the middle of a group too."""

    def fails(work) -> None:
        work.audit.append(2, "node", "b")
        raise ValueError

    first = store.write(lambda work: work.audit.append(1, "node", "a"))
    second = store.write(fails)
    third = store.write(lambda work: work.audit.append(3, "node", "c"))

    assert await first == 1
    with pytest.raises(ValueError):
        await second
    assert await third == 2
    assert await store.read(lambda reader: reader.audit.verify()) is None


def test_lines_are_listed_newest_first_and_by_thing(store):
    fill(store)

    newest = store.read_sync(lambda reader: reader.audit.lines(limit=2))
    of_one = store.read_sync(lambda reader: reader.audit.lines(ref="c3"))
    before = store.read_sync(lambda reader: reader.audit.lines(before=3))

    assert [line.seq for line in newest] == [8, 7]
    assert [(line.seq, line.actor, line.act, line.rule, line.outcome) for line in of_one] == [
        (3, "u1", "case.opened", "H05", "done")
    ]
    assert [line.seq for line in before] == [2, 1]
