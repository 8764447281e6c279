"""The clock of a demo can be moved; the clock of a real country cannot."""

import time
from pathlib import Path

import pytest

from node.clock import FileClock, JumpWatch, SteppedClock, SystemClock, clock_for, set_clock_file
from node.errors import BadInput, Unavailable


def test_the_system_clock_tells_whole_utc_seconds():
    before = int(time.time())

    assert before <= SystemClock().now() <= int(time.time())


def test_all_who_read_the_file_see_the_same_time_at_once(tmp_path: Path):
    path = tmp_path / "clock"
    set_clock_file(path, "1795478400")
    one, other = FileClock(path), FileClock(path)

    set_clock_file(path, "1795564800")

    assert one.now() == other.now() == 1795564800
    assert [p.name for p in tmp_path.iterdir()] == ["clock"]


@pytest.mark.parametrize("offset", [86_400, -86_400])
def test_an_offset_moves_the_real_time(tmp_path: Path, offset: int):
    path = tmp_path / "clock"
    set_clock_file(path, f"{offset:+d}")

    assert abs(FileClock(path).now() - time.time() - offset) < 5


def test_monotonic_time_stays_real(tmp_path: Path):
    path = tmp_path / "clock"
    set_clock_file(path, "+0")
    clock = FileClock(path)
    before = clock.monotonic()

    set_clock_file(path, "+999999")

    assert 0 <= clock.monotonic() - before < 60


@pytest.mark.parametrize("text", ["", "soon", "1.5", "++1", "9" * 13])
def test_a_file_without_a_time_is_refused(tmp_path: Path, text: str):
    path = tmp_path / "clock"
    path.write_text(text)

    with pytest.raises(BadInput, match="holds no time"):
        FileClock(path)


def test_a_missing_file_is_told_at_the_start(tmp_path: Path):
    with pytest.raises(Unavailable, match="clock file: No such file"):
        FileClock(tmp_path / "clock")


@pytest.mark.parametrize("country", ["FR", "QM", "ZZ", "xa", "XAA"])
def test_a_clock_file_is_honoured_only_for_invented_countries(tmp_path: Path, country: str):
    """Issue 2: one clock file, honoured only for user-assigned country codes (XA-XZ)."""
    path = tmp_path / "clock"
    set_clock_file(path, "1795478400")

    assert clock_for("XA", path).now() == 1795478400
    assert isinstance(clock_for(country, None), SystemClock)
    with pytest.raises(BadInput, match="honoured only for XA-XZ"):
        clock_for(country, path)


def test_a_jump_is_what_the_wall_clock_moved_more_than_time_passed():
    clock = SteppedClock(1_795_478_400)
    watch = JumpWatch(clock, allowed_s=30)

    clock.step(86_400)
    assert watch.jump_s() == 0
    clock.jump(-31)
    assert watch.jump_s() == -31
    clock.jump(30)
    assert watch.jump_s() == 0
    clock.step(10)
    clock.jump(3600)
    assert watch.jump_s() == 3600
    assert watch.jump_s() == 0
