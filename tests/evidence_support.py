"""Evidence for tests: nodes that archive what they verify, and ways to change what was exported."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import msgspec

from node.crypto.text import from_base64url, to_base64url
from node.service.evidence.export import export
from node.service.evidence.files import Evidence, EvidenceLetter, Report, verify
from node.service.network.registry import RegistryKeeper
from tests.world import World

ASK = {"questions": [{"question": "room", "why": "choose_service"}]}
ANSWER = {"answers": [{"question": "room", "answer": ["single"], "declined": False}]}
Keepers = dict[str, RegistryKeeper]


@dataclass
class Archiving:
    """A world whose nodes follow the registry and archive it as running nodes do."""

    world: World
    keepers: Keepers

    async def refresh(self) -> None:
        """Every node takes the registry as it is now."""
        for keeper in self.keepers.values():
            await keeper.refresh()

    async def evidence(self, code: str, thread: str) -> bytes:
        """What this country's coordinator exports."""
        return await export(self.world[code].node, self.world[code].coordinator, thread, code)

    async def judged(self, code: str, thread: str) -> Report:
        """What a third party who has only the root says of it."""
        return verify(await self.evidence(code, thread), self.root)

    async def question_and_answer(self) -> str:
        """An offer, a question and its answer: three letters; returns the thread."""
        thread = (await self.world["XD"].offer("XA")).thread
        await self.world.settle()
        await self.world["XA"].act(thread, "referral.info_request", ASK)
        await self.world.settle()
        await self.world["XD"].act(thread, "referral.info", ANSWER)
        await self.world.settle()
        return thread

    @property
    def root(self) -> bytes:
        return self.world.registry.root_bytes


async def archiving(world: World) -> Archiving:
    """Give every node of a world a client that archives, and let it refresh once."""
    keepers = {}
    for code, country in world.countries.items():
        fetched: list[tuple[str, bytes]] = []
        client = world.registry.client(world.tmp / code / "archived", archive=lambda *file, to=fetched: to.append(file))
        keepers[code] = RegistryKeeper(country.node, client, fetched)
    made = Archiving(world, keepers)
    await made.refresh()
    return made


def opened(data: bytes) -> Evidence:
    """The evidence in these bytes."""
    return msgspec.json.decode(data, type=Evidence)


def with_letter(given: Evidence, place: int, **changes: Any) -> bytes:
    """The same evidence with one letter changed; bytes are written in base64url."""
    texts = {name: to_base64url(value) if isinstance(value, bytes) else value for name, value in changes.items()}
    letters: list[EvidenceLetter] = list(given.letters)
    letters[place] = msgspec.structs.replace(letters[place], **texts)
    return msgspec.json.encode(msgspec.structs.replace(given, letters=letters))


def with_file(given: Evidence, name: str, change: Callable[[bytes], bytes]) -> bytes:
    """The same evidence with one file changed, under a hash that fits."""
    files = []
    for file in given.files:
        data = from_base64url(file.data)
        data = change(data) if file.name == name else data
        digest = hashlib.sha256(data).hexdigest()
        files.append(msgspec.structs.replace(file, data=to_base64url(data), sha256=digest))
    return msgspec.json.encode(msgspec.structs.replace(given, files=files))


def without_files(given: Evidence, unwanted: Callable[[str], bool]) -> bytes:
    """The same evidence with some files left out."""
    files = [file for file in given.files if not unwanted(file.name)]
    return msgspec.json.encode(msgspec.structs.replace(given, files=files))


def flipped(data: bytes, place: int) -> bytes:
    """The bytes with one bit of one of them changed."""
    return data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :]
