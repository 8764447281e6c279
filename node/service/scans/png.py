"""A PNG taken apart and written anew: size, colours and points; every text, time, place and trailer goes.

The points are unpacked once, a piece at a time, to see that there are exactly as many as the head says: a small file
that unpacks without end is found before anybody opens it. Source: PNG (W3C, third edition).
"""

import zlib
from typing import Final

from node.service.scans.refused import MAX_POINTS, broken, too_many_points

HEAD: Final = b"\x89PNG\r\n\x1a\n"
CHANNELS: Final = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}
DEPTHS: Final = {0: (1, 2, 4, 8, 16), 2: (8, 16), 3: (1, 2, 4, 8), 4: (8, 16), 6: (8, 16)}
MAX_UNPACKED_BYTES: Final = 128 * 1024 * 1024
PIECE_BYTES: Final = 256 * 1024
# Adam7: first column and row of each pass, and the steps between them.
PASSES: Final = ((0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2))


def clean_png(data: bytes) -> bytes:
    """The same picture without what is said about it; BadInput where its structure does not hold."""
    chunks = _chunks(data)
    name, head = chunks[0]
    if name != b"IHDR" or len(head) != 13:
        raise broken()
    expected = _unpacked_bytes(head)
    points = b"".join(body for name, body in chunks if name == b"IDAT")
    palette = next((body for name, body in chunks if name == b"PLTE"), b"")
    clear = next((body for name, body in chunks if name == b"tRNS"), b"")
    if len(palette) % 3 or len(palette) > 768 or (head[9] == 3 and not palette):
        raise broken()
    _must_unpack_to(points, expected)
    kept = [(b"IHDR", head)]
    kept += [(b"PLTE", palette)] if palette else []
    kept += [(b"tRNS", clear)] if len(clear) == {0: 2, 2: 6}.get(head[9], -1) or _clears(head, palette, clear) else []
    kept += [(b"IDAT", points), (b"IEND", b"")]
    return HEAD + b"".join(_chunk(name, body) for name, body in kept)


def _chunks(data: bytes) -> list[tuple[bytes, bytes]]:
    """(name, content) up to the end of the picture; what follows it is left behind."""
    at, found = len(HEAD), []
    while True:
        size, name = int.from_bytes(data[at : at + 4]), data[at + 4 : at + 8]
        body, sum_ = data[at + 8 : at + 8 + size], data[at + 8 + size : at + 12 + size]
        if len(sum_) != 4 or zlib.crc32(name + body) != int.from_bytes(sum_):
            raise broken()
        if name[:1].isupper() and name not in (b"IHDR", b"PLTE", b"IDAT", b"IEND"):
            raise broken()
        found.append((name, body))
        at += 12 + size
        if name == b"IEND":
            return found


def _unpacked_bytes(head: bytes) -> int:
    """How many bytes the points of a picture have, from its head; BadInput where no reader could show it."""
    width, height = int.from_bytes(head[:4]), int.from_bytes(head[4:8])
    depth, colour, packing, filtering, woven = head[8:13]
    if depth not in DEPTHS.get(colour, ()) or packing or filtering or woven > 1 or not width or not height:
        raise broken()
    bits = depth * CHANNELS[colour]
    if not woven:
        expected = _rows(width, height, bits)
    else:
        expected = sum(
            _rows(-(-(width - x) // across), -(-(height - y) // down), bits) for x, y, across, down in PASSES
        )
    if width * height > MAX_POINTS or expected > MAX_UNPACKED_BYTES:
        raise too_many_points()
    return expected


def _rows(width: int, height: int, bits: int) -> int:
    return 0 if width <= 0 or height <= 0 else height * (1 + -(-width * bits // 8))


def _must_unpack_to(packed: bytes, expected: int) -> None:
    """Exactly so many bytes, and nothing behind them; memory for one piece is all that it takes."""
    stream, got, waiting = zlib.decompressobj(), 0, packed
    try:
        while not stream.eof and got <= expected:
            piece = stream.decompress(waiting, PIECE_BYTES)
            waiting = stream.unconsumed_tail
            got += len(piece)
            if not piece and not waiting:
                break
    except zlib.error:
        raise broken() from None
    if not stream.eof or got != expected or stream.unused_data or waiting:
        raise broken()


def _clears(head: bytes, palette: bytes, clear: bytes) -> bool:
    return head[9] == 3 and 0 < len(clear) <= len(palette) // 3


def _chunk(name: bytes, body: bytes) -> bytes:
    return len(body).to_bytes(4) + name + body + zlib.crc32(name + body).to_bytes(4)
