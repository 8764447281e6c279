"""The demo's processes: a publisher and a node for each country, each with data of its own, and one shared clock file.

Made by the same functions as the commands call; run as the commands run. Every process started here is ended here.
"""

import asyncio
import os
import random
import secrets
import socket
import sys
from collections.abc import Mapping
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from node.clock import FileClock, set_clock_file
from node.config import load
from node.crypto.rolekeys import RoleKey
from node.demo.client import ApiClient
from node.demo.maintainers import Maintainers
from node.demo.shared_time import SharedTime
from node.errors import OpenTRMError, Unavailable
from node.init import initialise
from node.init_options import InitOptions
from node.service.evidence.files import verify
from node.service.upkeep.renew_calendar import own_record, renew_calendar
from node.service.upkeep.setup import RECORD_FILE
from registry.request import make_request

READY_S = 120  # one that dies says so at once; a machine that is busy takes its time
NAMES = {"XD": "Destinia", "XT": "Transitia", "XA": "Arvenia", "XB": "Borduria", "XC": "Cordavia"}
ENVIRONMENT = {"TRM_REGISTRY__FIRST_CONTACT_WAIT_S": "0", "TRM_REGISTRY__REFRESH_S": "1", "TRM_DESK__UNDO_S": "0"}
NO_SETTINGS: Final[Mapping[str, str]] = {}
A_MONTH_S, NINE_MONTHS_S = 30 * 86_400, 270 * 86_400
TOGETHER_S, SIX_HOURS_S = 600, 21_600
LOGGED_AT_MOST = 400
PORTS, TRIED = range(10_000, 32_768), 200  # below those that Linux gives to outgoing connections


@dataclass(frozen=True)
class Fixed:
    """What is the same whenever these countries are made anew: ports and passwords; `training`: made for practice."""

    ports: Mapping[str, int] = field(default_factory=dict)  # by country; another free one where it names none
    passwords: Mapping[tuple[str, str], str] = field(default_factory=dict)  # by country and login; else invented
    training: bool = False

    def password(self, code: str, login: str) -> str:
        """The password of somebody there."""
        return self.passwords.get((code, login)) or new_password()


@dataclass
class DemoNode:
    """One country's running node and its people's passwords."""

    code: str
    url: str
    metrics_url: str
    process: asyncio.subprocess.Process
    people: dict[str, str]
    user_ids: dict[str, str] = field(default_factory=dict)


class Network:
    """Everything the demo runs, in one folder that is thrown away at the end."""

    def __init__(
        self, folder: Path, behind_s: int = 0, retry_longest_s: int = SIX_HOURS_S,
        settings: Mapping[str, str] = NO_SETTINGS, fixed: Fixed | None = None,
    ) -> None:  # fmt: skip
        """`behind_s`: how long ago it is in these countries, at first; `retry_longest_s`: as the nodes' setting.

        `settings`: more of their settings, as their environment has them.
        """
        self._environment = {**ENVIRONMENT, "TRM_LIMITS__RETRY_LONGEST_S": str(retry_longest_s), **settings}
        self.folder, self._fixed = folder, fixed or Fixed()
        self.clock_file = folder / "clock"
        self._moved_s = self._met_at_s = self._signed_at_s = -behind_s
        set_clock_file(self.clock_file, f"{self._moved_s:+d}")
        self.clock = FileClock(self.clock_file)
        self.passphrase_file = folder / "passphrase"
        self.passphrase_file.touch(mode=0o600)
        self.passphrase_file.write_text(secrets.token_hex(16) + "\n")
        self.nodes: dict[str, DemoNode] = {}
        self._time = SharedTime(self.clock.now, self._move_on)
        self._clients: dict[tuple[str, str], ApiClient] = {}
        self._role_keys: dict[str, RoleKey] = {}
        self._machines: dict[str, int] = {}  # where a country has had more than one
        self.registry_url = ""
        self._publisher: asyncio.subprocess.Process | None = None

    @property
    def root_bytes(self) -> bytes:
        """What every node pins."""
        return self._maintainers.root_bytes

    @property
    def behind_s(self) -> int:
        """How long ago it is in these countries."""
        return -self._moved_s

    async def start(self, codes: tuple[str, ...], listed: tuple[str, ...] = ()) -> None:
        """The registry with these countries admitted and its publisher, then the nodes, all of them ready.

        Those that are only `listed` are admitted too, and do not run.
        """
        self._make_registry()
        await self._start_publisher()
        self._admit((*codes, *listed))
        await _first_line(self._publisher, self.folder / "registry.log")
        await asyncio.gather(*(self._serve_node(code) for code in codes))

    async def join(self, code: str) -> None:
        """One more country, from an empty folder to a ready node that the others know."""
        self._admit((code,))
        await self._serve_node(code)

    async def add_caseworkers(self, *codes: str) -> None:
        """A caseworker in each of these countries, made by its coordinator as the API allows."""
        await asyncio.gather(*(self._people(self.nodes[code]) for code in codes))

    def move_clock(self, seconds: int) -> None:
        """Let every process believe that so much time has passed; the maintainers meet every month, as they do."""
        self._moved_s += seconds
        set_clock_file(self.clock_file, f"{self._moved_s:+d}")
        if self._moved_s - self._met_at_s >= A_MONTH_S:
            self._met_at_s = self._moved_s
            self._maintainers.admit([])

    def taking_part(self) -> AbstractContextManager[None]:
        """A block that shares the clock with others like it: time passes when all of them wait."""
        return self._time.taking_part()

    async def pass_time(self, seconds: int, slack_s: int = TOGETHER_S) -> None:
        """Let so much time pass, up to `slack_s` more where somebody beside waits for a moment that is close by."""
        await self._time.passes(seconds, slack_s)

    async def end(self, code: str) -> None:
        """Switch one country's node off, in good order; Unavailable when it does not end."""
        process = self.nodes[code].process
        process.terminate()
        try:
            await asyncio.wait_for(process.wait(), READY_S)
        except TimeoutError:
            raise Unavailable(f"{code} did not end; see its log") from None

    def runs(self, code: str) -> bool:
        """Whether this country's node is switched on."""
        return self.nodes[code].process.returncode is None

    async def start_again(self, code: str) -> None:
        """Switch a node on that was switched off; its people and data are as they were."""
        known = self.nodes[code]
        await self._serve_node(code)
        self.nodes[code].people, self.nodes[code].user_ids = known.people, known.user_ids

    def suspend(self, code: str) -> None:
        """One maintainer suspends a country for 72 hours."""
        self._maintainers.suspend(code)

    def remove(self, code: str) -> None:
        """The maintainers take a country out of the registry; its keys count no more."""
        self._maintainers.remove(code)

    async def new_machine(self, code: str) -> None:
        """A node for a country that lost its own: new keys, a record after the published one, people who begin anew.

        It runs, and waits to be admitted.
        """
        lost = self._data(code) / RECORD_FILE
        self._machines[code] = self._machines.get(code, 1) + 1
        for known in [one for one in self._clients if one[0] == code]:
            del self._clients[known]
        self._init_node(code, lost)
        await self._serve_node(code)

    def admit_again(self, code: str) -> None:
        """The maintainers take the country of a new machine in again."""
        self._maintainers.admit([self._request(code, self._maintainers.next_version(code))])

    def publish_next(self, code: str) -> None:
        """The country signs the record that its node wrote, and the publisher takes it."""
        self._maintainers.update(self._request(code, self._maintainers.next_version(code)))

    async def verified(self, evidence: bytes) -> tuple[int, int]:
        """(letters, receipts) of exported evidence, verified offline against the pinned root alone."""
        report = await asyncio.to_thread(verify, evidence, self.root_bytes)
        if report.faults:
            raise OpenTRMError(f"evidence does not verify: {report.faults[0]}")
        return report.letters, report.receipts

    async def stop(self) -> None:
        """End every process that was started here, gently first."""
        processes = [node.process for node in self.nodes.values()] + ([self._publisher] if self._publisher else [])
        for process in processes:
            if process.returncode is None:
                process.terminate()
        for process in processes:
            try:
                await asyncio.wait_for(process.wait(), 10)
            except TimeoutError:
                process.kill()
                await process.wait()

    def client(self, code: str, login: str) -> ApiClient:
        """A person of a country at its API, the same for all who ask; enter it to sign in."""
        node = self.nodes[code]
        if (code, login) not in self._clients:
            self._clients[code, login] = ApiClient(node.url, login, node.people[login])
        return self._clients[code, login]

    def _make_registry(self) -> None:
        passphrase = self.passphrase_file.read_text().strip()
        self._maintainers = Maintainers(self.folder / "registry", self.folder / "online", passphrase, self.clock)
        (self.folder / "root.json").write_bytes(self.root_bytes)
        self.registry_url = f"http://127.0.0.1:{_free_port()}"

    def _admit(self, codes: tuple[str, ...]) -> None:
        """Each country makes its node and its request; the maintainers sign."""
        for code in codes:
            self._init_node(code)
            self._role_keys[code] = RoleKey(secrets.token_bytes(64))
        self._maintainers.admit([self._request(code, 1) for code in codes])

    def _request(self, code: str, version: int) -> bytes:
        record = (self._data(code) / RECORD_FILE).read_bytes()
        return make_request(record, self._role_keys[code], self.clock.now(), version)

    async def _move_on(self, seconds: int) -> None:
        self.move_clock(seconds)
        if self._moved_s - self._signed_at_s >= NINE_MONTHS_S:
            self._signed_at_s = self._moved_s
            await self._sign_again()

    async def _sign_again(self) -> None:
        """What people do by hand before a year is over: maintainers sign the root, each country its next record.

        A node writes that record while it is stopped.
        """
        self._maintainers.sign_root_again()
        await asyncio.gather(*(self.end(code) for code in self.nodes))
        for code in self.nodes:
            self._write_next_record(code)
            self.publish_next(code)
        await asyncio.gather(*(self.start_again(code) for code in self.nodes))

    def _write_next_record(self, code: str) -> None:
        """As `trm-node calendar --renew` does."""
        from node.app import open_configured  # half of the program, for once in a year

        opened, _, _ = open_configured(load(self._config(code)))
        try:
            renew_calendar(opened, own_record(opened).record.calendar)
        finally:
            opened.close()

    def _init_node(self, code: str, after: Path | None = None) -> None:
        port, metrics_port = self._fixed.ports.get(code) or _free_port(), _free_port()
        password = self._beside(code, "password")
        password.touch(mode=0o600)
        password.write_text(self._fixed.password(code, "coordinator") + "\n")
        options = InitOptions(
            country=code,
            url=f"http://127.0.0.1:{port}",
            authority=f"Office for Trafficked Persons, {NAMES[code]}",
            contact="+00 000 0100",
            out_of_hours="+00 000 0199",
            mirrors=(self.registry_url,),
            root=self.folder / "root.json",
            after=after,
            holder=f"Haven {NAMES[code]}",
            holder_kind="civil_society",
            time_zone="UTC",
            holidays=(),
            data=self._data(code),
            listen=f"127.0.0.1:{port}",
            metrics_port=metrics_port,
            passphrase_file=None,
            key_file=self._beside(code, "key"),
            login="coordinator",
            password_file=password,
            sheets=self._beside(code, "sheets"),
            clock_file=self.clock_file,
            fast_kdf=True,
            training=self._fixed.training,
        )
        initialise(self._config(code), options, os.urandom)

    async def _start_publisher(self) -> None:
        """Countries are admitted while it starts: whoever publishes does it alone."""
        arguments = ["--registry", self.folder / "registry", "--key", self.folder / "online"]
        arguments += ["--port", self.registry_url.rpartition(":")[2]]
        arguments += ["--passphrase-file", self.passphrase_file, "--clock-file", self.clock_file]
        self._publisher = await self._spawn("registry", "-m", "registry", "serve", *map(str, arguments))

    async def _serve_node(self, code: str) -> None:
        process = await self._spawn(code, "-m", "node", "--config", str(self._config(code)), "serve")
        try:
            _, _, url, _, metrics_url = (await _first_line(process, self.folder / f"{code}.log")).split()
        except BaseException:
            if process.returncode is None:
                process.kill()
            await process.wait()
            raise
        password = self._beside(code, "password").read_text().strip()
        self.nodes[code] = DemoNode(code, url, metrics_url, process, {"coordinator": password})

    async def _people(self, node: DemoNode) -> None:
        async with ApiClient(node.url, "coordinator", node.people["coordinator"]) as coordinator:
            password = self._fixed.password(node.code, "caseworker")
            made = await coordinator.post(
                "users",
                {"login": "caseworker", "password": password, "role": "caseworker", "organisation": "focal-point"},
            )
            node.people["caseworker"] = password
            node.user_ids["caseworker"] = made["user"]

    async def _spawn(self, name: str, *arguments: str) -> asyncio.subprocess.Process:
        with open(self.folder / f"{name}.log", "wb") as log:  # noqa: ASYNC230 - a new file of our own folder
            return await asyncio.create_subprocess_exec(
                sys.executable,
                *arguments,
                stdout=asyncio.subprocess.PIPE,
                stderr=log,
                env=os.environ | self._environment,
                start_new_session=True,  # Ctrl-C reaches only the demo, which ends the others in order
            )

    def _data(self, code: str) -> Path:
        return self._beside(code, "data")

    def _config(self, code: str) -> Path:
        return self._beside(code, "toml")

    def _beside(self, code: str, what: str) -> Path:
        """A file or folder of this country's machine of today."""
        machine = self._machines.get(code, 1)
        return self.folder / (f"{code}.{what}" if machine == 1 else f"{code}-{machine}.{what}")


async def _first_line(process: asyncio.subprocess.Process | None, log: Path) -> str:
    """The line a process prints when it is ready; Unavailable with the end of its log otherwise."""
    assert process is not None and process.stdout is not None
    try:
        line = await asyncio.wait_for(process.stdout.readline(), READY_S)
    except TimeoutError:
        line = b""
    if not line:
        told = log.read_text(errors="replace")[-LOGGED_AT_MOST:]  # noqa: ASYNC240 - nothing runs beside it any more
        raise Unavailable(f"{log.stem} did not start: {told.strip() or 'it said nothing'}")
    return line.decode().strip()


def _free_port() -> int:
    """A port that is free now, and that no connection is given as its own until it is used: these begin above."""
    for port in random.SystemRandom().sample(PORTS, TRIED):
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port
    raise Unavailable(f"no free port was found between {PORTS.start} and {PORTS.stop}; end other programs")


def new_password() -> str:
    """A password as the demo prints it."""
    return "-".join(secrets.token_hex(2) for _ in range(4))
