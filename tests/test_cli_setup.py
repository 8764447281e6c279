"""`trm-node setup`: a step at a time from an empty folder to a node that can join; nothing is typed or made twice."""

import asyncio
import hashlib
import json
from collections.abc import Mapping
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from node import setup_steps
from node.cli import main
from node.config import load
from node.setup_questions import QUESTIONS
from tests.cli_world import is_one_sentence, prepare
from tests.unit.test_pager import mail_server

ASKED_GROUPS = [3, 14]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A root and a password, and the same two groups of the root's sum asked every time."""
    monkeypatch.setattr(setup_steps, "some_groups", lambda count, wanted, random: ASKED_GROUPS)
    return prepare(tmp_path)


def answers(folder: Path) -> dict[str, str]:
    """An answer to each question, in their order."""
    return {
        "country": "XA",
        "authority": "Office for Trafficked Persons, Arvenia",
        "contact": "desk@office.example",
        "out_of_hours": "+00 000 0199",
        "url": "https://trm.office.example",
        "holder": "Haven Arvenia",
        "holder_kind": "civil_society",
        "time_zone": "Europe/Chisinau",
        "mirrors": "https://registry.example/ https://mirror.example/",
        "root": str(folder / "root.json"),
        "listen": "127.0.0.1:8700",
        "data": str(folder / "data"),
        "unlock": "key-file",
        "key_file": str(folder / "node.key"),
        "login": "ana",
        "sheets": str(folder / "sheets"),
    }


def heard(folder: Path) -> list[str]:
    """The two groups, as a maintainer reads them."""
    text = hashlib.sha256((folder / "root.json").read_bytes()).hexdigest()
    return [text[4 * number - 4 : 4 * number].upper() for number in ASKED_GROUPS]


def typed(folder: Path, *lines: str, more: tuple[str, ...] = ()) -> Result:
    """The command with these lines typed, one after the other."""
    words = ["--config", str(folder / "node.toml"), "setup", "--password-file", str(folder / "password"), *more]
    return CliRunner().invoke(main, words, input="".join(line + "\n" for line in lines), env={"TRM_CONFIG": None})


def file_of(folder: Path, given: Mapping[str, str]) -> tuple[str, str]:
    path = folder / "answers.json"
    path.write_text(json.dumps(given))
    return "--answers", str(path)


def test_from_an_empty_folder_to_a_node_whose_backup_was_tried(folder: Path):
    """Each step says what it did; a node comes out of the backup, and the real one is as it was."""
    made = typed(folder, *answers(folder).values(), *heard(folder), "y", "", str(folder / "backups"))

    assert made.exit_code == 0, made.output
    for said in (
        "the root is the one that they read to you",
        "node of XA made",
        "2 no mail: nobody is called",
        "a node came out of them, 0 cases",
        "4 warning",
        "trm-registry request node-record.json --key role-XA",
    ):
        assert said in made.output, said
    assert sorted(path.name.partition("-")[0] for path in (folder / "backups").iterdir()) == ["keys", "node"]
    assert not (folder / "setup.json").exists()
    assert 'mirrors = ["https://registry.example/", "https://mirror.example/"]' in (folder / "node.toml").read_text()


async def test_the_mail_server_is_tried_before_it_stands_in_the_configuration(folder: Path):
    """One that does not answer is one sentence, and nothing was written; run again with the right one."""
    more = file_of(folder, answers(folder))
    async with mail_server() as server:
        port = str(server.port)
    mail = ["127.0.0.1", "node@office.example", "duty@office.example", "none"]
    gone = await asyncio.to_thread(typed, folder, *heard(folder), "y", *mail, port, more=more)
    without = (folder / "node.toml").read_text()
    async with mail_server() as server:
        there = await asyncio.to_thread(typed, folder, *mail, str(server.port), "", more=more)

    assert gone.exit_code == 1 and "mail server cannot be reached" in gone.output
    assert "[alarm]" not in without
    assert there.exit_code == 0, there.output
    alarm = load(folder / "node.toml", {}).config.alarm
    assert (alarm.smtp_host, alarm.to, alarm.sender) == ("127.0.0.1", ("duty@office.example",), "node@office.example")
    assert server.mails == []


def test_what_is_made_is_left_alone_the_next_time(folder: Path):
    more = file_of(folder, answers(folder))
    first = typed(folder, *heard(folder), "y", "", "", more=more)
    before = (folder / "node.toml").read_bytes()

    again = typed(folder, "", "", more=more)

    assert (first.exit_code, again.exit_code) == (0, 0), again.output
    assert "1 made: node.toml is there; nothing of it is changed" in again.output
    assert (folder / "node.toml").read_bytes() == before


def test_what_was_typed_before_an_interruption_is_not_asked_again(folder: Path):
    """The line breaks after four answers; they stand beside the configuration, and no secret is among them."""
    given = answers(folder)
    broken = typed(folder, *list(given.values())[:4])
    kept = (folder / "setup.json").read_text()
    rest = typed(folder, *list(given.values())[4:], *heard(folder), "y", "", "")

    assert broken.exit_code == 1
    assert json.loads(kept) == dict(list(given.items())[:4])
    assert rest.exit_code == 0, rest.output
    assert not any(secret in kept for secret in ("passphrase", "password"))


def test_an_answer_that_cannot_be_used_is_asked_again_with_the_reason(folder: Path):
    given = answers(folder)
    wrong = {"country": "xa", "url": "trm.office", "time_zone": "Chisinau", "root": "nowhere", "listen": "8700"}
    lines = [line for one in QUESTIONS for line in ([wrong[one.name]] if one.name in wrong else []) + [given[one.name]]]

    made = typed(folder, *lines, *heard(folder), "y", "", "")

    assert made.exit_code == 0, made.output
    for reason in ("two capital letters", "plain http(s) address", "time zone", "no such file", "address and port"):
        assert reason in made.output


def test_another_root_than_the_maintainers_read_makes_no_node(folder: Path):
    """Who forged the root is found by the telephone: three wrong groups end it, and nothing was made."""
    refused = typed(folder, "0000", "1111", "2222", more=file_of(folder, answers(folder)))

    assert refused.exit_code == 1
    assert "this is not the maintainers' root; do not go on" in refused.output
    assert not (folder / "data").exists() and not (folder / "node.toml").exists()


def test_with_nobody_at_the_keyboard_all_answers_come_from_a_file(folder: Path):
    more = (*file_of(folder, answers(folder)), "--yes", "--backups", str(folder / "backups"))
    made = typed(folder, more=more)

    assert made.exit_code == 0, made.output
    assert "the root was not compared" in made.output
    assert "a node came out of them" in made.output


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"country": "XAX"}, "two capital letters"),
        ({"colour": "blue"}, "answers what is not asked: colour"),
        ({"login": None}, "login has no answer"),
    ],
)
def test_a_file_of_answers_that_cannot_be_used_is_one_sentence(folder: Path, change: dict[str, str | None], says: str):
    given = {name: text for name, text in {**answers(folder), **change}.items() if text is not None}

    refused = typed(folder, more=(*file_of(folder, given), "--yes"))

    assert is_one_sentence(refused), refused.output
    assert says in refused.output
    assert not (folder / "node.toml").exists()


def test_the_groups_to_be_heard_are_other_ones_each_time_and_never_the_same_twice():
    numbers = iter([5, 21, 5, 2])  # 21 is the fifth again

    assert setup_steps.some_groups(16, 2, lambda n: bytes([next(numbers)])) == [3, 6]
    assert setup_steps.groups_of(b"root")[0] == hashlib.sha256(b"root").hexdigest()[:4]
