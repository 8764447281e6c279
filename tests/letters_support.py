"""Letters for tests: one good letter of each kind, and a hypothesis strategy of any letter of a kind."""

import base64
import json
from functools import cache
from typing import Any

import msgspec
from hypothesis import strategies as st
from msgspec import inspect

from node.protocol.letters import scalars
from node.protocol.letters.bodies_logistics import Currency
from node.protocol.letters.codes import ANSWERS, DEFAULT_HANDLING
from node.protocol.letters.decode import AnyControl, AnyLetter
from node.protocol.letters.frame import make_stop
from node.protocol.letters.kinds import CONTROL, KINDS
from node.protocol.letters.scalars import MAX_INT
from tests.directory_support import DIRECTORY_BODIES, DIRECTORY_TEXTS, directory_struct
from tests.letters_return import COST, ESCORT, INTERPRETER, RETURN_BODIES, fitted

NOW = 1_795_000_000
TOKEN = "2fc23a7957bc66efea93d901398a3d03"
LETTER_ID = "b3eaaef73f3e3c8d0c6dbe4082f44681"
THREAD = "24bdaf8c9663d846911d791d0625940e"
HASH = "a1" * 32

CONSENT = {
    "token": TOKEN,
    "basis": "consent",
    "given_by": "self",
    "capacity": "adult",
    "treated_as_child": False,
    "safeguards_met": True,
    "purposes": ["enquiry", "referral"],
    "levels": ["L1", "L2", "L3"],
    "categories": ["needs", "identity"],
    "holder": HASH,
    "until": NOW + 1_000_000,
}
ELSEWHERE = {"country": "XB", "services": ["shelter-7"]}
ORGANISATION = {"id": "haven-xa", "type": "civil_society"}
GIVEN_NAME = {"person": TOKEN, "field": "given_name", "level": "L3"}

NOTHING: dict[str, Any] = {"consent": [], "reply_by": None, "disclosed": [], "sealed_identity": None, "attachments": []}

BODIES: dict[str, Any] = RETURN_BODIES | {
    "referral.offer": {
        "needs": ["shelter", "legal"],
        "age_band": "25-34",
        "treated_as_child": False,
        "gender": "woman",
        "languages": ["uk", "pt-BR"],
        "interpreter": True,
        "dependants": ["0-5"],
        "region": "XA-02",
        "accessibility": ["step_free"],
        "safety_codes": [],
        "earliest_date": "2026-12-01",
        "reason": "MigrationOrChangeOfLocation",
    },
    "referral.info_request": {"questions": [{"question": "length_of_stay", "why": "check_capacity"}]},
    "referral.info": {"answers": [{"question": "length_of_stay", "answer": ["longer"], "declined": False}]},
    "referral.accept": {
        "organisation": ORGANISATION,
        "contact_role": "intake",
        "services": ["shelter-1"],
        "needs": ["shelter"],
        "persons": [TOKEN],
        "partial": True,
        "start_not_before": "2026-12-03",
        "conditions": ["interpreter_from_sender"],
        "data_needed": [GIVEN_NAME],
        "retention_days": 365,
        "meeting_modes": ["met_on_arrival"],
    },
    "referral.decline": {"reason": "no_capacity", "alternatives": [ELSEWHERE], "retry_after": ["2027-01-10"]},
    "referral.disclose": {"complete": True},
    "referral.arrange": {
        "window_starts_at": NOW,
        "window_ends": NOW + 7200,
        "modes": ["rail"],
        "met_by": "receiving_organisation",
        "interpreters": [INTERPRETER],
        "escorts": [ESCORT],
        "costs": [COST],
    },
    "referral.arrived": {"arrived": True, "noted_at": NOW, "wellbeing": "well", "confirmed_by_her": True},
    "referral.update": {
        "status": "changed",
        "services_started": ["legal-2"],
        "services_stopped": [],
        "plan_review_date": ["2027-02-28"],
    },
    "referral.complete": {"outcome": "not_needed", "services": [], "followup_wanted": False, "satisfaction": []},
    "referral.change": {"organisation": [ORGANISATION], "services": [], "start_not_before": []},
    "referral.handback": {"reason": "person_wishes", "needs": ["shelter"], "handover_not_before": "2027-03-01"},
    "referral.handback_confirm": {"takes_over_from": "2027-03-02"},
    "referral.handback_reject": {"reason": "not_possible_yet", "ask_again_after": ["2027-04-01"]},
    "referral.ended": None,
    "consent.withdrawal": {"token": TOKEN, "purposes": ["referral"], "levels": ["L2", "L3"]},
    "erasure.request": {"token": TOKEN, "items": [{"letter_id": LETTER_ID, "levels": ["L3"]}]},
    "erasure.confirm": {
        "token": TOKEN,
        "items": [
            {
                "letter_id": LETTER_ID,
                "levels": ["L3"],
                "result": "kept",
                "kept": [{"legal_ground": "legal_claims", "until": NOW}],
            },
        ],
        "onward": ["XB"],
    },
    "info.request": {
        "purpose": "identity_nationality",
        "why": "documents_for_her",
        "topics": [],
        "counsel_heard": True,
        "consular": False,
    },
    "info.response": {"answer": "need_more", "findings": [], "missing": ["birth_date"]},
    "ident.support_request": {
        "asks": ["interpreter", "indicators"],
        "why": "first_interview",
        "languages": ["uk"],
        "exploitation": ["labour"],
        "topics": ["legal_aid"],
    },
    "ident.support_response": {
        "offers": [{"ask": "interpreter", "available": "yes", "service": ["interpreter-1"]}],
        "available_from": ["2026-12-01"],
        "findings": [{"topic": "legal_aid", "found": "on_conditions"}],
    },
    "rectification": {"supersedes": LETTER_ID},
    "access.request": {"token": TOKEN},
    "access.response": {
        "token": TOKEN,
        "letters": [
            {
                "letter_id": LETTER_ID,
                "levels": ["L1", "L3"],
                "held": "kept",
                "opened": [{"role": "caseworker", "times": 2}],
                "names_opened": [{"role": "coordinator", "times": 1}],
                "kept": [{"legal_ground": "legal_claims", "until": NOW}],
            },
        ],
        "onward": ["XB"],
        "kept_until": NOW,
    },
    "breach.notice": {
        "letters": [LETTER_ID],
        "noticed_at": NOW,
        "cause": "device_lost",
        "measures": ["device_wiped"],
        "names_exposed": False,
        "people_affected": 1,
    },
    "complaint.open": {"about": "decline", "asks": ["review"], "letters": [LETTER_ID]},
    "complaint.answer": {
        "outcome": "partly_upheld",
        "body": "ombudsperson-xa",
        "body_kind": "ombudsperson",
        "independent": True,
        "measures": ["decision_changed"],
        "next_routes": ["court"],
    },
    "channel.hello": {"reason": "restore", "received": [{"epoch": 77, "seq": 3}]},
    "channel.heads": {
        "sent_epoch": 1,
        "sent_seq": 2,
        "sent_hash": HASH,
        "received_epoch": 3,
        "received_seq": 0,
        "received_hash": "00" * 32,
        "receipt_epoch": 3,
        "receipt_index": 0,
        "receipt_hash": "00" * 32,
        "audit_size": 9,
        "audit_root": HASH,
    },
    "channel.resend": {"epoch": 1, "from": 2, "to": 5},
    "channel.closed": {"items": [{"epoch": 1, "seq": 4, "s_hash": HASH}]},
    "letter.opened": {"letter_id": LETTER_ID, "opened_at": NOW},
    "letter.refused": {"letter_id": LETTER_ID, "reason": 201},
    "node.pull": {"token": "A" * 43, "until": NOW},
    "node.notice": {"what": "suspension_seen", "country": "XB"},
    "safety.alert": {
        "about": "the_person",
        "who": [TOKEN],
        "dangers": ["traffickers_near"],
        "setting": "on_the_way",
        "region": "XA-02",
        "until": NOW + 86_400,
        "do_not_contact": ["family", "police"],
        "justification": "cannot_be_reached",
        "names_needed": [],
    },
    "safety.medical": {"who": TOKEN, "unable": "unconscious"},
    "safety.update": {
        "alert": LETTER_ID,
        "status": "danger_grows",
        "dangers": ["violence"],
        "region": None,
        "until": [NOW + 90_000],
    },
    "safety.acknowledged": {"alert": LETTER_ID, "action": "acting", "next_word_by": [NOW + 3600]},
    "safety.stand_down": {"alert": LETTER_ID, "reason": "found_safe"},
    "safety.drill": {"answer_by": NOW + 3600},
    "safety.drill_answer": {"drill": LETTER_ID, "answered_at": NOW + 60, "unlocked": True},
    **DIRECTORY_BODIES,
}


def document(kind: str) -> dict[str, Any]:
    """A good letter of this kind as plain JSON, free to be spoiled."""
    if KINDS[kind].letter_class == CONTROL:
        letter = {"kind": kind, "letter_id": LETTER_ID, "body": BODIES[kind]}
    elif KINDS[kind].stop:
        letter = msgspec.to_builtins(stop(kind), builtin_types=())
    else:
        letter = {
            "kind": kind,
            "letter_id": LETTER_ID,
            "thread": THREAD,
            "n": 1,
            "seen": 0,
            "void": [],
            "written_at": NOW,
            "in_reply_to": None,
            "relates_to": None,
            "sender_role": "opener",
            "urgency": "routine",
            "handling": list(DEFAULT_HANDLING),
            "lawful_basis": "public_task",
            "consent": [CONSENT],
            "reply_by": NOW + 604_800,
            "thread_ends": NOW + 5_184_000,
            "retention_until": NOW + 31_536_000,
            "body": BODIES[kind],
            "disclosed": [GIVEN_NAME],
            "sealed_identity": {"office_kid": HASH, "identity_commit": HASH, "box": "QUJD"},
            "attachments": [{"parts": [HASH], "size": 262_144}],
        }
        if KINDS[kind].bare:
            letter |= NOTHING
    copied: dict[str, Any] = json.loads(json.dumps(letter))
    return copied


def stop(kind: Any = "referral.ended") -> AnyLetter:
    """The stop letter of the thread above."""
    return make_stop(
        kind,
        letter_id=LETTER_ID,
        thread=THREAD,
        n=3,
        seen=2,
        written_at=NOW,
        sender_role="responder",
        thread_ends=NOW + 5_184_000,
        retention_until=NOW + 31_536_000,
    )


def to_bytes(value: Any) -> bytes:
    """Plain JSON without spaces, as a peer in another language would write it."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


@cache
def letters(kind: str) -> st.SearchStrategy[AnyLetter | AnyControl]:
    """Any letter of this kind that its type allows, found from the type itself."""
    if KINDS[kind].stop:
        return st.builds(
            make_stop,
            st.just(kind),
            letter_id=_hex(16),
            thread=_hex(16),
            n=_ordinals,
            seen=_counts,
            written_at=_counts,
            sender_role=st.sampled_from(["opener", "responder"]),
            thread_ends=_counts,
            retention_until=_counts,
        )
    frame: Any = KINDS[kind].frame
    found = _of(inspect.type_info(frame)).map(lambda letter: msgspec.structs.replace(letter, kind=kind))
    return found.map(_bare) if KINDS[kind].bare else found


def _bare(letter: Any) -> Any:
    fixed = {"in_reply_to": None, "relates_to": None, "urgency": "routine", "lawful_basis": "public_task"}
    empty = {name: () if value == [] else value for name, value in NOTHING.items()}
    return msgspec.structs.replace(letter, **fixed, **empty, handling=DEFAULT_HANDLING)


_counts = st.integers(0, MAX_INT)
_ordinals = st.integers(1, MAX_INT)


def _hex(length: int) -> st.SearchStrategy[str]:
    return st.binary(min_size=length, max_size=length).map(bytes.hex)


def _base64url(low: int, high: int) -> st.SearchStrategy[str]:
    data = st.binary(min_size=low, max_size=high)
    return data.map(lambda data: base64.urlsafe_b64encode(data).decode().rstrip("="))


def _pattern(scalar: Any) -> str:
    """The pattern of `Annotated[str, Meta(pattern=...)]`."""
    pattern: str = scalar.__metadata__[0].pattern
    return pattern


# One strategy for each form of string; a form that is missing here is a KeyError, not an untested letter.
_TEXTS = {
    _pattern(scalars.Id): _hex(16),
    _pattern(scalars.Hash): _hex(32),
    _pattern(scalars.Token32): _base64url(32, 32),
    _pattern(scalars.Base64Url): _base64url(1, 300),
    _pattern(scalars.Code): st.text("abcXYZ019._-", min_size=1, max_size=64),
    _pattern(scalars.Country): st.text("ABCXYZ", min_size=2, max_size=2),
    _pattern(scalars.Language): st.sampled_from(["en", "pt-BR", "zh-Hant-TW", "de-1996", "x-test"]),
    _pattern(scalars.Date): st.dates().map(str),
    _pattern(Currency): st.sampled_from(["EUR", "XTS", "XXX"]),
    **DIRECTORY_TEXTS,
}


def _of(kind: inspect.Type) -> st.SearchStrategy[Any]:
    match kind:
        case inspect.Metadata(type=inner):
            return _of(inner)
        case inspect.NoneType():
            return st.none()
        case inspect.BoolType():
            return st.booleans()
        case inspect.IntType(ge=low, le=high) if high is not None:
            return st.integers(low, high)
        case inspect.IntType():
            return st.sampled_from([1, 40, 101, 135, 201, 207])
        case inspect.LiteralType(values=values):
            return st.sampled_from(values)
        case inspect.StrType(pattern=pattern) if pattern:
            return _TEXTS[pattern]
        case inspect.StrType():
            return st.just("replaced")  # `kind`, the only string that its type leaves open
        case inspect.UnionType(types=types):
            return st.one_of(*(_of(one) for one in types))
        case inspect.VarTupleType(item_type=item, min_length=low, max_length=high):
            few = min(high or 3, 3)
            return st.lists(_of(item), min_size=low or 0, max_size=few).map(tuple)
        case inspect.StructType(cls=cls, fields=fields):
            return _struct(cls, {field.name: _of(field.type) for field in fields})
    raise AssertionError(f"no strategy for {kind}")


_PAIRS = [(question, answer) for question, answers in ANSWERS.items() for answer in answers]


def _struct(cls: type[Any], parts: dict[str, st.SearchStrategy[Any]]) -> st.SearchStrategy[Any]:
    """A struct of parts that fit together; the few rules between fields are answered here."""
    name = cls.__name__
    if name == "Answered":
        given = st.sampled_from(_PAIRS).map(lambda pair: cls(question=pair[0], answer=(pair[1],), declined=False))
        return given | parts["question"].map(lambda question: cls(question=question, answer=(), declined=True))
    if name == "Erased":
        kept = st.builds(
            cls, **parts | {"result": st.just("kept"), "kept": parts["kept"].filter(lambda some: some != ())}
        )
        return kept | st.builds(cls, **parts | {"result": st.just("erased"), "kept": st.just(())})
    if name in ("ArrangeBody", "ResendBody"):
        low, high = ("window_starts_at", "window_ends") if name == "ArrangeBody" else ("from_seq", "to_seq")
        two = st.tuples(parts.pop(low), parts.pop(high)).map(sorted)
        return st.builds(lambda pair, **rest: cls(**rest, **{low: pair[0], high: pair[1]}), two, **parts)
    if name in ("AskBody", "AskAnswerBody", "HeldLetter", "ComplaintOpenBody"):
        return st.builds(cls, **parts | _fitting(name))
    if cls.__module__.endswith(("bodies_return", "bodies_way", "bodies_logistics")):
        return st.fixed_dictionaries(parts).map(lambda values: cls(**fitted(name, values)))
    if cls.__module__.endswith("bodies_directory"):
        return directory_struct(cls, parts)
    if name == "ChangeBody":
        parts = parts | {"services": parts["services"].filter(lambda some: some != ())}
    return st.builds(cls, **parts)


def _fitting(name: str) -> dict[str, Any]:
    """Fields of information and rights that have to fit each other, fixed to one of the cases that do."""
    fixed: dict[str, dict[str, Any]] = {
        "AskBody": {"purpose": st.just("legal_status_rights"), "topics": st.just(("legal_aid", "compensation"))},
        "AskAnswerBody": {"answer": st.just("confirmed"), "missing": st.just(())},
        "HeldLetter": {"held": st.just("whole"), "kept": st.just(())},
        "ComplaintOpenBody": {"asks": st.just(("answer",))},
    }
    return fixed[name]
