"""JSON Schemas of every kind of letter, generated from the structs; the copies in docs/schemas are compared by a test.

Pure: `files` returns the texts, and `node.docs` writes them. What a schema cannot say (no duplicate keys, NFC, depth,
one answer per question) is in docs/protocol.md and in the descriptions.
"""

import inspect
import json
from collections.abc import Iterator
from typing import Any, Final

import msgspec

from node.protocol.letters.codes import ANSWERS, DEFAULT_HANDLING
from node.protocol.letters.frame import STOP_BASIS, STOP_URGENCY
from node.protocol.letters.kinds import KINDS, Kind

DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"
Schema = dict[str, Any]  # JSON Schema has no narrower type

_STOP: Final[dict[str, Schema]] = {
    "void": {"const": []},
    "in_reply_to": {"const": None},
    "relates_to": {"const": None},
    "urgency": {"const": STOP_URGENCY},
    "handling": {
        "type": "array",
        "items": {"enum": list(DEFAULT_HANDLING)},
        "uniqueItems": True,
        "minItems": len(DEFAULT_HANDLING),
        "maxItems": len(DEFAULT_HANDLING),
    },
    "lawful_basis": {"const": STOP_BASIS},
    "consent": {"const": []},
    "reply_by": {"const": None},
    "body": {"const": None},
    "disclosed": {"const": []},
    "sealed_identity": {"const": None},
    "attachments": {"const": []},
}


def schema(kind: Kind) -> Schema:
    """The JSON Schema of a whole letter of this kind, frame and body."""
    (top,), parts = msgspec.json.schema_components([kind.frame], ref_template="#/$defs/{name}")
    frame = parts.pop(top["$ref"].rsplit("/", 1)[1])
    properties = frame["properties"] | {"kind": {"const": kind.name}}
    if kind.stop:
        properties |= _STOP
        parts = {}
    elif kind.bare:
        properties |= {name: fixed for name, fixed in _STOP.items() if name not in ("void", "body")}
        parts = {name: part for name, part in parts.items() if name == kind.body.__name__}
    described = _tidy(frame) | {"title": kind.name, "properties": properties}
    named = {name: _tidy(part) for name, part in sorted(parts.items())}
    return {"$schema": DIALECT, **described} | ({"$defs": named} if named else {})


def _tidy(part: Schema) -> Schema:
    return part | {"description": inspect.cleandoc(part["description"])}


def files() -> dict[str, str]:
    """What stands in docs/schemas: one schema for each kind, and the list of kinds, by file name."""
    schemas = {f"{name}.json": _text(schema(kind)) for name, kind in KINDS.items()}
    return schemas | {"README.md": _list_of_kinds()}


def _text(value: Schema) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False) + "\n"


def _list_of_kinds() -> str:
    rows = [
        f"| [`{kind.name}`]({kind.name}.json) | {kind.letter_class} | {kind.family} | {_standing(kind)} |"
        for kind in KINDS.values()
    ]
    return "\n".join([*_HEAD, *rows, *_BEYOND_HEAD, *BEYOND, *answers(), ""])


def answers() -> Iterator[str]:
    """Lines of a table: the answers that each question of `referral.info_request` can have."""
    yield from ("", "| question | answers |", "|---|---|")
    yield from (f"| `{asked}` | {' '.join(f'`{answer}`' for answer in ANSWERS[asked])} |" for asked in ANSWERS)


def _standing(kind: Kind) -> str:
    words = {
        "opens a thread": kind.opens,
        "ends it": kind.stop,
        "applies on arrival": kind.on_arrival,
        "says nothing more": kind.bare,
    }
    return ", ".join(word for word, holds in words.items() if holds) or "-"


_HEAD: Final = (
    "# Letters as JSON Schemas",
    "",
    "Generated from the types (`make docs`); do not edit. A letter that fails its schema gets the receipt `malformed`,",
    "and one of a kind that is not listed `unsupported`. Before a schema is asked, the text is strict JSON as in",
    "`docs/protocol.md`. Class 0 is cover and has no content. Every key is always present.",
    "",
    "| kind | class | family | in the thread |",
    "|---|---|---|---|",
)
_BEYOND_HEAD: Final = (
    "",
    "## What a schema cannot say",
    "",
    "A letter that breaks one of these is `malformed` too.",
    "",
)
BEYOND: Final = (
    "- `referral.info`: each answer is either one answer or `declined`, and it is of its question's list below.",
    "- `referral.arrange`: `window_starts_at` is not after `window_ends`.",
    "- `referral.change`: at least one of the three is not empty.",
    "- `return.request_response`: an organisation exactly with yes, a reason exactly with no. `transit.ack`: a role to",
    "  ask for exactly with yes.",
    "- `return.risk_result`: `independent` exactly with the assessor `independent_assessor`; each domain once for each",
    "  person; `acceptable_with_measures` with at least one measure other than `none_needed`.",
    "- `return.identity_result`: `more` exactly with `need_more`. `return.decision`: `conditions` exactly with",
    "  `proceed_with_conditions`.",
    "- `return.traveldoc_status`: `held` and `issued` with `valid_to_date`.",
    "- `return.travel_plan`: no window ends before it starts; the arrival's neither starts before the departure's",
    "  starts nor ends before that ends. `transit.request`: the window does not end before it starts.",
    "- `return.departure`: no reason with `departed`. `return.arrival`: `confirmed_how` exactly with",
    "  `confirmed_by_her`, which needs `arrived`. `return.way_ended`: `goes_on_alone` only confirmed by her.",
    "- `return.update`: `organisation` exactly with `reception_changed`.",
    "- `erasure.confirm`: `kept` holds one entry exactly when `result` is `kept`.",
    "- `info.request`: `topics` holds one or more exactly when the question is about a country.",
    "- `info.response`: `findings` only with `confirmed`; `missing` exactly with `need_more`.",
    "- `access.response`: `kept` holds one entry exactly when `held` is `kept`.",
    "- `complaint.open`: with `review` at least one letter is named.",
    "- `channel.resend`: `from` is not above `to`.",
    "- `directory.publish`: a service id begins with its category; `min_age` is not above `max_age`; hours open",
    "  before they close; `issued_at` is before `valid_until`; ids, promises and figures stand once; no name holds a",
    "  digit or number of any script (Unicode categories Nd, Nl, No).",
)
