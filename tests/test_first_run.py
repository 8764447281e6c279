"""The first run as pages: from an empty folder to a node whose backup was tried, behind a code that works once."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from node import init, setup_steps
from node.config import load
from node.crypto.vault import SMALLEST
from node.errors import OpenTRMError
from node.first_run import TRIES, FirstRun, first_run_application
from node.service.upkeep.setup import Unlock, keys_open
from node.setup_questions import QUESTIONS
from node.store.folder import DataFolder
from node.web.first_run import FORMS
from tests.cli_world import SECRETS, prepare
from tests.test_cli_setup import ASKED_GROUPS, answers, heard
from tests.web.browser import Browser, Page

PASSWORD = SECRETS["password"]


@dataclass
class Somebody:
    """In front of the pages, in a browser without script."""

    run: FirstRun
    browser: Browser
    folder: Path

    async def enter(self, code: str = "") -> Page:
        page = await self.browser.open("/")
        return await self.browser.send(page, "/enter", code=code or self.run.code)

    async def step(self, name: str, **typed: Any) -> Page:
        page = await self.browser.open(f"/?step={name}")
        return await self.browser.send(page, f"/step/{name}", **typed)

    async def answer(self, name: str, **other: str) -> Page:
        """The answers of one step, these in place of the usual ones."""
        wanted = {one.name for form in FORMS if form.name == name for one in form.asked}
        return await self.step(name, **{k: v for k, v in {**answers(self.folder), **other}.items() if k in wanted})

    async def compare(self) -> Page:
        return await self.step(
            "root", fields=dict(zip(map("group-{}".format, ASKED_GROUPS), heard(self.folder), strict=True))
        )


@pytest.fixture
async def somebody(tmp_path: Path, aiohttp_client: Any, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Somebody]:
    monkeypatch.setattr(setup_steps, "some_groups", lambda count, wanted, random: ASKED_GROUPS)
    monkeypatch.setattr(init, "MODERATE", SMALLEST)
    run = FirstRun(prepare(tmp_path) / "node.toml")
    yield Somebody(run, Browser(await aiohttp_client(first_run_application(run))), tmp_path)


async def test_step_by_step_to_a_node_whose_backup_was_tried(somebody: Somebody):
    """O1: each step says what is missing, a node is made, its copy was opened, and what is next stands there."""
    page = await somebody.enter()
    assert page.said.count("After those above") == 6 and "The office" in page.said
    for name in ("office", "registry", "machine"):
        await somebody.answer(name)
    await somebody.compare()
    unlike = await somebody.step("make", password=PASSWORD, password_again="another one, longer")
    assert unlike.status == 422 and "typed in two ways" in unlike.said and PASSWORD not in unlike.text
    made = await somebody.step("make", password=PASSWORD, password_again=PASSWORD)
    assert "Mail that calls your people" in made.said, made.said
    await somebody.step("mail")
    done = await somebody.step("backup", folder=str(somebody.folder / "copies"))

    assert "a node came out of them" in done.said and "--key role-XA" in done.said, done.said
    assert load(somebody.run.config).config.node.country == "XA"
    assert (
        len(list((somebody.folder / "copies").iterdir())) == 2
        and len(list((somebody.folder / "sheets").iterdir())) == 3
    )
    assert not (somebody.folder / "setup.json").exists()
    again = await somebody.browser.open("/?step=make")
    assert "nothing of it is changed here" in again.said and "/step/make" not in again.text
    await somebody.browser.send(done, "/end")
    assert somebody.run.ended.is_set()


async def test_a_node_that_a_passphrase_opens_is_asked_for_it_and_keeps_it_nowhere(somebody: Somebody):
    await somebody.enter()
    for name in ("office", "registry"):
        await somebody.answer(name)
    await somebody.answer("machine", unlock="passphrase")
    await somebody.compare()
    words = {f"{name}{end}": PASSWORD for name in ("password", "passphrase") for end in ("", "_again")}
    await somebody.step("make", **words)
    await somebody.step("mail")

    done = await somebody.step("backup", folder=str(somebody.folder / "copies"), passphrase=PASSWORD)

    assert "a node came out of them" in done.said, done.said
    assert PASSWORD not in somebody.run.config.read_text() and not (somebody.folder / "node.key").exists()


async def test_a_secret_is_taken_exactly_as_it_was_typed(somebody: Somebody):
    """Blanks around it are part of it, as they are where it is asked for later: else nobody could open the node."""
    await somebody.enter()
    for name in ("office", "registry"):
        await somebody.answer(name)
    await somebody.answer("machine", unlock="passphrase")
    await somebody.compare()
    words = {f"{name}{end}": f" {PASSWORD} " for name in ("password", "passphrase") for end in ("", "_again")}

    await somebody.step("make", **words)

    node = load(somebody.run.config).config.node
    folder = DataFolder(node.data_dir, node.journal_dir)
    keys_open(folder, Unlock(passphrase=f" {PASSWORD} "))
    with pytest.raises(OpenTRMError):
        keys_open(folder, Unlock(passphrase=PASSWORD))


async def test_what_was_typed_is_there_after_an_interruption_and_the_root_is_compared_again(
    somebody: Somebody, aiohttp_client: Any
):
    """O1: progress saved, each step can be taken again; `trm-node setup` at a terminal goes on from the same file."""
    await somebody.enter()
    await somebody.answer("office")
    await somebody.answer("registry")
    await somebody.answer("machine")
    await somebody.compare()

    later = FirstRun(somebody.run.config)
    other = Somebody(later, Browser(await aiohttp_client(first_run_application(later))), somebody.folder)
    await other.enter()

    assert [later.status(one) for one in ("office", "registry", "machine", "root", "make")] == [
        *["done"] * 3, "open", "shut",
    ]  # fmt: skip
    page = await other.browser.open("/?step=office")
    assert page.form("/step/office")["authority"] == [answers(somebody.folder)["authority"]]


async def test_a_wrong_group_asks_for_others_and_the_node_is_not_made(somebody: Somebody):
    await somebody.enter()
    for name in ("office", "registry", "machine"):
        await somebody.answer(name)

    wrong = await somebody.step("root", fields=dict.fromkeys(map("group-{}".format, ASKED_GROUPS), "0000"))

    assert wrong.status == 422 and "do not go on and tell the maintainers" in wrong.said
    await somebody.browser.send(wrong, "/step/root")
    assert somebody.run.status("make") == "shut" and not somebody.run.config.exists()


async def test_an_answer_that_cannot_be_used_is_said_beside_its_field_and_what_was_typed_stays(somebody: Somebody):
    await somebody.enter()

    page = await somebody.answer("office", time_zone="Nowhere/Atlantis")

    assert page.status == 422 and page.text.count('id="e-time_zone"') == 1
    assert page.form("/step/office")["contact"] == ["desk@office.example"]


async def test_only_the_browser_that_brought_the_code_comes_in_and_only_by_a_name_of_this_machine(
    somebody: Somebody, aiohttp_client: Any
):
    """A page elsewhere, a name that leads here, a second browser, and whoever guesses."""
    stranger = Browser(somebody.browser.client)
    shut = await stranger.open("/?step=office")
    assert "It works once, in one browser" in shut.said and "/step/" not in shut.text
    assert (await stranger.post("/step/office", [("country", "XA")])).status == 403
    for _ in range(TRIES):
        assert (await stranger.send(shut, "/enter", code="0" * 20)).status == 403
    assert (await somebody.enter()).status == 403  # guessed too often: begin again in the terminal
    somebody.run.wrong = 0
    assert (await somebody.enter()).status == 200
    assert (await stranger.send(shut, "/enter", code=somebody.run.code)).status == 403
    somebody.browser.says = {"Host": "evil.example"}
    assert (await somebody.browser.open("/")).status == 421
    somebody.browser.says = {}
    assert (await somebody.browser.post("/step/mail", [], Origin="https://evil.example")).status == 403


def test_every_question_of_the_terminal_stands_on_a_page():
    assert {one.name for one in QUESTIONS} <= {one.name for form in FORMS for one in form.asked}
