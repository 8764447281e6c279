"""A form with one file, read to a limit; what the browser says about the file, its name and kind, is not looked at.

Source: RFC 7578; issue 4, uploads checked by content.
"""

from typing import Final

from aiohttp import BodyPartReader, web

from node.errors import BadInput, NotFound
from node.web.forms import Fields
from node.web.words import N_

FILE: Final = "file"
MULTIPART: Final = "multipart/form-data"
MAX_PARTS: Final = 8
MAX_FIELD_BYTES: Final = 4096
AROUND_BYTES: Final = 16 * 1024  # fields, and the lines between parts
TOO_LARGE: Final = N_("The file is too large. Nothing of it was kept; go back and choose a smaller one.")


async def read_upload(request: web.Request, limit: int) -> tuple[Fields, bytes]:
    """The fields of a form and its file, empty where none was chosen; BadInput as soon as there is too much of it."""
    if (request.content_length or 0) > limit + AROUND_BYTES:
        raise _too_large(limit)
    fields: dict[str, list[str]] = {}
    file = b""
    try:
        parts = await request.multipart()
        for _ in range(MAX_PARTS):
            part = await parts.next()
            if part is None:
                return fields, file
            if not isinstance(part, BodyPartReader):
                break
            if part.name == FILE:
                file = await _read(part, limit)
            else:
                text = await _read(part, MAX_FIELD_BYTES)
                fields.setdefault(part.name or "", []).append(text.decode("utf-8", "replace"))
    except ValueError:
        raise NotFound("the form cannot be read") from None
    raise NotFound("the form has more parts than one of ours")


async def _read(part: BodyPartReader, limit: int) -> bytes:
    found = bytearray()
    while piece := await part.read_chunk():
        found += piece
        if len(found) > limit:
            raise _too_large(limit)
    return bytes(found)


def _too_large(limit: int) -> BadInput:
    return BadInput(f"more than {limit} bytes were sent", field=FILE, for_user=TOO_LARGE)
