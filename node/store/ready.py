"""Every type that is read from bytes, made ready before there are threads.

msgspec learns a type the first time it reads one, and shows what it knows to other threads while that is half filled:
two threads that meet a type at once end the process with a segmentation fault (msgspec 0.22, `StructInfo`).
"""

from collections.abc import Iterator
from contextlib import suppress

import msgspec

_READY: set[type] = set()


def make_types_ready() -> None:
    """Let msgspec learn every struct that is imported by now; called again, it looks at new ones only."""
    for kind in {*_below(msgspec.Struct)} - _READY:
        # A letter whose body is open is read by its kind only, with a decoder that is made at the import.
        with suppress(TypeError):
            msgspec.json.Decoder(kind)
        _READY.add(kind)


def _below(kind: type) -> Iterator[type]:
    below: list[type] = kind.__subclasses__()
    for one in below:
        yield one
        yield from _below(one)
