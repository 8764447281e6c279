"""A scanned PDF taken apart: the photograph of each page goes into a PDF of ours, and nothing else of it does.

No script, form, link, embedded file, author or date can come along, for no object of the file is copied; nor can a page
that was taken out, for only the tree of pages is followed. A PDF of which something would be lost, a second picture or
a drawing on a page, is refused. Source: ISO 32000-1, 7.7.3.
"""

import re
from typing import Final

from node.service.scans.jpeg import read_jpeg
from node.service.scans.pdf_objects import Part, numbers_in, objects_of
from node.service.scans.refused import not_photographed

CATALOG: Final = re.compile(rb"/Type\s*/Catalog\b")
ROOT: Final = re.compile(rb"/Pages\s+(\d{1,9})\s+\d{1,5}\s+R\b")
KIDS: Final = re.compile(rb"/Kids\s*\[([^\]]*)\]")
PAGE: Final = re.compile(rb"/Type\s*/Page(?![A-Za-z])")
OF_THE_TREE: Final = re.compile(rb"/Type\s*/(?:Pages?|Catalog)\b")
RESOURCES: Final = re.compile(rb"/Resources\b")
IMAGE: Final = re.compile(rb"/Subtype\s*/Image\b")
DRAWN_ON: Final = re.compile(rb"/Subtype\s*/(?:Ink|Stamp|Widget|FreeText|Line|PolyLine|Polygon|Square|Circle|Redact)\b")
JPEG_ONLY: Final = re.compile(rb"/Filter\s*(?:\[\s*/DCTDecode\s*\]|/DCTDecode\b)")
OTHERWISE: Final = re.compile(rb"/Decode\s*\[|/ImageMask\s+true|/S?Mask\b")  # colours turned round, parts cut out
TURNED: Final = re.compile(rb"/Rotate\s+(-?\d{1,4})")
MAX_PAGES: Final = 20
MAX_DEPTH: Final = 16  # of the tree of pages
LEAST_POINTS: Final = 400_000  # of a photographed page: less is a mark on a page of text
WIDTH: Final = 595  # of a page here, in points of a printer: A4
SPACES: Final = {1: b"DeviceGray", 3: b"DeviceRGB"}

Photograph = tuple[bytes, tuple[int, int], int]
Line = tuple[Part, ...]  # a page and what it inherits from: the root of the tree first, the page last


def clean_pdf(data: bytes) -> bytes:
    """A PDF of the same photographs, one on each page, in the same order; BadInput where it is anything else."""
    if b"/Encrypt" in data:
        raise not_photographed()
    objects = objects_of(data)
    return _written([(_photograph(_only_picture(objects, line)), _turned(line)) for line in _pages(objects)])


def _pages(objects: dict[int, Part]) -> list[Line]:
    """Every page in the order in which it is read; what comes back to itself is no tree."""
    roots = [
        int(said[1]) for part in objects.values() if CATALOG.search(part.head) and (said := ROOT.search(part.head))
    ]
    waiting: list[tuple[int, Line]] = [(number, ()) for number in roots[-1:]]
    seen: set[int] = set()
    found: list[Line] = []
    while waiting:
        number, above = waiting.pop()
        part = objects.get(number)
        if part is None or number in seen or len(above) > MAX_DEPTH or len(found) == MAX_PAGES:
            raise not_photographed()
        seen.add(number)
        if PAGE.search(part.head):
            found.append((*above, part))
        else:
            waiting += [(kid, (*above, part)) for kid in reversed(_kids(part))]
    if not found:
        raise not_photographed()
    return found


def _kids(part: Part) -> tuple[int, ...]:
    said = KIDS.search(part.head)
    kids = numbers_in(said[1]) if said else ()
    if not kids:
        raise not_photographed()
    return kids


def _only_picture(objects: dict[int, Part], line: Line) -> Part:
    """The one picture to which a page leads, by whatever way that is not the tree."""
    page = line[-1]
    waiting = [number for part in (line[-1:] if RESOURCES.search(page.head) else line) for number in part.leads_to]
    seen: set[int] = set()
    pictures, reached = [], [page]
    while waiting:
        number = waiting.pop()
        part = objects.get(number)
        if part is None or number in seen or OF_THE_TREE.search(part.head):
            continue
        seen.add(number)
        reached.append(part)
        if IMAGE.search(part.head):
            pictures.append(part)
        else:
            waiting += part.leads_to
    if len(pictures) != 1 or any(DRAWN_ON.search(part.head) for part in reached):
        raise not_photographed()
    return pictures[0]


def _photograph(part: Part) -> Photograph:
    if not JPEG_ONLY.search(part.head) or OTHERWISE.search(part.head) or part.body[:3] != b"\xff\xd8\xff":
        raise not_photographed()
    found = read_jpeg(part.body)
    if found[1][0] * found[1][1] < LEAST_POINTS or found[2] not in SPACES:
        raise not_photographed()
    return found


def _turned(line: Line) -> int:
    """By how many degrees a page is shown turned, a quarter, a half or three; said there or above it in the tree."""
    said = next((found for part in reversed(line) if (found := TURNED.search(part.head))), None)
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
