"""What every use case works with: one node's store, keys, clock and registry view.

Put together once by `node.app` (or a test) and handed down; holds no rule.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

from node.clock import Clock
from node.crypto.batch import Random, RootCache
from node.crypto.prekeys import Bundle
from node.crypto.suite import KemKey, SigningKey, VerifyingKey, verifying_key
from node.protocol.directory.matching import Shelf
from node.protocol.gate.facts import OfficeKeyFacts, RecipientFacts
from node.service.delivery.handover import Handover
from node.service.heard_time import HeardTime
from node.service.seals import Seals
from node.service.signing import Signer, SignsHere
from node.store.db import Store
from registry.trust import View

DAY_S = 86_400
YEAR_S = 365 * DAY_S
SKEW_S = 24 * 3600
AHEAD_S = 7 * DAY_S  # a clock may be so far ahead of the newest verified time and is still believed
FLAG_SKEW_S = 300


@dataclass(frozen=True, slots=True)
class NodeKeys:
    """The keys a node works with unattended: one message key, and KEM keys by kid (prekeys and the fallback)."""

    message: SigningKey
    kem: dict[bytes, KemKey]
    fallback_kid: bytes = b""

    @property
    def fallback(self) -> KemKey:
        """The KEM key that the record names."""
        return self.kem[self.fallback_kid]

    def kem_for(self, kid: bytes) -> KemKey | None:
        """Our key of that kid, while it is not erased."""
        return self.kem.get(kid)


@dataclass(frozen=True, slots=True)
class Limits:
    """Numbers an operator may set; seconds and counts."""

    max_life_s: int = 14 * DAY_S
    parked: int = 512
    retry_first_s: int = 2
    retry_cap_urgent_s: int = 3600
    retry_cap_s: int = 6 * 3600
    stop_slot_s: int = 6 * 3600  # the fixed daily slot of stops, seconds after midnight UTC
    gap_patience_s: int = 120
    first_contact_wait_s: int = 72 * 3600
    limitation_s: int = 10 * YEAR_S  # evidence of an erased letter stays so long after its sender's word


@dataclass(frozen=True, slots=True)
class Distrusted:
    """What two people distrust for everybody (H14): countries with who decided, office keys, organisations."""

    countries: dict[str, tuple[str, str]] = field(default_factory=dict)
    holders: tuple[str, ...] = ()
    organisations: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Promised:
    """Within how many working days a country answers each kind, as its entry says; it says so before `until` only."""

    days: dict[str, int]
    until: int


@dataclass(frozen=True, slots=True)
class Known:
    """What was last said of a recipient, and what it was made of: it holds while all of that is the same."""

    view: View
    distrusted: Distrusted
    changing: object
    facts: RecipientFacts


@dataclass(slots=True)
class Node:
    """One running node. `view` is the newest verified registry view; it is replaced as a whole, never changed."""

    country: str
    store: Store
    clock: Clock
    random: Random
    seals: Seals
    keys: NodeKeys
    epoch: int
    view: View
    office_public: bytes = b""
    mirrors: tuple[str, ...] = ()
    training: bool = False  # made for practice: everybody in it is invented
    registry_lies: tuple[str, ...] = ()  # mirrors and roles of the registry whose files did not verify when last asked
    prekey_bundle: bytes = b""
    limits: Limits = field(default_factory=Limits)
    roots: RootCache = field(default_factory=lambda: RootCache(4096))
    bundles: dict[str, Bundle] = field(default_factory=dict)
    bundles_asked_at: dict[str, int] = field(default_factory=dict)  # by peer, since the start (UTC seconds)
    stale_override: dict[str, tuple[str, str]] = field(default_factory=dict)
    shelf: tuple[object, Shelf] | None = None  # the directory made ready for matching, and what it was made from
    promises: dict[str, Promised] = field(default_factory=dict)  # by peer, of its directory entry
    news_at: float = float("-inf")  # monotonic seconds: when a peer's unknown snapshot last made us refresh
    noted_heads: Callable[[], list[tuple[int, bytes]]] = list  # (size, hash) of the audit, noted beside the keys
    distrusted: Distrusted = field(default_factory=Distrusted)
    known_offices: dict[str, tuple[OfficeKeyFacts, ...]] = field(default_factory=dict)  # by peer: of every record
    heard: HeardTime = field(default_factory=HeardTime)
    page_by: tuple[str, ...] = ()  # how people on call are reached: `mail`, `command`
    on_alarm: Callable[[], None] = lambda: None
    on_page: Callable[[], None] = lambda: None
    on_new_peer: Callable[[str], None] = lambda peer: None
    on_unknown_key: Callable[[], None] = lambda: None
    on_named: Callable[[str], None] = lambda case: None  # a name was written to this case, or came for it
    on_believed: Callable[[], None] = lambda: None  # our clock is believed again: what waited for that is due
    # By letter: the question to which the gate was open.
    gate_open: OrderedDict[str, object] = field(default_factory=OrderedDict)
    recipients: dict[str, Known] = field(default_factory=dict)  # by peer, as last asked for
    handovers: dict[str, Handover] = field(default_factory=dict)  # of the workers that are running
    signer: Signer = field(init=False)
    signing: dict[str, object] = field(default_factory=dict)  # by peer: a batch whose signature was begun ahead
    _wakes: dict[str, asyncio.Event] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.signer = SignsHere(lambda: self.keys.message)

    def now(self) -> int:
        """UTC seconds by this node's clock."""
        return self.clock.now()

    def verified_time(self) -> int:
        """What time it surely is already, by the registry or by receipts of two peers (UTC seconds; wire 6)."""
        return max(self.view.verified_at, self.heard.said_by_two(self.view, self.distrusted.countries))

    def believed_now(self) -> int:
        """The clock, but never more than seven days past the newest verified time (wire 3 row 9, 6)."""
        return min(self.now(), self.verified_time() + AHEAD_S)

    def clock_is_believed(self) -> bool:
        """True while our clock is at most seven days past the newest verified time."""
        return self.now() <= self.view.verified_at + AHEAD_S or self.now() <= self.verified_time() + AHEAD_S

    def clock_trouble(self) -> Literal["behind", "ahead", ""]:
        """How our clock contradicts the registry; "" while it does not, or no registry is known.

        Behind is judged by the maintainers' signed time alone: two countries cannot say that our clock is wrong.
        """
        if not self.view.verified_at:
            return ""
        if self.now() < self.view.verified_at - FLAG_SKEW_S:
            return "behind"
        return "" if self.clock_is_believed() else "ahead"

    def sender_key(self, country: str, key_id: bytes) -> VerifyingKey | None:
        """The verified message key of that id for that country, in any status (row 5)."""
        found = self.view.signing_key(country, key_id)
        return None if found is None else verifying_key(found.public)

    def endpoints(self, peer: str) -> list[str]:
        """Where a peer listens, by its record, first choice first."""
        country = self.view.country(peer)
        return [] if country is None else [endpoint.url for endpoint in country.record.endpoints]

    def forget_opened(self) -> None:
        """Keep nothing in memory of what was opened before an erasure."""
        self.seals.forget_opened()
        self.gate_open.clear()
        self.signing.clear()

    def wake_event(self, peer: str) -> asyncio.Event:
        """Set when something became due for `peer`; only for speed, the database tells what."""
        return self._wakes.setdefault(peer, asyncio.Event())

    def wake(self, peer: str) -> None:
        """Tell the peer's worker to look now."""
        self.on_new_peer(peer)
        self.wake_event(peer).set()
