"""ML-DSA-65 that signs the same bytes at every run, for vectors only: FIPS 204, deterministic variant (rnd is zeros).

The libraries sign with fresh randomness and give no way to leave it out. Slow and not constant in time: no secret of
anybody may come here. What it signs is verified by the library in the tests.
"""

import itertools
import struct
from hashlib import shake_128, shake_256
from operator import mul, sub
from typing import Final

Poly = list[int]

Q: Final = 8_380_417
N: Final = 256
K: Final = 6
L: Final = 5
TAU: Final = 49
ETA: Final = 4
BETA: Final = TAU * ETA
GAMMA1: Final = 1 << 19
GAMMA2: Final = (Q - 1) // 32
OMEGA: Final = 55
D: Final = 13
C_BYTES: Final = 48
ZETAS: Final = [pow(1753, int(f"{i:08b}"[::-1], 2), Q) for i in range(N)]


def h(data: bytes, length: int) -> bytes:
    return shake_256(data).digest(length)


class FixedMldsa:
    """A private key from its 32-byte seed."""

    def __init__(self, seed: bytes) -> None:
        drawn = h(seed + bytes([K, L]), 128)
        rho, rho2, self._key = drawn[:32], drawn[32:96], drawn[96:]
        self._a = [[_reject_uniform(rho + bytes([s, r])) for s in range(L)] for r in range(K)]
        secret = [_reject_small(rho2 + r.to_bytes(2, "little")) for r in range(K + L)]
        self._s1, self._s2 = [_packed(one) for one in secret[:L]], [_packed(one) for one in secret[L:]]
        s1 = [ntt(one) for one in secret[:L]]
        t = [_add(intt(_dot(row, s1)), s2) for row, s2 in zip(self._a, secret[L:], strict=True)]
        halves = [[_power2round(value) for value in one] for one in t]
        self._t0 = [_packed([low for _, low in one]) for one in halves]
        self.public = rho + b"".join(_pack([high for high, _ in one], 10) for one in halves)
        self._tr = h(self.public, 64)
        self._signed: dict[tuple[bytes, bytes], bytes] = {}

    def sign(self, message: bytes, context: bytes = b"") -> bytes:
        """3309 bytes, always the same ones."""
        if (message, context) not in self._signed:
            self._signed[message, context] = self._sign(message, context)
        return self._signed[message, context]

    def _sign(self, message: bytes, context: bytes) -> bytes:
        mu = h(self._tr + bytes([0, len(context)]) + context + message, 64)
        rho3 = h(self._key + bytes(32) + mu, 64)
        return next(found for kappa in itertools.count(0, L) if (found := self._tried(mu, rho3, kappa)))

    def _tried(self, mu: bytes, rho3: bytes, kappa: int) -> bytes | None:
        y = [_mask(rho3 + (kappa + r).to_bytes(2, "little")) for r in range(L)]
        y_hat = [ntt(one) for one in y]
        w = [intt(_dot(row, y_hat)) for row in self._a]
        w1 = [[_decompose(value)[0] for value in one] for one in w]
        c_bytes = h(mu + b"".join(_pack(one, 4) for one in w1), C_BYTES)
        c = _ball(c_bytes)
        z, r = list[Poly](), list[Poly]()
        for one, s in zip(y, self._s1, strict=True):
            z.append(_centred(_add(one, _times(c, s))))
            if _norm(z[-1:]) >= GAMMA1 - BETA:
                return None
        for one, s in zip(w, self._s2, strict=True):
            r.append([(a - b) % Q for a, b in zip(one, _times(c, s), strict=True)])
            if _norm([[_decompose(value)[1] for value in r[-1]]]) >= GAMMA2 - BETA:
                return None
        ct0 = [_centred(_times(c, one)) for one in self._t0]
        hints = [_hints(one, add) for one, add in zip(r, ct0, strict=True)]
        if _norm(ct0) >= GAMMA2 or sum(map(len, hints)) > OMEGA:
            return None
        return c_bytes + b"".join(_pack([GAMMA1 - v for v in one], 20) for one in z) + _pack_hints(hints)


def ntt(values: Poly) -> Poly:
    """A layer adds less than Q to a value: it is enough to reduce at the end."""
    w, m, length = [v % Q for v in values], 0, 128
    while length:
        for start in range(0, N, 2 * length):
            m += 1
            zeta = ZETAS[m]
            for j in range(start, start + length):
                t = zeta * w[j + length] % Q
                w[j + length] = w[j] - t
                w[j] += t
        length //= 2
    return [v % Q for v in w]


def intt(values: Poly) -> Poly:
    w, m, length = list(values), N, 1
    while length < N:
        for start in range(0, N, 2 * length):
            m -= 1
            zeta = ZETAS[m]
            for j in range(start, start + length):
                low, high = w[j], w[j + length]
                w[j], w[j + length] = low + high, zeta * (high - low) % Q
        length *= 2
    return [v * 8_347_681 % Q for v in w]


def _add(one: Poly, other: Poly) -> Poly:
    return [(a + b) % Q for a, b in zip(one, other, strict=True)]


def _packed(values: Poly) -> int:
    """One whole number with 32 bits for each coefficient."""
    return int.from_bytes(struct.pack(f"<{N}I", *(v % Q for v in values)), "little")


def _times(c: Poly, packed: int) -> Poly:
    """The product with a challenge, whose TAU coefficients are 1 or -1: as many shifts; none outgrows 32 bits."""
    plus = _places(sum(packed << 32 * i for i, sign in enumerate(c) if sign > 0))
    minus = _places(sum(packed << 32 * i for i, sign in enumerate(c) if sign < 0))
    both = list(map(sub, plus, minus))
    return [(low - high) % Q for low, high in zip(both[:N], both[N:], strict=True)]


def _places(whole: int) -> tuple[int, ...]:
    return struct.unpack(f"<{2 * N}I", whole.to_bytes(8 * N, "little"))


def _dot(row: list[Poly], column: list[Poly]) -> Poly:
    return [sum(map(mul, *pair)) % Q for pair in zip(zip(*row, strict=True), zip(*column, strict=True), strict=True)]


def _centred(values: Poly) -> Poly:
    return [v - Q if v > Q // 2 else v for v in values]


def _norm(polys: list[Poly]) -> int:
    return max(abs(v) for one in polys for v in one)


def _power2round(value: int) -> tuple[int, int]:
    low = value % (1 << D)
    low -= (1 << D) if low > 1 << (D - 1) else 0
    return (value - low) >> D, low


def _decompose(value: int) -> tuple[int, int]:
    low = value % (2 * GAMMA2)
    low -= 2 * GAMMA2 if low > GAMMA2 else 0
    return (0, low - 1) if value - low == Q - 1 else ((value - low) // (2 * GAMMA2), low)


def _hints(r: Poly, ct0: Poly) -> list[int]:
    """The places where adding c t0 changes the high bits."""
    return [i for i, (v, t) in enumerate(zip(r, ct0, strict=True)) if _decompose(v)[0] != _decompose((v + t) % Q)[0]]


def _pack(values: Poly, bits: int) -> bytes:
    whole = sum(value << (bits * i) for i, value in enumerate(values))
    return whole.to_bytes(N * bits // 8, "little")


def _pack_hints(hints: list[list[int]]) -> bytes:
    places = bytes(place for one in hints for place in one)
    ends = bytes(itertools.accumulate(map(len, hints)))
    return places.ljust(OMEGA, b"\0") + ends


def _reject_uniform(seed: bytes) -> Poly:
    stream, found = shake_128(seed).digest(3 * 512), Poly()
    for i in range(0, len(stream), 3):
        value = int.from_bytes(stream[i : i + 3], "little") & 0x7FFFFF
        if value < Q:
            found.append(value)
    return found[:N]


def _reject_small(seed: bytes) -> Poly:
    halves = (half for byte in h(seed, 512) for half in (byte & 15, byte >> 4))
    return list(itertools.islice((ETA - half for half in halves if half < 9), N))


def _mask(seed: bytes) -> Poly:
    whole = int.from_bytes(h(seed, N * 20 // 8), "little")
    return [GAMMA1 - (whole >> (20 * i) & 0xFFFFF) for i in range(N)]


def _ball(seed: bytes) -> Poly:
    stream = iter(h(seed, 8 + 1024))
    signs = int.from_bytes(bytes(next(stream) for _ in range(8)), "little")
    c = [0] * N
    for i in range(N - TAU, N):
        j = next(byte for byte in stream if byte <= i)
        c[i], c[j] = c[j], 1 - 2 * (signs & 1)
        signs >>= 1
    return c
