"""Bytes to a letter and back: row 11 of wire.md 3, in the order of wire.md 13."""

import re
from collections.abc import Iterator
from typing import Any, Final

import msgspec

from node.protocol.letters import strict
from node.protocol.letters.bodies import Body, Part
from node.protocol.letters.control import Control, ControlBody
from node.protocol.letters.frame import Letter, check_bare_shape, check_stop_shape
from node.protocol.letters.kinds import CONTROL, COVER, KINDS, LETTER, Kind
from node.protocol.letters.strict import Malformed, Unsupported


class _Kind(msgspec.Struct):
    """What comes first of a stored letter: which type it has."""

    kind: str


AnyLetter = Letter[Body]
AnyControl = Control[ControlBody]

_ENCODER = msgspec.json.Encoder()
_KIND = msgspec.json.Decoder(_Kind)
_DECODERS: Final[dict[str, msgspec.json.Decoder[Any]]] = {
    name: msgspec.json.Decoder(kind.frame) for name, kind in KINDS.items()
}


def encode(letter: AnyLetter | AnyControl) -> bytes:
    """The payload of a letter: every key written, in the order of the wire, no spaces.

    Checks nothing; `checked` does. Nobody encodes again what somebody else sent.
    """
    return _ENCODER.encode(letter)


def checked(letter: AnyLetter | AnyControl) -> bytes:
    """The payload of our own letter after the receiver's checks, so that no peer ever calls us malformed."""
    payload = encode(letter)
    strict.check_own(payload)
    _understood(payload, letter.kind, LETTER if isinstance(letter, Letter) else CONTROL)
    return payload


def decode(payload: bytes, letter_class: int) -> AnyLetter | AnyControl | None:
    """The letter that `payload` holds; None for cover (class 0), which holds nothing.

    Malformed or Unsupported, whose `status` is the receipt's. Row 11 of wire.md 3: 1 the class, 2 syntax, strings,
    depth and duplicates, 3 the kind, 4 the fields, 5 a stop or a bare kind says nothing more (H01, H04).
    """
    if letter_class == COVER:
        _check_cover(payload)
        return None
    if letter_class not in (LETTER, CONTROL):
        raise Unsupported(f"class is {letter_class}; expected 0, 1 or 2")
    document = strict.parse(payload)
    return _understood(payload, document.get("kind"), letter_class)


def _understood(payload: bytes, name: strict.Json, letter_class: int) -> AnyLetter | AnyControl:
    kind = _kind(name, letter_class)
    letter = _typed(payload, kind)
    if isinstance(letter, Letter) and not _says_no_more(kind, letter):
        raise Malformed(f"{kind.name} says more than that it is one; send the fixed content")
    return letter


def decode_again(payload: bytes) -> AnyLetter | AnyControl:
    """A letter from our own store; `decode` or `checked` judged it when it went in, so here it is only typed."""
    letter: AnyLetter | AnyControl = _DECODERS[_KIND.decode(payload).kind].decode(payload)
    return letter


def _says_no_more(kind: Kind, letter: AnyLetter) -> bool:
    return check_stop_shape(letter) if kind.stop else not kind.bare or check_bare_shape(letter)


def _check_cover(payload: bytes) -> None:
    if payload:
        raise Malformed(f"cover holds {len(payload)} bytes; expected none")


def _kind(name: strict.Json, letter_class: int) -> Kind:
    """R37: a kind that this version does not know is `unsupported`, never guessed."""
    if not isinstance(name, str):
        raise Malformed("kind is missing or no string; send one", field="kind")
    kind = KINDS.get(name)
    if kind is None or kind.letter_class != letter_class:
        raise Unsupported(f"kind is unknown in class {letter_class}; both sides need the same version", field="kind")
    return kind


def _typed(payload: bytes, kind: Kind) -> AnyLetter | AnyControl:
    """R37: a field or a code that this version does not know makes the whole letter `malformed`."""
    try:
        letter: AnyLetter | AnyControl = _DECODERS[kind.name].decode(payload)
    except msgspec.ValidationError as error:
        path = _path(str(error))
    else:
        return letter
    # Out here, because msgspec's sentence quotes what it found.
    raise Malformed(f"{kind.name} does not match its schema at {path}; see docs/schemas", field=path)


_AT = re.compile(r" - at `\$\.?([a-z0-9_.\[\]]*)`$|$")


def _path(sentence: str) -> str:
    """Where msgspec found the fault, in our own field names only: the rest of its sentence is the sender's (R38)."""
    found = _AT.search(sentence)
    steps = (found.group(1) if found and found.group(1) else "").replace("[", ".[").split(".")
    ours = [step for step in steps if step in _NAMES or re.fullmatch(r"\[[0-9.]{0,6}\]", step)]
    return ".".join(ours).replace(".[", "[") or "the letter"


def _field_names() -> Iterator[str]:
    parts: list[type[msgspec.Struct]] = [Letter, Control, *Part.__subclasses__()]
    for part in parts:
        yield from part.__struct_encode_fields__


_NAMES: Final = frozenset(_field_names())
