"""Invented scans for tests: real pictures, with a mark wherever a file can hide a word, and files that are none."""

import io
import struct
import zlib
from functools import cache

from PIL import Image, ImageDraw
from PIL.PngImagePlugin import PngInfo

MARK = b"Zoryana-of-the-mark"


@cache
def page(turned: bool = False) -> Image.Image:
    """A page with something on it."""
    picture = Image.new("RGB", (640, 900), "white")
    ImageDraw.Draw(picture).ellipse((200, 300, 500, 700), outline="blue", width=9)
    return picture.rotate(90, expand=True) if turned else picture


@cache
def jpeg(side: int = 1) -> bytes:
    """A photograph with a camera, a comment, and something behind its end."""
    out, exif = io.BytesIO(), Image.Exif()
    exif[0x0112], exif[0x010F] = side, MARK.decode()
    page().save(out, "JPEG", exif=exif, comment=MARK)
    return out.getvalue() + b"<script>" + MARK


@cache
def png(mode: str = "RGB") -> bytes:
    """A picture with an author, and an archive behind its end."""
    out, said = io.BytesIO(), PngInfo()
    said.add_text("Author", MARK.decode())
    page().convert(mode).save(out, "PNG", pnginfo=said)
    return out.getvalue() + b"PK\x03\x04" + MARK


@cache
def pdf() -> bytes:
    """Two scanned pages, with an author and a script that runs when it is opened."""
    out = io.BytesIO()
    page().save(out, "PDF", save_all=True, append_images=[page(turned=True)], author=MARK.decode())
    script = b"99 0 obj\n<< /S /JavaScript /JS (app.alert\\('" + MARK + b"'\\)) >>\nendobj\n"
    return out.getvalue().replace(b"xref\n", script + b"xref\n", 1)


def bomb() -> bytes:
    """A small PNG of a few points whose bytes unpack to very many more."""
    return _png(16, 16, zlib.compress(bytes(4_000_000), 9))


def huge() -> bytes:
    """A PNG that says it has more points than anybody scans."""
    return _png(60_000, 60_000, zlib.compress(b""))


def _png(width: int, height: int, points: bytes) -> bytes:
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunks = ((b"IHDR", head), (b"IDAT", points), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body)) for name, body in chunks
    )


def pdf_of(*objects: bytes) -> bytes:
    """A PDF of these objects, numbered from 1, of which 1 is the catalogue and 2 the root of the tree of pages."""
    tree = (b"<< /Type /Catalog /Pages 2 0 R >>", *objects)
    return b"%PDF-1.5\n" + b"".join(b"%d 0 obj\n%b\nendobj\n" % one for one in enumerate(tree, 1))


def stream(head: bytes, body: bytes) -> bytes:
    """An object with a stream."""
    return b"<< %b /Length %d >>\nstream\n%b\nendstream" % (head, len(body), body)


def photograph(turned: bool = False) -> bytes:
    """A picture as the page of a scan holds it."""
    out = io.BytesIO()
    page(turned).save(out, "JPEG")
    return stream(b"/Type /XObject /Subtype /Image /Filter /DCTDecode", out.getvalue())
