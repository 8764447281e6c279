"""What the plays about her consent share: subsets, what a letter says of a record, and what the gate answers."""

from collections.abc import Sequence
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from node.protocol.cases.case import Case, Person
from node.protocol.consent.record import ConsentRecord
from node.protocol.gate.facts import Draft, RecipientFacts
from node.protocol.letters.frame import ConsentEntry
from tests.rules.world import drafting, token_of

LEVELS = ("L1", "L2", "L3", "L4")


def tries(how_many: int) -> settings:
    """So many draws, however long they take."""
    return settings(max_examples=how_many, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def some(of: Sequence[Any], least: int = 0) -> st.SearchStrategy[Any]:
    """Some of these, in their order."""
    return st.lists(st.sampled_from(of), min_size=least, unique=True).map(lambda one: tuple(x for x in of if x in one))


def stated(of: ConsentRecord, person: Person, holder: str | None) -> ConsentEntry:
    """What a letter says of a record: just that."""
    return ConsentEntry(
        token=token_of(person), basis=of.basis, given_by=of.given_by, capacity=of.capacity,
        treated_as_child=person.treated_as_child, safeguards_met=True, purposes=of.purposes, levels=of.levels,
        categories=of.categories, holder=holder, until=of.valid_until,
    )  # fmt: skip


def lets_out(made: Draft, of: Case, said: Sequence[ConsentRecord], recipient: RecipientFacts) -> bool:
    """What the gate says, where nothing but consent stands in the way."""
    return not drafting(made, case=of, consents=tuple(said), recipient=recipient)
