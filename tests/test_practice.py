"""Practice begins anew each night, whole; people keep their passwords, and nothing else outlasts a day. Source: C16."""

import socket
import stat
from pathlib import Path

import pytest

from node.cli_training import seconds_of
from node.clock import SteppedClock
from node.config import load
from node.demo.client import ApiClient
from node.demo.network import Network
from node.demo.practice import PEOPLE, TODAY, Plan, Practice, take_folder
from node.demo.practice_people import OURS, add_person, read_people
from node.errors import BadInput
from tests.cli_world import is_one_sentence, run

DAY_S = 86_400
MIDDAY = 20_000 * DAY_S + 12 * 3600


async def two_countries(network: Network) -> None:
    """A day without the twelve cases."""
    await network.start(("XD", "XA"))
    await network.add_caseworkers("XD", "XA")


async def test_a_new_day_has_new_keys_and_no_case_and_the_same_people(tmp_path: Path):
    """The sweep does something once a day, however often it looks; what it threw away was everything."""
    take_folder(tmp_path / "practice")
    folder, clock = tmp_path / "practice", SteppedClock(MIDDAY)
    bea = add_person(folder / PEOPLE, OURS, "bea", "caseworker")
    practice = Practice(Plan(folder, {}, at_s=2 * 3600), clock, two_countries)
    try:
        assert await practice.renew()
        root = (folder / TODAY / "root.json").read_bytes()
        assert load(folder / TODAY / "XD.toml").config.node.training
        async with ApiClient(url_of(practice), bea.login, bea.password) as api:
            await api.post("cases", {"persons": [{"age_band": "25-34", "gender": "woman", "languages": ["uk"]}]})

        clock.step(DAY_S // 4)
        assert not await practice.renew()
        assert (folder / TODAY / "root.json").read_bytes() == root
        clock.step(DAY_S // 2)
        assert await practice.renew()

        assert (folder / TODAY / "root.json").read_bytes() != root
        async with ApiClient(url_of(practice), bea.login, bea.password) as api:
            assert (await api.get("cases"))["cases"] == []
        await network_of(practice).end(OURS)
        assert await practice.renew()  # a desk that has ended begins anew as well
    finally:
        await practice.end()
    assert {one.name for one in folder.iterdir()} == {PEOPLE, "training"}


def test_the_people_of_the_file_keep_their_passwords_and_nobody_else_reads_them(tmp_path: Path):
    first = read_people(tmp_path / PEOPLE)
    added = add_person(tmp_path / PEOPLE, OURS, "bea", "auditor")

    assert read_people(tmp_path / PEOPLE) == [*first, added]
    assert {(one.country, one.role) for one in first} == {
        (at, role) for at in ("XD", "XA") for role in ("coordinator", "caseworker")
    }
    assert stat.S_IMODE((tmp_path / PEOPLE).stat().st_mode) == 0o600
    for login in ("bea", "Bea", "b", "../etc"):
        with pytest.raises(BadInput):
            add_person(tmp_path / PEOPLE, OURS, login, "caseworker")
    (tmp_path / PEOPLE).write_text("RO bea caseworker secret\n")
    with pytest.raises(BadInput, match="put it right"):
        read_people(tmp_path / PEOPLE)


def test_a_folder_with_anything_else_is_refused_in_one_sentence(tmp_path: Path):
    """Nobody throws away a real data folder at night because its name was mistyped."""
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "node.db").touch()

    refused = run(tmp_path, "training", str(tmp_path / "data"))

    assert refused.exit_code == 1 and "not made for practice" in refused.output and is_one_sentence(refused)
    assert [one.name for one in (tmp_path / "data").iterdir()] == ["node.db"]


@pytest.mark.parametrize("more", [(), ("--add", "bea")])
def test_a_time_that_is_none_makes_no_folder(tmp_path: Path, more: tuple[str, ...]):
    refused = run(tmp_path, "training", str(tmp_path / "new"), "--at", "25:00", *more)

    assert refused.exit_code == 1 and "--at is no time of day" in refused.output and is_one_sentence(refused)
    assert not (tmp_path / "new").exists()


def test_a_new_day_begins_at_the_hour_that_was_named():
    plan = Plan(Path(), {}, seconds_of("02:30"))

    before, after = MIDDAY + DAY_S // 2 + 2 * 3600, MIDDAY + DAY_S // 2 + 3 * 3600
    assert plan.day_of(before) == plan.day_of(MIDDAY) == plan.day_of(after) - 1
    for wrong in ("24:00", "2:00", "02:60", "now"):
        with pytest.raises(BadInput):
            seconds_of(wrong)


def network_of(practice: Practice) -> Network:
    found = practice._network
    assert found is not None
    return found


def url_of(practice: Practice) -> str:
    return network_of(practice).nodes[OURS].url


@pytest.mark.parametrize(("which", "option"), [(0, "--port"), (1, "--partner-port")])
def test_a_taken_port_is_told_at_once_with_the_option_that_names_another(tmp_path: Path, which: int, option: str):
    """Nobody waits half a minute to read of a section of a file that is not theirs to change."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        ports = ["0", "0"]
        ports[which] = str(taken.getsockname()[1])

        told = run(tmp_path, "training", str(tmp_path / "new"), "--port", ports[0], "--partner-port", ports[1])

    assert is_one_sentence(told)
    assert f"port {ports[which]} of 127.0.0.1 is taken" in told.output and told.output.endswith(f"with {option}\n")
