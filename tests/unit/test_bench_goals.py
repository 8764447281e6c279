"""A figure of the bench that misses its goal is an exit code, and slowest receives are compared of equal samples."""

import sys
from pathlib import Path

import pytest

from node.demo.introduction import SEEDING, what_is_there
from node.demo.network import Network
from tests.bench import __main__ as bench
from tests.bench.demo import until_printed
from tests.bench.desk import desk_lines
from tests.bench.goals import added_to_slowest, judged, missed
from tests.bench.help import help_line
from tests.bench.long_matter import long_matter_lines
from tests.bench.loops import each
from tests.bench.matching import matching_line


def test_a_line_says_its_goal_and_whether_it_is_met():
    """Issue 3, numbers: at the goal is met, above it is not; a line without a goal promises nothing."""
    met, above = judged({"ms": 50.0}, 50.0, 50), judged({"ms": 50.1}, 50.1, 50)

    assert (met["ok"], above["ok"], above["goal"]) == (True, False, 50)
    assert not missed([met, {"shape": "idle node"}])
    assert missed([met, above])


def test_the_slowest_of_two_samples_is_compared_only_at_equal_sizes():
    """Of 888 receives the slowest is slower than of 100, whatever a sweep does."""
    assert added_to_slowest([0.03, 0.12], [0.11, 0.02]) == pytest.approx(0.01)
    with pytest.raises(ValueError, match="samples of 2 and 1"):
        added_to_slowest([0.03, 0.12], [0.11])


@pytest.mark.parametrize(("took_ms", "code"), [(49.0, 0), (51.0, 1)])
def test_the_program_ends_with_one_where_a_goal_is_missed(monkeypatch, capsys, took_ms, code):
    """`--shape matching` alone judges too."""
    monkeypatch.setattr(sys, "argv", ["bench", "--shape", "matching"])
    monkeypatch.setattr(bench, "matching_line", lambda: judged({"shape": "matching", "ms": took_ms}, took_ms, 50))

    with pytest.raises(SystemExit) as ended:
        bench.main()

    assert ended.value.code == code
    assert '"ok": ' in capsys.readouterr().out


def test_the_entries_that_are_matched_are_entries_as_countries_publish_them():
    """A field more in the directory, and the bench would measure nothing any more: one round of it is asked here."""
    line = matching_line(rounds=1)

    assert {"shape", "ms", "first_ms", "prepare_ms", "goal", "ok"} == set(line)


def test_how_soon_help_answers_is_measured_with_processes_that_end_well():
    """Issue 4, numbers: 0.3 s; the bench judges it, here it is only asked once."""
    line = help_line(rounds=1)

    assert line["goal"] == 0.3
    assert {"shape", "seconds", "slowest", "goal", "ok"} == set(line)


def test_the_bench_waits_for_what_the_demo_prints(tmp_path: Path):
    """Interface A12: the addresses within ten seconds; a sentence that is not printed any more would be waited for."""
    cases = next(line for line in what_is_there([], Network(tmp_path), "en"))
    lines = [*SEEDING.splitlines(True), *cases.splitlines(True), "never read\n"]

    took = dict(until_printed(read := iter(lines), 0.0))

    assert list(took) == ["seconds", "cases_s"] and list(read) == ["never read\n"]


def test_a_desk_and_a_long_matter_are_asked_for_on_the_real_pages(tmp_path):
    """Issue 4, numbers: who measures must get pages, and each line its verdict; here with few cases and letters."""
    desks = list(each(desk_lines(tmp_path / "desk", 120, 240, 1)))
    matter = list(each(long_matter_lines(tmp_path / "long", 4, 1)))

    assert [(line["who"], line["cases"]) for line in desks] == [
        ("caseworker", 120), ("coordinator", 120), ("caseworker", 240), ("coordinator", 240),
    ]  # fmt: skip
    assert [(line["side"], line["page"]) for line in matter] == [
        ("XD", "case"), ("XD", "matter"), ("XA", "case"), ("XA", "matter"),
    ]  # fmt: skip
    for line in (*desks, *matter):
        assert "ok" in line
        assert 2_000 < int(str(line["page_bytes"])) < 15_000
