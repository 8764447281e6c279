"""The smallest body that a route takes, made from its type: right in shape, so that the object decides."""

import re
from typing import Any

import msgspec.inspect as kinds
from msgspec.inspect import type_info

SAMPLES = ("x", "XA", "en", "1" * 32, "1" * 16, "1" * 64, "2026-12-01", "12:00", "+00 000", "A-B", "ABCDEFG")


def smallest(wanted: Any) -> Any:
    """A value that decodes as `wanted`, with nothing in it that may be left out."""
    return _made(type_info(wanted))


def _made(kind: kinds.Type) -> Any:
    match kind:
        case kinds.Metadata(type=inner):
            return _made(inner)
        case kinds.StructType(fields=fields, tag=tag, tag_field=tag_field):
            named = {one.encode_name: _made(one.type) for one in fields if one.required}
            return ({tag_field: tag} if tag_field else {}) | named
        case kinds.UnionType(types=types):
            return None if any(isinstance(one, kinds.NoneType) for one in types) else _made(types[0])
        case kinds.LiteralType(values=values):
            return values[0]
        case kinds.BoolType():
            return True
        case kinds.IntType(ge=least, gt=more):
            return least if least is not None else more + 1 if more is not None else 1
        case kinds.StrType(pattern=pattern, min_length=length):
            return next(
                (one for one in SAMPLES if re.search(pattern or "", one) and len(one) >= (length or 0)),
                "x" * (length or 1),
            )
        case kinds.ListType() | kinds.VarTupleType() | kinds.SetType() | kinds.FrozenSetType():
            return [_made(kind.item_type)] * (kind.min_length or 0)
        case kinds.TupleType(item_types=items):
            return [_made(one) for one in items]
        case kinds.DictType():
            return {}
        case kinds.NoneType() | kinds.RawType():
            return None
    return {}
