"""Threads in which a peer takes back in its next letter what it said of a person, or says of it more than is so.

As in `broken_threads`, for rules about what a thread remembers: R12, R14, R22, H10, H12, H26.
"""

from collections.abc import Awaitable, Callable
from typing import Any, Final

from node.protocol.letters.codes import REFUSED, STORED
from tests.dishonest import Dishonest
from tests.rules.broken_threads import accepted, assessing, held
from tests.world import DAY_S, World


async def r12(world: World) -> None:
    """A child of the request is told of as an adult who decides alone; and one who may have turned 18 since."""
    liar = await of_a_child(world, "R12", "12-15")
    assert await liar.sends("return.risk_request") == (REFUSED, 12)
    assert await liar.sends("return.family_request", steps=["find"]) == (REFUSED, 112)
    older = await of_a_child(world, "R12 older", "16-17")
    assert await older.sends("return.family_request", steps=["find"]) == (REFUSED, 112)
    assert held(world) == []
    assert await older.sends("return.risk_request") == (STORED, 0)
    assert held(world) == ["R12"]


async def r22(world: World) -> None:
    """A consent that would never end; the last day that is allowed is taken."""
    liar, year = Dishonest(world, "R22"), world.clock.now() + 366 * DAY_S
    assert await liar.sends("referral.offer", {"consent": [liar.consent(until=year + 1)]}) == (REFUSED, 22)
    again = Dishonest(world, "R22 again")
    assert await again.sends("referral.offer", {"consent": [again.consent(until=year)]}) == (STORED, 0)


async def h10(world: World) -> None:
    """A provisional basis that is renewed again and again, one letter after the other."""
    liar = Dishonest(world, "H10")

    async def asks() -> tuple[int, int]:
        at = world.clock.now()
        entry = {"basis": "provisional", "given_by": "child_protection", "until": at + 10 * DAY_S}
        entry |= {"purposes": ["enquiry"], "levels": ["L1"]}
        return await liar.sends("ident.support_request", {"consent": [as_child(liar) | entry]})

    for wait_s in (10 * DAY_S, 10 * DAY_S, 1):
        assert await asks() == (STORED, 0)
        await liar.hears("ident.support_response")
        world.passes(wait_s)
    assert await asks() == (REFUSED, 110)


async def h26(world: World) -> None:
    """One is offered and accepted, and somebody else's name comes with hers."""
    liar = await accepted(world, "H26")
    two = [liar.consent(), liar.consent(token=liar.id_of("somebody nobody offered"))]
    frame = {"consent": two, "lawful_basis": "explicit_consent"}
    assert await liar.sends("referral.disclose", frame, complete=True) == (REFUSED, 126)
    # nor first in a letter that tells nothing, and then in one that does
    assert await liar.sends("referral.update", {"consent": two}) == (REFUSED, 126)


async def r14(world: World) -> None:
    """A child's plan without a best-interests decision, both assessments told."""
    liar = await of_a_child(world, "R14", "12-15")
    child = {"consent": [as_child(liar)]}
    assert await liar.sends("return.risk_result", child) == (STORED, 0)
    await liar.hears("return.risk_result")
    assert await liar.sends("return.travel_plan", child) == (REFUSED, 14)


async def h12(world: World) -> None:
    """A child's family before a decision on tracing."""
    liar = await assessing(world, "H12")
    assert await liar.sends("return.family_request", {"consent": [as_child(liar)]}) == (REFUSED, 112)


async def of_a_child(world: World, name: str, band: str) -> Dishonest:
    """A return of a child that XA agreed to look at."""
    liar = Dishonest(world, name)
    asked = await liar.sends("return.request", {"consent": [as_child(liar)]}, age_band=band, treated_as_child=True)
    assert asked == (STORED, 0)
    await liar.hears("return.request_response")
    return liar


def as_child(liar: Dishonest) -> dict[str, Any]:
    """Her consent as a guardian gives it for a child that was asked too."""
    return liar.consent(treated_as_child=True, given_by="guardian", capacity="child_assent_recorded")


REMEMBERED: Final[dict[str, Callable[[World], Awaitable[None]]]] = {
    "R12": r12,
    "R14": r14,
    "H12": h12,
    "R22": r22,
    "H10": h10,
    "H26": h26,
}
