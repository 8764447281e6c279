"""A scanned PDF taken apart: the photograph of each page goes into a PDF of ours, and nothing else of it does.

No script, form, link, embedded file, author or date can come along, for no object of the file is copied. A PDF of which
something would be lost that way, text or a second picture on a page, is refused. Source: ISO 32000-1, 7.3 and 7.5.
"""

import re
import zlib
from collections.abc import Iterator
from typing import Final

from node.service.scans.jpeg import read_jpeg
from node.service.scans.refused import broken, not_photographed

OBJECT: Final = re.compile(rb"\d{1,9}\s+\d{1,5}\s+obj\b")
HEAD_END: Final = re.compile(rb"\bstream\r?\n|\bendobj\b")
LENGTH: Final = re.compile(rb"/Length\s+(\d{1,9})(?!\s+\d+\s+R)")
PAGE: Final = re.compile(rb"/Type\s*/Page(?![A-Za-z])")
IMAGE: Final = re.compile(rb"/Subtype\s*/Image\b")
JPEG_ONLY: Final = re.compile(rb"/Filter\s*(?:\[\s*/DCTDecode\s*\]|/DCTDecode\b)")
OTHERWISE: Final = re.compile(rb"/Decode\s*\[|/ImageMask\s+true|/S?Mask\b")  # colours turned round, parts cut out
TURNED: Final = re.compile(rb"/Rotate\s+(-?\d{1,4})")
PACKED_OBJECTS: Final = re.compile(rb"/Type\s*/ObjStm\b")
MAX_PACKED_BYTES: Final = 2 * 1024 * 1024
MAX_PAGES: Final = 20
LEAST_POINTS: Final = 400_000  # of a photographed page: less is a mark on a page of text
WIDTH: Final = 595  # of a page here, in points of a printer: A4
SPACES: Final = {1: b"DeviceGray", 3: b"DeviceRGB"}

Photograph = tuple[bytes, tuple[int, int], int]


def clean_pdf(data: bytes) -> bytes:
    """A PDF of the same photographs, one on each page; BadInput where it is anything else."""
    pages, photographs = [], []
    for head, body in _objects(data):
        if PACKED_OBJECTS.search(head):
            pages += PAGE.findall(_unpacked(body))
        pages += [head] if PAGE.search(head) else []
        if IMAGE.search(head):
            photographs.append(_photograph(head, body))
    if not photographs or len(photographs) != len(pages) or len(pages) > MAX_PAGES or b"/Encrypt" in data:
        raise not_photographed()
    turned = [_turned(page) for page in pages]
    return _written(list(zip(photographs, turned, strict=True)))


def _objects(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """(dictionary, stream) of each object in the order of the file; the inside of a stream is never looked at."""
    at = 0
    while found := OBJECT.search(data, at):
        head_end = HEAD_END.search(data, found.end())
        if head_end is None:
            raise broken()
        head, at, body = data[found.end() : head_end.start()], head_end.end(), b""
        if head_end[0].startswith(b"stream"):
            end = _stream_end(data, head, at)
            body, at = data[at:end], end
        yield head, body


def _stream_end(data: bytes, head: bytes, start: int) -> int:
    said = LENGTH.search(head)
    if said and data[start + int(said[1]) :][:12].lstrip(b"\r\n").startswith(b"endstream"):
        return start + int(said[1])
    end = data.find(b"endstream", start)
    if end < 0:
        raise broken()
    return end


def _unpacked(body: bytes) -> bytes:
    try:
        return zlib.decompressobj().decompress(body, MAX_PACKED_BYTES)
    except zlib.error:
        raise broken() from None


def _photograph(head: bytes, body: bytes) -> Photograph:
    if not JPEG_ONLY.search(head) or OTHERWISE.search(head) or body[:3] != b"\xff\xd8\xff":
        raise not_photographed()
    found = read_jpeg(body)
    if found[1][0] * found[1][1] < LEAST_POINTS or found[2] not in SPACES:
        raise not_photographed()
    return found


def _turned(page: bytes) -> int:
    """By how many degrees a page is shown turned: a quarter, a half or three."""
    said = TURNED.search(page)
    return int(said[1]) % 360 // 90 * 90 if said else 0


def _written(pages: list[tuple[Photograph, int]]) -> bytes:
    """A PDF 1.4 of pictures: catalogue, tree of pages, then a page, what it draws, and the picture, for each."""
    firsts = [3 + 3 * n for n in range(len(pages))]
    kids = b" ".join(b"%d 0 R" % first for first in firsts)
    objects = [b"<< /Type /Catalog /Pages 2 0 R >>", b"<< /Type /Pages /Kids [%b] /Count %d >>" % (kids, len(pages))]
    for first, ((picture, (across, down), colours), turned) in zip(firsts, pages, strict=True):
        height = max(1, WIDTH * down // across)
        drawn = b"q %d 0 0 %d 0 0 cm /I Do Q" % (WIDTH, height)
        objects.append(
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 %d %d] /Rotate %d /Contents %d 0 R"
            b" /Resources << /XObject << /I %d 0 R >> >> >>" % (WIDTH, height, turned, first + 1, first + 2)
        )
        objects.append(b"<< /Length %d >>\nstream\n%b\nendstream" % (len(drawn), drawn))
        objects.append(
            b"<< /Type /XObject /Subtype /Image /Width %d /Height %d /ColorSpace /%b /BitsPerComponent 8"
            b" /Filter /DCTDecode /Length %d >>\nstream\n%b\nendstream"
            % (across, down, SPACES[colours], len(picture), picture)
        )
    return _file(objects)


def _file(objects: list[bytes]) -> bytes:
    out, places = b"%PDF-1.4\n", []
    for number, one in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%b\nendobj\n" % (number, one)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    count = len(objects) + 1
    return out + b"xref\n0 %d\n0000000000 65535 f \n%btrailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (
        count, table, count, len(out),
    )  # fmt: skip
