"""Calls really made: to a mail server on this machine and by a real program, with nothing in them. H21; R38."""

import asyncio
import stat
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from node import doctor
from node.config import AlarmSection, BadConfig, parsed
from node.findings import Patient
from node.pager import Pager, channels_of, run_command, send_mails
from node.service.safety import alarms
from node.service.safety.alarms import About
from tests.world import make_world

FIRST = "duty@office.example"


class MailServer:
    """Enough of SMTP to take mail; `refuse` answers every recipient with a lasting error."""

    def __init__(self, refuse: bool = False) -> None:
        self.mails: list[tuple[str, str]] = []
        self.refuse = refuse
        self.port = 0

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        to = ""
        writer.write(b"220 here\r\n")
        while line := (await reader.readline()).decode():
            word = line.strip().upper()
            if word.startswith("RCPT TO:"):
                to = line.strip()[9:-1]
                writer.write(b"550 no\r\n" if self.refuse else b"250 ok\r\n")
            elif word == "DATA":
                writer.write(b"354 go on\r\n")
                text = (await reader.readuntil(b"\r\n.\r\n")).decode()
                self.mails.append((to, text))
                writer.write(b"250 ok\r\n")
            elif word == "QUIT":
                writer.write(b"221 bye\r\n")
                break
            else:
                writer.write(b"250 ok\r\n")
        writer.close()


@asynccontextmanager
async def mail_server(refuse: bool = False):
    taking = MailServer(refuse)
    server = await asyncio.start_server(taking.talk, "127.0.0.1", 0)
    taking.port = server.sockets[0].getsockname()[1]
    try:
        yield taking
    finally:
        server.close()
        await server.wait_closed()


def program(path: Path, text: str) -> str:
    path.write_text(f"#!/bin/sh\n{text}\n", encoding="utf-8")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return str(path)


def section(port: int = 25, **facts) -> AlarmSection:
    given = {
        "smtp_host": "127.0.0.1",
        "smtp_port": port,
        "smtp_security": "none",
        "sender": "node@office.example",
        "to": (FIRST,),
        "backup_to": ("back-up@office.example",),
        "timeout_s": 5,
        **facts,
    }
    return AlarmSection(**given)


async def test_an_alarm_becomes_a_mail_that_says_only_that_something_waits(tmp_path):
    """R38: no country, no case, no word of what it is about, in subject, body or headers."""
    world = make_world(tmp_path, "XD")
    node = world["XD"].node
    node.page_by = ("mail",)
    async with mail_server() as server:
        await node.store.write(
            lambda work: alarms.raise_alarm(
                node, work, "call", "a1" * 16, "danger_now", node.now(), About("XA", "b2" * 16, "a1" * 16, None)
            )
        )
        await alarms.climb(node)
        await Pager(node, section(server.port)).send_due()
        await Pager(node, section(server.port)).send_due()

    [(to, text)] = server.mails
    assert to == FIRST
    assert "Something waits at your desk. Please sign in." in text
    for word in ("XA", "danger", "alert", "a1a1", "b2b2", "1"):
        assert word not in text.split("\r\n\r\n", 1)[1]
    assert "danger" not in text.lower()
    await world.close()


async def test_a_call_that_fails_is_tried_again_until_it_is_made(tmp_path):
    """The mail server is down for a while: the call waits in the database and is made when it is back."""
    world = make_world(tmp_path, "XD")
    node = world["XD"].node
    node.page_by = ("mail",)
    await node.store.write(
        lambda work: alarms.raise_alarm(node, work, "call", "a1" * 16, "danger_now", node.now(), About())
    )
    await alarms.climb(node)
    async with mail_server(refuse=True) as refusing:
        await Pager(node, section(refusing.port)).send_due()
    assert node.store.read_sync(lambda reader: reader.pages.problems()) == [("mail", "smtp_refused", 1)]

    async with mail_server() as server:
        await Pager(node, section(server.port)).send_due()
        assert server.mails == []  # not at once
        world.clock.step(31)
        await Pager(node, section(server.port)).send_due()

    assert [to for to, _ in server.mails] == [FIRST]
    assert node.store.read_sync(lambda reader: reader.pages.problems()) == []
    await world.close()


async def test_the_back_up_has_an_address_of_its_own(tmp_path):
    """H21: nobody took it up within the hour."""
    world = make_world(tmp_path, "XD")
    node = world["XD"].node
    node.page_by = ("mail",)
    await node.store.write(
        lambda work: alarms.raise_alarm(node, work, "call", "a1" * 16, "danger_now", node.now(), About())
    )
    async with mail_server() as server:
        for _ in range(2):
            await alarms.climb(node)
            await Pager(node, section(server.port)).send_due()
            world.clock.step(3600)

    assert [to for to, _ in server.mails] == [FIRST, FIRST, "back-up@office.example"]
    await world.close()


async def test_the_command_gets_a_word_and_a_count_and_nothing_else(tmp_path, monkeypatch):
    """No shell, no input, no environment of ours."""
    monkeypatch.setenv("TRM_SECRET", "never")
    told = tmp_path / "told"
    path = program(tmp_path / "page", f'echo "$# $1 $2 $3 $TRM_SECRET" > {told}; cat >> {told}')

    assert await run_command(section(command=(path, "$(touch /tmp/x)")), "first", 3) == ""

    assert told.read_text(encoding="utf-8") == "3 $(touch /tmp/x) something_waits 3 \n"


@pytest.mark.parametrize(
    ("text", "code"),
    [("exit 3", "command_failed"), ("exec sleep 60", "command_too_slow"), (None, "command_not_started")],
)
async def test_a_command_that_does_not_do_its_work_is_no_call(tmp_path, text, code):
    """It is tried again; one that hangs is killed after its time."""
    path = str(tmp_path / "gone") if text is None else program(tmp_path / "page", text)

    assert await run_command(section(command=(path,), timeout_s=1), "first", 1) == code


async def test_a_server_that_cannot_be_reached_is_a_code_and_no_exception():
    """The other channels still call."""
    assert await asyncio.to_thread(send_mails, section(9, timeout_s=1), (FIRST,)) == "smtp_unreachable"
    assert send_mails(section(), ()) == "nobody_to_mail"


CONFIG = """
[node]
country = "XA"
data_dir = "data"
[registry]
mirrors = ["http://127.0.0.1:1"]
root_file = "root.json"
[alarm]
"""


@pytest.mark.parametrize(
    ("text", "field"),
    [
        ('smtp_host = "127.0.0.1"', "alarm.sender"),
        ('to = ["nobody"]', "alarm.to"),
        ('smtp_host = "h"\nsender = "a@b"\nsmtp_user = "u"', "alarm.smtp_user"),
        ('smtp_user = "u"\nsmtp_password_file = "p"\nsmtp_security = "none"', "alarm.smtp_security"),
        ('command = ["page"]', "alarm.command"),
        ('backup_command = ["./page"]', "alarm.backup_command"),
    ],
)
def test_a_section_that_could_not_call_anybody_is_refused(text, field):
    """The sentence names the key and what to write."""
    with pytest.raises(BadConfig) as error:
        parsed(CONFIG + text, Path("node.toml"))

    assert error.value.field == field


def test_channels_are_those_that_are_set():
    """Neither is needed; the doctor says so."""
    assert channels_of(AlarmSection()) == ()
    assert channels_of(section(command=("/bin/true",))) == ("mail", "command")


async def test_the_doctor_tries_the_way(tmp_path):
    """Nothing set: a warning. A dead server or a program that is none: wrong. A mail is never sent."""

    def says(text: str) -> str:
        patient = Patient(parsed(CONFIG + text, tmp_path / "node.toml"), None)  # type: ignore[arg-type]
        return doctor._made(doctor.alarms, patient).level

    assert says("") == "warning"
    assert says('command = ["/nowhere/page"]') == "wrong"
    assert says('smtp_host = "127.0.0.1"\nsmtp_port = 9\nsender = "a@b"\ntimeout_s = 1') == "wrong"
    async with mail_server() as server:
        text = f'smtp_host = "127.0.0.1"\nsmtp_port = {server.port}\nsmtp_security = "none"\nsender = "a@b"'
        assert await asyncio.to_thread(says, text) == "ok"
        assert server.mails == []
