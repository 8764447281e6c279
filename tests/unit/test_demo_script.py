"""The demo's script in two languages, its pace, and codes for whoever has no telephone: without starting it."""

import asyncio
import base64
from pathlib import Path
from typing import Any

import pytest

from node.clock import FileClock, set_clock_file
from node.config import LimitsSection
from node.demo import __main__ as command
from node.demo.network import Network
from node.demo.pace import FASTEST, MINUTE_S, SAYS, hurry, longer_sign_ins
from node.demo.running import UNDO
from node.demo.script import LABELS, SPOKEN, TEXTS, parts_of, script
from node.demo.switch import NO_TEXT, Switch
from node.service.staff.second_step import step_of
from node.web.sentences import sentences

DESKS = {"xd": "http://xd.localhost:1", "xa": "http://xa.localhost:2"}
NAMES = {"xd": "Destinia", "xa": "Arvenia"}
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"  # an invented one


def test_every_word_that_the_script_quotes_stands_on_a_page_in_its_language():
    """A page that is renamed renames it in the script; a label that no page has is found here."""
    assert [text for text in LABELS.values() if text not in sentences()] == []
    for language in SPOKEN:
        said = script(language, DESKS, NAMES)
        assert "{" not in said and "%(" not in said
        assert parts_of(TEXTS[language]) == parts_of(TEXTS["en"])
    assert "«Почати перенаправлення»" in script("uk", DESKS, NAMES)
    assert '"Sign and send to Arvenia"' in script("en", DESKS, NAMES)
    assert '"Take it back"' in script("en", DESKS, NAMES) and UNDO["TRM_DESK__UNDO_S"] == "20"  # as its step 2 says


@pytest.mark.parametrize(
    ("words", "options"),
    [
        ([], (False, "en", 1)),
        (["--once"], (True, "en", 1)),
        (["--fast", "60", "--speak", "uk"], (False, "uk", 60)),
        (["--fast", str(FASTEST + 1)], None),
        (["--fast", "soon"], None),
        (["--fast"], None),
        (["--speak", "de"], None),
        (["--onse", "1"], None),
    ],
)
def test_the_demo_knows_its_words(words: list[str], options: object):
    assert command._options(words) == options
    assert command.SPOKEN == SPOKEN == tuple(SAYS)


async def test_an_hour_passes_in_a_minute_for_every_process(tmp_path: Path):
    """FAST=60: the shared clock goes on by an hour less the minute that passed by itself; sign-ins last."""
    network, waited = Network(tmp_path), 0
    before = FileClock(network.clock_file).now()

    async def pause(seconds: float) -> None:
        nonlocal waited
        waited += 1
        if waited > 3:
            raise asyncio.CancelledError

    with pytest.raises(asyncio.CancelledError):
        await hurry(network, 60, pause)

    assert 0 <= FileClock(network.clock_file).now() - before - 3 * 59 * MINUTE_S < MINUTE_S
    usual = LimitsSection()
    assert longer_sign_ins(60) == {
        "TRM_LIMITS__SESSION_IDLE_S": str(60 * usual.session_idle_s),
        "TRM_LIMITS__SESSION_MAX_S": str(60 * usual.session_max_s),
    }


async def test_whoever_has_no_telephone_asks_the_running_demo_for_the_six_digits(tmp_path: Path):
    """By the demo's clock, which a telephone does not know."""
    network: Any = Network(tmp_path)
    set_clock_file(network.clock_file, "1795000000")

    said = await Switch(network).ask(f"code {SECRET}")

    assert step_of(base64.b32decode(SECRET), said, 1_795_000_000) is not None
    for wrong in ("code", "code not-it", "code 17"):
        assert await Switch(network).ask(wrong) == NO_TEXT


def test_whoever_mistypes_is_told_the_words_that_make_takes(capsys: pytest.CaptureFixture[str]):
    """The README says `make demo FAST=60`; a refusal that speaks of --fast helps nobody who typed that."""
    assert command.main(["--speak", "de"]) != 0
    told = capsys.readouterr()
    assert "SPEAK=en or uk" in told.err + told.out and "OFF=XT" in told.err + told.out
