"""The registry as its maintainers keep it in the demo: three people, two of whom sign what the countries ask for.

By the same functions as the commands of `trm-registry` call.
"""

import secrets
from collections.abc import Sequence
from pathlib import Path

from node.clock import Clock
from node.crypto.rolekeys import RoleKey
from node.crypto.vault import SMALLEST
from registry.ceremony import admit, create_registry, publish, publish_update, renew_root
from registry.keyfiles import new_key
from registry.names import country_role
from registry.proposal import sign
from registry.publisher import Publisher
from registry.removal import remove
from registry.repository import Repository
from registry.request import read_request
from registry.suspension import make_suspension, publish_suspension

NAMES = ("ada", "bo", "cyd")
NEEDED = 2


class Maintainers:
    """The registry in `folder`; the online key lies beside it for the publisher's process."""

    def __init__(self, folder: Path, online: Path, passphrase: str, clock: Clock) -> None:
        self._keys = {name: RoleKey(secrets.token_bytes(64)) for name in NAMES}
        self._repository, self._clock = Repository(folder), clock
        self._online = new_key(online, "online", passphrase, cost=SMALLEST)
        create_registry(self._repository, self._keys, NEEDED, self._online, clock)

    @property
    def root_bytes(self) -> bytes:
        """What every node pins."""
        return self._repository.first_root_bytes()

    def admit(self, requests: Sequence[bytes]) -> None:
        """Take these countries in; with none the list is signed anew, before it runs out.

        The fingerprint, which is read over the telephone, travels by hand here.
        """
        heard = {one.code: one.fingerprint for one in map(read_request, requests)}
        self._publish(admit(self._repository, requests, heard, self._clock.now()))

    def sign_root_again(self) -> None:
        """The same root with a later end; due once a year."""
        self._publish(renew_root(self._repository, self._clock.now()))

    def update(self, request: bytes) -> None:
        """Take a country's next record: its own signature is enough."""
        publish_update(self._publisher(), request)

    def next_version(self, code: str) -> int:
        """The version that a country's next request has to have."""
        return self._repository.version_of(country_role(code)) + 1

    def suspend(self, code: str) -> None:
        """One maintainer suspends a country for 72 hours."""
        name = NAMES[0]
        file = make_suspension(self._repository, name, self._keys[name], code, self._clock.now())
        publish_suspension(self._publisher(), file)

    def remove(self, code: str) -> None:
        """The threshold takes a country out of the registry; it is not asked."""
        self._publish(remove(self._repository, [code], self._clock.now()))

    def _publish(self, proposal: bytes) -> None:
        for name in NAMES[:NEEDED]:
            proposal = sign(proposal, self._keys[name])
        publish(self._publisher(), [proposal])

    def _publisher(self) -> Publisher:
        return Publisher(self._repository, self._online, self._clock)
