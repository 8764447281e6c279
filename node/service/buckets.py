"""Token buckets: how much one source address may ask of us, be it a peer or a person. Source: wire 5; attack 20."""

import math
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(slots=True)
class _Bucket:
    tokens: float
    at: float
    trusted: bool


class Buckets:
    """One bucket a source address, in envelopes or requests; larger once the source was trusted; the oldest are
    forgotten.
    """

    def __init__(
        self,
        monotonic: Callable[[], float],
        *,
        per_s: float = 50,
        burst: float = 256,
        trusted_factor: float = 40,
        sources: int = 10_000,
    ) -> None:
        self._monotonic = monotonic
        self._per_s, self._burst, self._factor, self._sources = per_s, burst, trusted_factor, sources
        self._buckets: OrderedDict[str, _Bucket] = OrderedDict()

    def take(self, source: str, count: int) -> int:
        """Take `count` envelopes' worth; 0 when granted, else the seconds to wait."""
        bucket = self._refilled(source)
        if bucket.tokens >= count:
            bucket.tokens -= count
            return 0
        return max(1, math.ceil((count - bucket.tokens) / self._rate(bucket)))

    def trust(self, source: str) -> None:
        """A verified envelope came from here."""
        bucket = self._refilled(source)
        if not bucket.trusted:
            bucket.trusted = True
            bucket.tokens = self._burst * self._factor

    def _refilled(self, source: str) -> _Bucket:
        now = self._monotonic()
        bucket = self._buckets.setdefault(source, _Bucket(self._burst, now, False))
        self._buckets.move_to_end(source)
        ceiling = self._burst * (self._factor if bucket.trusted else 1)
        bucket.tokens = min(ceiling, bucket.tokens + (now - bucket.at) * self._rate(bucket))
        bucket.at = now
        if len(self._buckets) > self._sources:
            self._buckets.popitem(last=False)
        return bucket

    def _rate(self, bucket: _Bucket) -> float:
        return self._per_s * (self._factor if bucket.trusted else 1)
