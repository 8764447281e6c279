"""`make demo ONCE=1` says that all is well only where it is: one scenario that went wrong is an exit code of 1."""

import json
from contextlib import AsyncExitStack
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from node.demo import network as demo_network
from node.demo import running, scenarios
from node.demo.network import Network
from node.demo.person import Desk
from node.demo.played import Played
from node.errors import Unavailable
from node.service.evidence.files import Report


async def nothing(*_: object) -> bytes:
    return b""


async def fine(network: Network, stack: AsyncExitStack) -> Played:
    return Played(letters=2, receipts=2)


async def disagreed(network: Network, stack: AsyncExitStack) -> Played:
    return Played(letters=2, receipts=2, agreed=False)


async def without_a_receipt(network: Network, stack: AsyncExitStack) -> Played:
    return Played(letters=2, receipts=1)


async def without_letters(network: Network, stack: AsyncExitStack) -> Played:
    return Played()


async def stuck(network: Network, stack: AsyncExitStack) -> Played:
    raise Unavailable("waited 60 s in vain for XA to see offered")


async def with_a_forged_receipt(network: Network, stack: AsyncExitStack) -> Played:
    desk = cast("Desk", SimpleNamespace(code="XD", api=SimpleNamespace(get_bytes=nothing)))
    return Played(threads=[(desk, "0" * 32)], letters=2, receipts=2)


@pytest.mark.parametrize(
    "wrong", [disagreed, without_a_receipt, without_letters, stuck, with_a_forged_receipt], ids=lambda one: one.__name__
)
async def test_one_scenario_that_went_wrong_is_said_and_the_others_are_told_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, wrong: scenarios.Scenario
):
    """Issue 2: ok only if the nodes agree and every receipt verifies offline."""
    monkeypatch.setattr(scenarios, "SCENARIOS", {**dict.fromkeys(scenarios.SCENARIOS, fine), "2": wrong})
    monkeypatch.setattr(demo_network, "verify", lambda *_: Report(1, 0, ["receipt does not verify"]))
    monkeypatch.setattr(Network, "root_bytes", b"")

    result = await scenarios.play(Network(tmp_path))

    assert result["ok"] is False
    assert [number for number, one in result["scenarios"].items() if not one["ok"]] == ["2"]


@pytest.mark.parametrize("ok", [True, False])
async def test_the_exit_code_is_the_verdict_and_it_is_printed_as_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], ok: bool
):
    async def played(_: Network) -> dict[str, Any]:
        return {"scenarios": {}, "ok": ok}

    monkeypatch.setattr(running, "play", played)
    network = cast("Network", SimpleNamespace(start=nothing, add_caseworkers=nothing))

    assert await running._play(network) == (0 if ok else 1)
    out = capsys.readouterr().out
    assert json.loads(out) == {"scenarios": {}, "ok": ok} and out.count("\n") == 1
