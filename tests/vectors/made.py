"""What all makers of vectors share: bytes that are the same at every run, one honest offer, the shape of a file."""

import base64
import itertools
import json
from pathlib import Path
from typing import Any

from node.crypto.batch import Random
from tests.forge import NOW
from tests.vectors_support import seed

Vector = dict[str, Any]
HERE = Path(__file__).parent
HANDLING = ["victim_assistance_only", "no_law_enforcement", "no_onward", "no_contact_origin"]


def drawn(name: str) -> Random:
    """A source of bytes that is the same at every run, one for each vector."""
    calls = itertools.count()
    return lambda n: seed(f"own vector {name} draw {next(calls)}", n)


def b64(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")


NEEDED: dict[str, Any] = {
    "needs": ["shelter", "interpreter"],
    "age_band": "25-34",
    "treated_as_child": False,
    "gender": "not_stated",
    "languages": ["uk"],
    "interpreter": True,
    "dependants": [],
    "region": None,
    "accessibility": [],
    "safety_codes": [],
    "earliest_date": "2026-12-01",
    "reason": "MigrationOrChangeOfLocation",
}


def offer(name: str, sealed_identity: dict[str, str] | None = None) -> bytes:
    """A whole referral.offer, so that readers above the envelope can use these files too."""
    letter = {
        "kind": "referral.offer",
        "letter_id": seed(f"{name} letter", 16).hex(),
        "thread": seed(f"{name} thread", 16).hex(),
        "n": 1,
        "seen": 0,
        "void": [],
        "written_at": NOW,
        "in_reply_to": None,
        "relates_to": None,
        "sender_role": "opener",
        "urgency": "routine",
        "handling": HANDLING,
        "lawful_basis": "public_task",
        "consent": [_consent(name, sealed_identity["office_kid"] if sealed_identity else None)],
        "reply_by": NOW + 7 * 86_400,
        "thread_ends": NOW + 60 * 86_400,
        "retention_until": NOW + 365 * 86_400,
        "body": NEEDED,
        "disclosed": [],
        "sealed_identity": sealed_identity,
        "attachments": [],
    }
    return json.dumps(letter, separators=(",", ":")).encode()


def _consent(name: str, holder: str | None) -> dict[str, Any]:
    return {
        "token": seed(f"{name} token", 16).hex(),
        "basis": "consent",
        "given_by": "self",
        "capacity": "adult",
        "treated_as_child": False,
        "safeguards_met": True,
        "purposes": ["referral"],
        "levels": ["L1", "L2"],
        "categories": ["needs"],
        "holder": holder,
        "until": NOW + 90 * 86_400,
    }


def vector(name: str, kind: str, sender: str, recipient: str, **more: Any) -> Vector:
    return {"name": name, "kind": kind, "from": sender, "to": recipient, "now": NOW, **more}


def hexed(value: Any) -> Any:
    return value.hex() if isinstance(value, bytes) else value


def named(thing: Any, names: dict[str, str]) -> dict[str, Any]:
    return {names.get(field, field): hexed(getattr(thing, field)) for field in thing.__struct_fields__}
