"""Attack 51: kill -9 at every durable step of sending and receiving. Nothing is lost, nothing happens twice.

The story ends, thread by thread and row by row, as it does when nobody is killed. Source: issue 2; delivery; P2, P9.
"""

import secrets
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any

import aiohttp
import pytest
import pytest_asyncio

from node.demo.person import Desk
from node.errors import Unavailable
from tests.crash.story import Kill, Story
from tests.crash.support import CODES, CrashNetwork, query

pytestmark = [pytest.mark.crash, pytest.mark.slow, pytest.mark.asyncio(loop_scope="module")]

KILLS = (
    # queueing: with the decision, or not at all
    Kill("offer", "XD", "before open_thread"),
    Kill("offer", "XD", "after open_thread"),
    Kill("disclose", "XD", "before act"),
    Kill("disclose", "XD", "after act"),
    # release: number, signature and bytes are committed before the first byte leaves
    Kill("offer", "XD", "before release_due"),
    Kill("offer", "XD", "after release_due"),
    Kill("accept", "XA", "after release_due"),
    # released in the transaction of the decision, for a worker that is idle: both of it, or nothing
    Kill("disclose", "XD", "before release_at_once"),
    Kill("disclose", "XD", "after release_at_once"),
    # posting: sent or not, answered or not, the same bytes go again
    Kill("disclose", "XD", "before post"),
    Kill("disclose", "XD", "before reading"),
    Kill("accept", "XA", "after post"),
    # the receipt: kept, or asked for again
    Kill("offer", "XD", "before record_answers"),
    Kill("disclose", "XD", "before record_answers"),
    Kill("disclose", "XD", "after record_answers"),
    # receiving: the answer leaves after the commit
    Kill("offer", "XA", "before receive"),
    Kill("offer", "XA", "after receive"),
    Kill("accept", "XD", "before receive"),
    Kill("disclose", "XA", "after receive"),
    # opening a letter, which its writer is told
    Kill("open", "XA", "before open_letter"),
    Kill("open", "XA", "after open_letter"),
    # a consent taken back, and the erasure that follows
    Kill("withdraw", "XD", "before withdraw_consent"),
    Kill("withdraw", "XD", "after withdraw_consent"),
    Kill("withdraw", "XA", "after receive"),
    Kill("erase", "XA", "before act"),
    Kill("erase", "XA", "after act"),
    Kill("erase", "XD", "after receive"),
    # both countries at once: the receiver after it has committed, the sender with the repeated answer in its hand
    Kill("disclose", "XA", "after receive", then=(("XD", "before record_answers"),)),
)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def undisturbed(network: CrashNetwork) -> dict[str, Any]:
    """How both sides stand when nobody is killed."""
    end = await Story(network).run()
    assert (end["XD"]["state"], end["XA"]["state"]) == ("disclosed", "disclosed")
    assert sum(one["erased"] for one in end["XA"]["letters"]) == 1
    for code in CODES:
        proved = end[code]["proved"]
        assert not proved.faults
        assert proved.letters == proved.receipts == len(end[code]["letters"])
    await network.agreed()
    return end


@pytest.mark.parametrize("kill", KILLS, ids=str)
async def test_a_kill_at_any_step_ends_as_if_nobody_had_been_killed(
    network: CrashNetwork, undisturbed: dict[str, Any], kill: Kill
) -> None:
    """Attack 51: exactly-once case, no lost receipt."""
    end = await Story(network, kill).run()

    assert end == undisturbed
    await network.agreed()


_HER = {"age_band": "25-34", "gender": "woman", "languages": ["uk"]}
# What a person does before any letter: one transaction each. The step, the table it writes to, the command.
COMMANDS: tuple[tuple[str, str, Callable[[Desk, str, str], Awaitable[Any]]], ...] = (
    ("before create_case", "case_file", lambda desk, case, person: desk.api.post("cases", {"persons": [_HER]})),
    (
        "before write_names",
        "identity",
        lambda desk, case, person: desk.api.put(f"cases/{case}/identity", _named(person)),
    ),
    ("before record_consents", "consent", lambda desk, case, person: desk.consent(case, person, ["XA"])),
    ("before create_user", "user", lambda desk, case, person: desk.api.post("users", _colleague())),
)


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize(
    ("step", "table", "do"), COMMANDS, ids=[step.removeprefix("before ") for step, _, _ in COMMANDS]
)
async def test_a_command_of_a_person_is_there_whole_after_a_kill_or_not_at_all(
    network: CrashNetwork, step: str, table: str, do: Callable[[Desk, str, str], Awaitable[Any]], when: str
) -> None:
    """Before its commit nothing of it is there and it can be done again; after it, once."""
    async with network.client("XD", "coordinator") as api:
        desk = Desk("XD", api)
        case, person = await desk.new_case({"given_name": "Zoryana"})
        before = _rows(network, table)
        network.arm("XD", step.replace("before", when))
        with suppress(aiohttp.ClientError, Unavailable):
            await do(desk, case, person)
        await network.died("XD")
        await network.restart("XD")
        await api.sign_in()
        left = _rows(network, table)
        if when == "before":
            await do(desk, case, person)

    assert left == before + (when == "after")
    assert _rows(network, table) == before + 1
    await network.agreed()


def _rows(network: CrashNetwork, table: str) -> int:
    return int(query(network.database("XD"), f"select count(*) from {table}")[0][0])


def _named(person: str) -> dict[str, Any]:
    return {"persons": {person: {"family_name": "Invented"}}}


def _colleague() -> dict[str, str]:
    login = "colleague-" + secrets.token_hex(4)
    return {"login": login, "password": "a long invented password", "role": "caseworker", "organisation": "haven"}
