"""A file somebody attached becomes a picture or a PDF of pictures, or is refused with the reason.

What it is, its first bytes and its structure say; neither its name nor what the browser calls it is asked.
What is kept was written by us from its parts: metadata, scripts and whatever hides behind the end do not come along.
Source: issue 4, security of pages; interface C5.
"""

from collections.abc import Callable
from typing import Final, Literal

from node.service.scans.jpeg import clean_jpeg
from node.service.scans.pdf import clean_pdf
from node.service.scans.png import HEAD, clean_png
from node.service.scans.refused import MAX_FILE_BYTES, empty, other_kind, too_large

ScanKind = Literal["jpeg", "png", "pdf"]
KINDS: Final[tuple[tuple[bytes, ScanKind, Callable[[bytes], bytes]], ...]] = (
    (b"\xff\xd8\xff", "jpeg", clean_jpeg),
    (HEAD, "png", clean_png),
    (b"%PDF-", "pdf", clean_pdf),
)


def cleaned(data: bytes) -> tuple[ScanKind, bytes]:
    """What kind of file it is, and its clean form; BadInput says why it is not kept."""
    if not data:
        raise empty()
    if len(data) > MAX_FILE_BYTES:
        raise too_large()
    for head, kind, clean in KINDS:
        if data.startswith(head):
            return kind, clean(data)
    raise other_kind()
