"""Attack 51, for what must be gone: kill -9 during an erasure leaves either all of it or nothing, in every file."""

from pathlib import Path

import pytest

from tests.crash.story import Kill, Story
from tests.crash.support import CODES, DAY_S, CrashNetwork, faults, query, waits_in

pytestmark = [pytest.mark.crash, pytest.mark.slow, pytest.mark.asyncio(loop_scope="module")]

EIGHT_DAYS_S = 8 * DAY_S
FOR_GOOD_S = 40 * DAY_S


class Erasing(Story):
    """The story, and the bytes that XA erases in it."""

    erased: tuple[bytes, ...] = ()

    async def erase(self) -> None:
        """Remember what is kept of each letter; afterwards, what was kept of those that are erased."""
        database, sql = self.network.database("XA"), "select letter_id, sealed from letter where thread_id=?"
        before = dict(query(database, sql, self.thread))
        await super().erase()
        self.erased = tuple(
            before[name] for name, kept in query(database, sql, self.thread) if name in before and not kept
        )


def bytes_of(folder: Path, name: str) -> bytes:
    """A database with its log and its index, as a thief of the disk finds them."""
    return b"".join(path.read_bytes() for path in sorted(folder.glob(f"{name}*")))


@pytest.mark.parametrize("step", [None, "before act", "after act", "before emptied log"])
async def test_what_a_person_erased_is_gone_from_every_file(network: CrashNetwork, step: str | None) -> None:
    """Wire 11: payload and salt are destroyed; a crash in between leaves no copy in the log."""
    story = Erasing(network, None if step is None else Kill("erase", "XA", step))
    end = await story.run()

    assert len(story.erased) == 1
    # A reader may stand in the way of emptying the log; then the hourly sweep does it.
    await network.until("the bytes of it to be gone from every file", lambda: gone(network, story.erased))
    assert sum(one["erased"] for one in end["XA"]["letters"]) == 1
    await network.agreed()


@pytest.mark.parametrize(
    "step",
    ["before new key", "after new key", "before refresh_prekeys", "after refresh_prekeys"],
)
async def test_a_kill_while_new_keys_are_made_loses_none_that_was_promised(network: CrashNetwork, step: str) -> None:
    """Wire 6: the seed is in the key file before the bundle that offers it; the next start offers nine again."""
    before = newest_bundle(network)
    await network.restart_and_die("XA", step, EIGHT_DAYS_S)
    assert (newest_bundle(network) > before) == (step == "after refresh_prekeys")
    await network.restart("XA")

    assert newest_bundle(network) > before
    assert newest_bundle(network) == current_key(network)
    assert len(keys(network, "not_after", network.clock.now())) == 9


async def test_a_kill_while_keys_are_erased_leaves_none_of_them(network: CrashNetwork) -> None:
    """Wire 6: a seed is gone at its time, from the file and from its log, wherever the node was killed."""
    due = "select name, sealed from secret where erase_at<=?"
    sealed = dict(query(network.data("XA") / "keys.db", due, network.clock.now() + FOR_GOOD_S))
    assert len(sealed) >= 3
    await network.restart_and_die("XA", "before refresh_prekeys", FOR_GOOD_S)
    await network.restart("XA")
    network.arm("XA", "before emptied keys")
    await network.until("XA to believe the clock and to erase", lambda: fell(network))
    await network.died("XA")
    await network.restart("XA")

    found = bytes_of(network.data("XA"), "keys.db")
    assert [name for name, one in sealed.items() if one[20:84] in found] == []


async def test_a_referral_goes_its_way_after_all_of_that(network: CrashNetwork) -> None:
    """The keys that are offered now are those that open what is sealed to them."""
    await network.until("letters of those weeks to be sealed again and received", lambda: is_at_rest(network))
    end = await Story(network).run()

    assert end["XA"]["state"] == end["XD"]["state"] == "disclosed"
    await network.until("statements given up in those weeks to be asked for and closed", lambda: is_whole(network))


def newest_bundle(network: CrashNetwork) -> int:
    """The serial of the bundle that XA serves: the number of the first prekey in it."""
    return int(query(network.database("XA"), "select serial from prekey_bundle where peer='XA'")[0][0])


def keys(network: CrashNetwork, bound: str, now: int) -> list[int]:
    """Numbers of the prekeys of XA whose `bound` (not_before or not_after) is later than `now`."""
    rows = query(network.data("XA") / "keys.db", "select name from secret where name like 'prekey.%'")
    place = {"not_before": 2, "not_after": 3}[bound]
    return sorted(int(row[0].split(".")[1]) for row in rows if int(row[0].split(".")[place]) > now)


def current_key(network: CrashNetwork) -> int:
    """The number of the first prekey that is offered now."""
    return keys(network, "not_after", network.clock.now())[0]


async def gone(network: CrashNetwork, erased: tuple[bytes, ...]) -> bool:
    """Whether no byte of what XA erased stands in any file of its database; a jump wakes the sweep of the log."""
    network.nudge(60)
    found = bytes_of(network.data("XA"), "node.db")
    return not any(one[20:84] in found for one in erased)


async def fell(network: CrashNetwork) -> bool:
    """Whether XA reached its step; a jump of the clock wakes the sweep that erases once the registry is new enough."""
    network.nudge(60)
    return not network.armed("XA").exists()


async def is_at_rest(network: CrashNetwork) -> bool:
    """Whether no letter waits; a jump wakes the sweep that seals again once XD's registry is new enough."""
    network.nudge(60)
    return not any(waits_in(network.database(code)) for code in CODES)


async def is_whole(network: CrashNetwork) -> bool:
    """Whether nothing is wrong between the two; a jump of the clock wakes the sweep that asks for what is missing."""
    network.nudge(60)
    return not faults({code: network.database(code) for code in CODES})
