"""Which fields a request has at a place, read from its type: for whoever spelt one wrongly."""

import re
from collections.abc import Iterator
from functools import cache
from typing import Any

from msgspec import inspect

_STEP = re.compile(r"\[[^]]*\]|\.[^.[]+")


@cache
def fields_at(kind: Any, path: str) -> tuple[str, ...]:
    """The names of the fields of the object at a path of msgspec, such as `$.persons[0]`; none where there is none."""
    found: list[inspect.Type] = [inspect.type_info(kind)]
    for step in _STEP.findall(path.lstrip("$")):
        found = [after for one in found for after in _into(one, step)]
    return tuple(dict.fromkeys(name for one in found for name in _names(one)))


@cache
def fields_below(kind: Any) -> frozenset[str]:
    """The names of all fields that a request has anywhere."""
    return frozenset(_all_names(inspect.type_info(kind), set()))


def _plain(one: inspect.Type) -> Iterator[inspect.Type]:
    """The types that a value may have, taken out of unions and notes."""
    if isinstance(one, inspect.UnionType):
        for each in one.types:
            yield from _plain(each)
    elif isinstance(one, inspect.Metadata):
        yield from _plain(one.type)
    else:
        yield one


def _into(one: inspect.Type, step: str) -> Iterator[inspect.Type]:
    for each in _plain(one):
        if step.startswith("["):
            yield from _items(each)
        elif isinstance(each, inspect.StructType):
            yield from (field.type for field in each.fields if field.encode_name == step[1:])


def _items(one: inspect.Type) -> Iterator[inspect.Type]:
    match one:
        case inspect.ListType() | inspect.VarTupleType() | inspect.SetType() | inspect.FrozenSetType():
            yield one.item_type
        case inspect.TupleType():
            yield from one.item_types
        case inspect.DictType():
            yield one.value_type


def _names(one: inspect.Type) -> Iterator[str]:
    for each in _plain(one):
        if isinstance(each, inspect.StructType):
            yield from ([each.tag_field] if each.tag_field else [])
            yield from (field.encode_name for field in each.fields)


def _all_names(one: inspect.Type, seen: set[type]) -> Iterator[str]:
    for each in _plain(one):
        if isinstance(each, inspect.StructType) and each.cls not in seen:
            seen.add(each.cls)
            yield from _names(each)
            for field in each.fields:
                yield from _all_names(field.type, seen)
        for item in _items(each):
            yield from _all_names(item, seen)
