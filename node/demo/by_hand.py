"""One invented person referred between two nodes that are already running: the last command of README's walkthrough.

    python -m node.demo.by_hand XD=http://127.0.0.1:8710 XA=http://127.0.0.1:8720 --passwords FOLDER

Signs in as both coordinators (FOLDER/XD.password, FOLDER/XA.password) and uses the public API only. Prints one line for
each step and the state that each country then sees.
"""

import argparse
import asyncio
import sys
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from pathlib import Path

import aiohttp

from node.clock import SystemClock
from node.demo.client import ApiClient
from node.demo.person import WAIT_S, Desk
from node.demo.played import ACCEPTANCE, COMPLETED
from node.errors import OpenTRMError, Unavailable
from node.secret_files import read_passphrase

POLL_S = 0.2
FIELD = "given_name"


async def refer(sender: Desk, receiver: Desk) -> None:
    """Offer, acceptance, disclosure, name opened with a reason, arrival, completion."""
    case, person = await sender.new_case({FIELD: "Zoryana"})
    await sender.consent(case, person, [receiver.code])
    thread = await sender.offer(case, receiver.code)
    await receiver.sees(thread, "offered")
    _say(f"{sender.code} offered somebody to {receiver.code}; no name has left {sender.code}")
    await _accept(receiver, thread)
    await sender.sees(thread, "accepted")
    _say(f"{receiver.code} accepted, and asks for one field: {FIELD}")
    wanted = [{"person_id": person, "fields": [FIELD]}]
    await sender.act(thread, "referral.disclose", {"complete": True}, disclose=wanted)
    view = await receiver.sees(thread, "disclosed")
    _say(f"{receiver.code} opened the name, with a reason: {await _name(receiver, view)}")
    now = SystemClock().now()
    arrival = {"arrived": True, "noted_at": now, "wellbeing": "well", "confirmed_by_her": True}
    await receiver.act(thread, "referral.arrived", arrival)
    await sender.sees(thread, "in_progress")
    _say("she has arrived")
    await receiver.act(thread, "referral.complete", COMPLETED)
    for desk in (sender, receiver):
        await desk.sees(thread, "completed")
        letters = (await desk.all_received(thread))["letters"]
        _say(f"{desk.code} sees: completed, {len(letters)} letters, a signed receipt for each that it sent")


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


async def _accept(desk: Desk, thread: str) -> None:
    (offer,) = await desk.open_all(thread)
    token = offer["consent"][0]["token"]
    start = datetime.fromtimestamp(SystemClock().now(), UTC).date().isoformat()
    needed = [{"person": token, "field": FIELD, "level": "L3"}]
    await desk.act(
        thread,
        "referral.accept",
        {**ACCEPTANCE, "persons": [token], "data_needed": needed, "start_not_before": start},
    )


async def _name(desk: Desk, view: dict[str, object]) -> str:
    letters = view["letters"]
    assert isinstance(letters, list)
    disclosed = next(one for one in letters if one["kind"] == "referral.disclose")
    opened = await desk.api.post(f"letters/{disclosed['letter_id']}/identity", {"reason": "prepare_reception"})
    return " ".join(str(fields[FIELD]) for fields in opened["persons"].values())


async def _until_ready(url: str) -> None:
    """A node that was just started answers soon; Unavailable when it does not."""
    loop = asyncio.get_running_loop()
    end = loop.time() + WAIT_S
    async with aiohttp.ClientSession() as http:
        while loop.time() < end:
            try:
                async with http.get(f"{url}/readyz") as answer:
                    if answer.status == 200:
                        return
            except aiohttp.ClientError:
                pass
            await asyncio.sleep(POLL_S)
    raise Unavailable(f"node at {url} is not ready; look at what it said, and run trm-node doctor")


async def _run(nodes: list[tuple[str, str]], passwords: Path) -> None:
    async with AsyncExitStack() as stack:
        desks = []
        for code, url in nodes:
            await _until_ready(url)
            password = read_passphrase(passwords / f"{code}.password").decode("utf-8")
            desks.append(Desk(code, await stack.enter_async_context(ApiClient(url, "coordinator", password))))
        await refer(*desks)


def main() -> int:
    """The exit code; what went wrong is one sentence on standard error."""
    parser = argparse.ArgumentParser(description="Refer one invented person from the first node to the second.")
    parser.add_argument("nodes", nargs=2, metavar="CODE=URL", help="sender, then receiver")
    parser.add_argument("--passwords", type=Path, required=True, help="folder with CODE.password of both coordinators")
    given = parser.parse_args()
    places = [(code, url) for code, _, url in (node.partition("=") for node in given.nodes)]
    try:
        asyncio.run(_run(places, given.passwords))
    except OpenTRMError as error:
        sys.stderr.write(f"by_hand: {error.message}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
