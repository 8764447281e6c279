"""The objects of a PDF: what stands in the dictionary of each, to what it leads, and its stream.

How much is read is bounded before it is read: a small file may hold very many objects, or unpack without end.
Source: ISO 32000-1, 7.3 and 7.5.
"""

import re
import zlib
from collections.abc import Iterator
from itertools import pairwise
from typing import Final, NamedTuple

from node.service.scans.refused import broken, not_photographed

OBJECT: Final = re.compile(rb"(\d{1,9})\s+\d{1,5}\s+obj\b")
HEAD_END: Final = re.compile(rb"\bstream\r?\n|\bendobj\b")
LENGTH: Final = re.compile(rb"/Length\s+(\d{1,9})\b(?!\s+\d+\s+R)")
REFERENCE: Final = re.compile(rb"(\d{1,9})\s+\d{1,5}\s+R\b")
PACKED_OBJECTS: Final = re.compile(rb"/Type\s*/ObjStm\b")
PACKED_FROM: Final = re.compile(rb"/First\s+(\d{1,9})\b")
NUMBER_AND_PLACE: Final = re.compile(rb"(\d{1,9})\s+(\d{1,9})")
MAX_OBJECTS: Final = 4000  # a scan of twenty pages has some two hundred
MAX_HEAD_BYTES: Final = 64 * 1024
MAX_PACKED_BYTES: Final = 2 * 1024 * 1024  # of all packed objects together


class Part(NamedTuple):
    """One object: its dictionary, its stream, and the numbers of the objects that the dictionary names."""

    head: bytes
    body: bytes
    leads_to: tuple[int, ...]


def objects_of(data: bytes) -> dict[int, Part]:
    """Every object by its number, in its newest version; the inside of a stream is never looked at."""
    found: dict[int, Part] = {}
    room = MAX_PACKED_BYTES
    for count, (number, part) in enumerate(_in_order(data)):
        found[number] = part
        if PACKED_OBJECTS.search(part.head):
            plain = _unpacked(part.body, room)
            room -= len(plain)
            found |= _packed(part.head, plain)
        if max(count, len(found)) > MAX_OBJECTS:
            raise not_photographed()
    return found


def numbers_in(text: bytes) -> tuple[int, ...]:
    """The objects that are named there."""
    return tuple(int(number) for number in REFERENCE.findall(text))


def _in_order(data: bytes) -> Iterator[tuple[int, Part]]:
    at = 0
    while found := OBJECT.search(data, at):
        head_end = HEAD_END.search(data, found.end(), found.end() + MAX_HEAD_BYTES)
        if head_end is None:
            raise broken()
        head, at, body = data[found.end() : head_end.start()], head_end.end(), b""
        if head_end[0].startswith(b"stream"):
            end = _stream_end(data, head, at)
            body, at = data[at:end], end
        yield int(found[1]), Part(head, body, numbers_in(head))


def _stream_end(data: bytes, head: bytes, start: int) -> int:
    said = LENGTH.search(head)
    end = start + int(said[1]) if said else len(data)
    if data[end : end + 12].lstrip(b"\r\n").startswith(b"endstream"):
        return end
    end = data.find(b"endstream", start)
    if end < 0:
        raise broken()
    return end


def _unpacked(body: bytes, room: int) -> bytes:
    try:
        plain = zlib.decompressobj().decompress(body, room + 1)
    except zlib.error:
        raise broken() from None
    if len(plain) > room:
        raise not_photographed()
    return plain


def _packed(head: bytes, plain: bytes) -> dict[int, Part]:
    """The objects of a packed stream, each from its place to that of the next."""
    said = PACKED_FROM.search(head)
    first = int(said[1]) if said else 0
    told = [(int(number), first + int(place)) for number, place in NUMBER_AND_PLACE.findall(plain[:first])]
    places = [place for _, place in told]
    if len(told) > MAX_OBJECTS or places != sorted(places):
        raise broken()
    heads = [plain[at:end] for at, end in pairwise([*places, len(plain)])]
    return {number: Part(head, b"", numbers_in(head)) for (number, _), head in zip(told, heads, strict=True)}
