"""Public holidays: filled for real countries, none for invented ones, a warning before they run out. Domain 5.13."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from node.init_checks import MAX_TEXT
from node.public_holidays import days_left, filled, how_known, known_until
from registry.record import read_node_record
from tests.cli_world import NOW, init_words, is_one_sentence, make_node, prepare, run

LISTED = ("2026-12-25", "2027-01-01", "2027-12-25")


def at(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp())


def test_a_real_country_gets_the_days_of_this_year_and_the_next():
    """New Year's Day is a public holiday in Moldova; the list begins with this year and ends with the next."""
    found = filled("MD", NOW)

    assert found is not None
    assert {"2026-01-01", "2027-01-01"} <= set(found.holidays)
    assert {day[:4] for day in found.holidays} == {"2026", "2027"}
    assert found.weekend == (6, 7)
    assert list(found.holidays) == sorted(set(found.holidays))


def test_a_country_whose_weekend_is_another_has_that_weekend():
    found = filled("SA", NOW)

    assert found is not None and found.weekend == (5, 6)


@pytest.mark.parametrize("country", ["XA", "XD", "XT", "XK", "ZZ"])
def test_an_invented_or_unknown_country_gets_none(country):
    assert filled(country, NOW) is None


@pytest.mark.parametrize(
    ("country", "days", "now", "known"),
    [
        ("MD", LISTED, "2027-06-01", "known"),
        ("MD", LISTED, "2027-11-01", "known"),
        ("MD", LISTED, "2027-11-02", "running out"),
        ("MD", LISTED, "2027-12-31", "running out"),
        ("MD", LISTED, "2028-01-01", "over"),
        ("MD", (), "2027-06-01", "none"),
        ("XA", (), "2027-06-01", "known"),
    ],
)
def test_the_list_runs_out_in_less_than_sixty_days_and_is_over_after_its_last_year(country, days, now, known):
    assert how_known(country, days, at(now)) == known


def test_a_list_covers_its_last_year_to_the_end():
    assert known_until(LISTED) == date(2027, 12, 31)
    assert (known_until(()), days_left((), NOW)) == (None, None)


def record(folder: Path):
    return read_node_record((folder / "data" / "node-record.json").read_bytes())[0]


def test_init_fills_the_record_of_a_real_country_and_what_was_named_replaces_it(tmp_path: Path):
    """The library's list is a start; --holiday and --weekend win."""
    real = init_words(prepare(_new(tmp_path / "library")), country="MD", clock_file=None)
    invented = [*init_words(prepare(_new(tmp_path / "named"))), "--holiday", "2027-05-09", "--weekend", "7"]
    for name, words in (("library", [word for word in real if word != "--fast-kdf"]), ("named", invented)):
        made = run(tmp_path / name, *words)
        assert made.exit_code == 0, made.output
        assert "public holidays in the record" in made.output

    assert len(record(tmp_path / "library").calendar.holidays) > 15
    assert record(tmp_path / "library").calendar.weekend == [6, 7]
    named = record(tmp_path / "named").calendar
    assert (named.holidays, named.weekend) == (["2027-05-09"], [7])


def test_the_doctor_warns_before_the_calendar_runs_out_and_the_command_renews_it(tmp_path: Path):
    """A new record follows the old one: next serial, its hash, everything else as before."""
    words = [*init_words(prepare(tmp_path)), "--holiday", "2026-12-25"]
    assert run(tmp_path, *words).exit_code == 0
    before, _, _ = read_node_record((tmp_path / "data" / "node-record.json").read_bytes())
    warned = run(tmp_path, "doctor").output

    renewed = run(tmp_path, "calendar", "--renew", "--holiday", "2027-01-07", "--holiday", "2027-12-25")

    assert "warning  calendar the record lists public holidays for" in warned
    assert renewed.exit_code == 0, renewed.output
    after = record(tmp_path)
    assert (after.serial, after.calendar.holidays) == (before.serial + 1, ["2027-01-07", "2027-12-25"])
    assert after.prev_sha256 is not None and after.message_keys == before.message_keys
    assert "ok       calendar" in run(tmp_path, "doctor").output
    assert "2027-12-25" in run(tmp_path, "calendar").output


def test_a_day_that_is_none_ends_with_one_sentence_and_changes_nothing(tmp_path: Path):
    make_node(tmp_path)

    assert is_one_sentence(run(tmp_path, "calendar", "--renew", "--holiday", "25.12.2027"))
    assert record(tmp_path).serial == 1


def test_the_number_at_night_is_the_contact_until_one_is_named_and_stays_until_another_is(tmp_path: Path):
    """`--out-of-hours` of init and of calendar: what everybody phones at night, in the public record."""
    made = run(tmp_path, *init_words(prepare(tmp_path)))
    assert made.exit_code == 0, made.output
    first = record(tmp_path)
    named = run(tmp_path, "calendar", "--renew", "--out-of-hours", "+00 000 0199")
    kept = run(tmp_path, "calendar", "--renew", "--holiday", "2027-01-07")

    assert first.out_of_hours == first.authority.contact
    assert "number at night and on holidays: +00 000 0199" in named.output
    assert "number at night and on holidays: +00 000 0199" in kept.output
    assert (record(tmp_path).serial, record(tmp_path).out_of_hours) == (first.serial + 2, "+00 000 0199")


def test_init_refuses_a_number_for_the_night_that_nobody_can_dial(tmp_path: Path):
    """It is what others phone when somebody is in danger."""
    refused = run(tmp_path, *init_words(prepare(tmp_path)), "--out-of-hours", "the duty desk")

    assert is_one_sentence(refused) and "like +00 000 0199" in refused.output
    assert not (tmp_path / "data").exists()


def test_init_takes_a_number_of_its_own_for_the_night(tmp_path: Path):
    made = run(tmp_path, *init_words(prepare(tmp_path)), "--out-of-hours", "+00 000 0188")

    assert made.exit_code == 0 and record(tmp_path).out_of_hours == "+00 000 0188"


@pytest.mark.parametrize("number", ["", "  ", "+" * (MAX_TEXT + 1), "the duty desk"])
def test_a_number_that_no_record_can_hold_is_refused_and_the_record_stays(tmp_path: Path, number: str):
    """A record that cannot be read again would leave the country without a next one."""
    make_node(tmp_path)

    assert is_one_sentence(run(tmp_path, "calendar", "--renew", "--out-of-hours", number))
    assert is_one_sentence(run(tmp_path, "calendar", "--out-of-hours", "+00 000 0199"))
    assert record(tmp_path).serial == 1


def _new(folder: Path) -> Path:
    folder.mkdir()
    return folder
