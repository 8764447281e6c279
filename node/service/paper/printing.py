"""Printing: a purpose is asked, the gate is passed, the case's log has a line, and the paper bears a mark.

The mark says who printed it, when and what for. What she carries bears its number alone: whoever finds it learns
nothing, and the log knows the rest. What goes abroad names none of our staff, as no letter does; a short reference
stands in place of the name. Source: interface C13; practice H15, H18.
"""

from typing import Final, Literal, get_args

import msgspec

from node.errors import BadInput
from node.service.access import may_work_on
from node.service.actor import Actor
from node.service.context import Node
from node.service.staff.book import called
from node.service.threads.commands import Command
from node.service.threads.phoning import not_to_be_phoned
from node.service.way_out import GoesTo
from node.store.work import Reader, Work

Paper = Literal["consent", "referral", "journey", "sheet", "release"]
PrintPurpose = Literal["read_with_her", "her_signature", "she_carries_it", "given_to_country", "given_to_authority",
                       "own_file"]  # fmt: skip
PAPERS: Final[tuple[Paper, ...]] = get_args(Paper)
# What each paper is printed for; the first is what is meant if nothing else is said.
PURPOSES: Final[dict[Paper, tuple[PrintPurpose, ...]]] = {
    "consent": ("her_signature", "read_with_her", "own_file"),
    "referral": ("given_to_country", "own_file"),
    "journey": ("she_carries_it",),
    "sheet": ("read_with_her", "she_carries_it", "own_file"),
    "release": ("given_to_authority", "own_file"),
}
PRINTED: Final = "printed"
NUMBER_BYTES: Final = 4


class Print(Command, frozen=True):
    """What is printed for what, and into which country it goes; our own where it stays here (H15)."""

    purpose: PrintPurpose
    to: GoesTo


class Mark(msgspec.Struct, frozen=True, kw_only=True):
    """What stands on every page of a paper: its number, when it was printed, and for us who and what for.

    `by` and `purpose` are empty on what she carries.
    """

    number: str
    at: int
    by: str
    purpose: str


def mark(node: Node, work: Work, actor: Actor, case_id: str, paper: Paper, asked: Print) -> Mark:
    """Note in the case's log that this is printed, and make its mark; inside the transaction of the gate.

    On what she carries it is a number and no more (H18).
    """
    must_fit(paper, asked.purpose)
    now, number = node.now(), node.random(NUMBER_BYTES).hex()
    # Which paper is covered: beside a case it would tell on a bare disk that she returns.
    said = node.seals.cover(f"C13 {paper} {number}")
    work.audit.append(now, actor.user_id, PRINTED, case_id, rule=said, outcome=asked.purpose)
    if asked.purpose == "she_carries_it":
        return Mark(number=number, at=now, by="", purpose="")
    by = called(node, work.people.get(actor.user_id)) if asked.to == node.country else actor.user_id[:8]
    return Mark(number=number, at=now, by=by, purpose=asked.purpose)


def must_fit(paper: Paper, purpose: PrintPurpose) -> None:
    """BadInput for a purpose that this paper does not have."""
    if purpose not in PURPOSES[paper]:
        raise BadInput(
            "this paper is not printed for that", field="purpose", expected=", ".join(PURPOSES[paper]),
            for_user="Choose what it is printed for.",
        )  # fmt: skip


class GivenOnPaper(msgspec.Struct, frozen=True, kw_only=True):
    """A referral that was printed for a country, and when."""

    country: str
    at: int


async def told_on_paper(node: Node, actor: Actor, case_id: str) -> list[GivenOnPaper]:
    """The same for whoever may work on the case: only countries that may be phoned about her."""

    def read(reader: Reader) -> list[GivenOnPaper]:
        may_work_on(reader, actor, case_id)
        return to_be_phoned(node, reader, case_id)

    return await node.store.read(read)


def to_be_phoned(node: Node, reader: Reader, case_id: str) -> list[GivenOnPaper]:
    """Of what went on paper, whom a call may follow: a call is a way out like a letter (R10, H04)."""
    now, found = node.now(), given_on_paper(node, reader, case_id)
    return [one for one in found if not_to_be_phoned(node, reader, case_id, one.country, now) is None]


def given_on_paper(node: Node, reader: Reader, case_id: str) -> list[GivenOnPaper]:
    """Which countries were told of her on paper, oldest first: from the lines that the gate left in the log (H15)."""
    found = []
    for line in reversed(reader.audit.lines(ref=case_id, limit=1000)):
        if line.act != "way_out" or line.outcome != "file":
            continue
        rule, _, country = node.seals.uncover(line.rule).partition(" ")
        if rule == "H15" and country != node.country:
            found.append(GivenOnPaper(country=country, at=line.at))
    return found
