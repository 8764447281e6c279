"""Consent: what a person, or who decides with her, allowed towards whom, for what, until when.

The record is local and lists every recipient; what travels is one entry per person and recipient, with a random token
of its own and nothing that links two of them (R26). Whether a record counts is `consent_faults`; whether it covers a
letter is the gate. Source: domain 5.3; wire 7; practice H10, H11, H13, H17, H26.
"""

from collections.abc import Collection, Iterable, Sequence

import msgspec

from node.errors import NotAllowed
from node.protocol.cases.case import Person
from node.protocol.consent.faults import faults
from node.protocol.consent.record import Asserted, ConsentRecord, ConsentTo
from node.protocol.letters.codes import LEVELS, PURPOSES, Level, Purpose
from node.protocol.letters.frame import ConsentEntry


class Scope(msgspec.Struct, frozen=True):
    """What all persons of a letter allow together: the smallest common part. Source: H26."""

    purposes: frozenset[str]
    levels: frozenset[str]
    categories: frozenset[str]
    until: int


class Withdrawal(msgspec.Struct, frozen=True):
    """One `consent.withdrawal` to be queued: to whom, which token, what ends. Carries no reason (R20)."""

    country: str
    token: str
    purposes: tuple[Purpose, ...]
    levels: tuple[Level, ...]


def assertion(record: ConsentRecord, person: Person, recipient: ConsentTo, now: int, token: str) -> ConsentEntry:
    """The consent entry that travels to one recipient, under a random `token` of 32 hex digits made by the caller.

    Raises NotAllowed when the record does not count now or does not name this recipient. Keep what was asserted with
    `note_asserted`, in the same transaction. Source: wire 7.
    """
    if record.person_id != person.person_id:
        raise NotAllowed("consent belongs to another person; ask this person", rule="H26")
    for fault in faults(record, person, now):
        raise NotAllowed(
            f"consent does not count: {fault.sentence}",
            rule=fault.rule,
            for_user=f"{fault.sentence}: {fault.next_step}",
        )
    if recipient not in record.recipients:
        raise NotAllowed("consent does not name this recipient; ask her for it", rule="R01")
    return ConsentEntry(
        token=token,
        basis=record.basis,
        given_by=record.given_by,
        capacity=record.capacity,
        treated_as_child=person.treated_as_child,
        safeguards_met=True,
        purposes=record.purposes,
        levels=record.levels,
        categories=record.categories,
        holder=recipient.holder,
        until=record.valid_until,
    )


def note_asserted(record: ConsentRecord, recipient: ConsentTo, token: str, thread: str) -> ConsentRecord:
    """The record, remembering which token went to which country and thread, so that a withdrawal finds it.

    A letter further down the same thread says the same token again. Raises NotAllowed for a token of another country or
    thread: each has one of its own. Source: R26.
    """
    one = Asserted(country=recipient.country, thread=thread, token=token, holder=recipient.holder)
    if any(old.token == token and (old.country, old.thread) != (one.country, one.thread) for old in record.asserted):
        raise NotAllowed("token is used for another country or thread; draw a new random one", rule="R26")
    if one in record.asserted:
        return record
    return msgspec.structs.replace(record, asserted=(*record.asserted, one))


def never_told(record: ConsentRecord, thread: str, known: Collection[str]) -> ConsentRecord:
    """The record without what it remembers of this thread beyond the `known` tokens: their letter never left."""
    left = tuple(one for one in record.asserted if one.thread != thread or one.token in known)
    return msgspec.structs.replace(record, asserted=left)


def withdraw(
    record: ConsentRecord,
    now: int,
    purposes: Iterable[Purpose] = PURPOSES,
    levels: Iterable[Level] = LEVELS,
) -> tuple[ConsentRecord, tuple[Withdrawal, ...]]:
    """The record after she takes back some purposes or levels (by default all), and what each recipient is told.

    One person, no reason, works at once; the case and the help she gets do not change (R21). Source: R20; GDPR 7, 19.
    """
    gone_purposes, gone_levels = tuple(purposes), tuple(levels)
    left_purposes = tuple(p for p in record.purposes if p not in gone_purposes)
    left_levels = tuple(level for level in record.levels if level not in gone_levels)
    if set(gone_levels) >= set(record.levels):
        left_purposes = ()
    narrowed = msgspec.structs.replace(
        record,
        purposes=left_purposes,
        levels=left_levels if left_purposes else (),
        withdrawn_purposes=tuple(dict.fromkeys((*record.withdrawn_purposes, *gone_purposes))),
        withdrawn_levels=tuple(dict.fromkeys((*record.withdrawn_levels, *gone_levels))),
        withdrawn_at=record.withdrawn_at if left_purposes else now,
    )
    told = tuple(Withdrawal(one.country, one.token, gone_purposes, gone_levels) for one in record.asserted)
    return narrowed, told


def after_withdrawal(
    entries: Sequence[ConsentEntry], token: str, purposes: Iterable[str], levels: Iterable[str]
) -> tuple[ConsentEntry, ...]:
    """The entries in force after a `consent.withdrawal`, at either side; one with nothing left is dropped."""
    gone_purposes, gone_levels = set(purposes), set(levels)
    return tuple(
        kept
        for entry in entries
        if (kept := _narrowed(entry, gone_purposes, gone_levels) if entry.token == token else entry) is not None
    )


def effective(entries: Sequence[ConsentEntry]) -> Scope:
    """What every person concerned allows; with nobody asked, nothing. Source: H26."""
    if not entries:
        return Scope(frozenset(), frozenset(), frozenset(), 0)
    return Scope(
        purposes=frozenset.intersection(*(frozenset[str](entry.purposes) for entry in entries)),
        levels=frozenset.intersection(*(frozenset[str](entry.levels) for entry in entries)),
        categories=frozenset.intersection(*(frozenset[str](entry.categories) for entry in entries)),
        until=min(entry.until for entry in entries),
    )


def _narrowed(entry: ConsentEntry, purposes: set[str], levels: set[str]) -> ConsentEntry | None:
    left_purposes = tuple(purpose for purpose in entry.purposes if purpose not in purposes)
    left_levels = tuple(level for level in entry.levels if level not in levels)
    if not left_purposes or not left_levels:
        return None
    return msgspec.structs.replace(entry, purposes=left_purposes, levels=left_levels)
