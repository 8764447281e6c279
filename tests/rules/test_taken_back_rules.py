"""What she took back stays taken back, however the next letter is written. R07, R20; GDPR 7(3)."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from node.errors import NotAllowed
from node.protocol.gate.facts import Withdrawn
from node.protocol.gate.shown import concerned_by, receiver
from node.protocol.letters.codes import LEVELS, PURPOSES, REFUSED, STORED
from tests.dishonest import Dishonest
from tests.rules.broken_threads import arriving, assessing, disclosed, prepared, window
from tests.rules.world import CHILD, CHILD_TOKEN, HER_TOKEN, accepted, both, case, entry, letter, record
from tests.world import DAY_S, World, make_world

EVERYTHING: dict[str, Any] = {"purposes": list(PURPOSES), "levels": list(LEVELS)}
TAKEN_BACK = (REFUSED, 20)


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    made = make_world(tmp_path, "XD", "XA")
    yield made
    await made.close()


async def takes_back(liar: Dishonest, **what: Any) -> None:
    """The withdrawal arrives, as it must; what follows it is the liar's."""
    assert await liar.sends("consent.withdrawal", token=liar.token, **what) == (STORED, 0)


async def test_r20_receiver_a_letter_that_states_nobodys_consent_rests_on_what_she_took_back(world: World) -> None:
    """R20: without an entry it rests on what was stated before, of which nothing is left."""
    liar = await disclosed(world, "states nobody")
    await takes_back(liar, **EVERYTHING)

    for kind, said in (("referral.update", {}), ("referral.arrange", arriving(world, 5 * DAY_S))):
        assert await liar.sends(kind, {"consent": []}, **said) == TAKEN_BACK


async def test_r20_receiver_with_the_profile_everything_is_taken_back(world: World) -> None:
    """R20: every letter is of level L1; who takes all levels back and names no purpose leaves nothing standing.

    Our own people answer nothing more either: both sides read it alike.
    """
    liar = await assessing(world, "levels alone")
    await takes_back(liar, purposes=[], levels=list(LEVELS))

    assert await liar.sends("return.risk_request") == TAKEN_BACK
    assert await liar.sends("return.traveldoc_status", {"consent": []}) == TAKEN_BACK
    with pytest.raises(NotAllowed) as no:
        await liar.hears("return.risk_result")
    assert no.value.rule == "R20"


@pytest.mark.parametrize("gone", [EVERYTHING, {"purposes": ["travel"], "levels": []}], ids=["everything", "travel"])
async def test_r20_receiver_nobody_leaves_who_took_back_that_she_travels(world: World, gone: dict[str, Any]) -> None:
    """R20, R07: she was asked on the day and took it back an hour later; a departure then is no return of hers."""
    liar, now = await prepared(world, "sent all the same"), world.clock.now()
    assert await liar.sends("return.travel_plan", **window(now)) == (STORED, 0)
    assert await liar.sends("consent.assertion", about="departure", asked_at=now) == (STORED, 0)
    await takes_back(liar, **gone)

    assert await liar.sends("return.departure", noted_at=now) == TAKEN_BACK
    assert await liar.state() == "planned"
    stays: dict[str, Any] = {"outcome": "not_departed", "noted_at": now, "reason": []}
    assert await liar.sends("return.departure", **stays) == (STORED, 0)


def test_r20_receiver_what_one_of_a_family_took_back_stops_no_letter_about_the_others() -> None:
    """R20, H26: of whom nothing stands any more, no letter of the opener's is about; a part taken back stops it."""
    gone = Withdrawn(CHILD_TOKEN, PURPOSES, LEVELS, 2)
    update = letter("referral.update", n=5, seen=1, consent=())

    assert receiver(update, accepted(withdrawn=(gone,))) is None
    nothing_left = receiver(update, accepted(withdrawn=(gone,), entries=()))
    in_part = receiver(update, accepted(withdrawn=(gone,), entries=(entry(), entry(CHILD))))
    assert [one.reason for one in (nothing_left, in_part) if one is not None] == [20, 20]
    assert not concerned_by(update, "99" * 16, accepted())  # a token that nobody ever stated


def test_r20_sender_our_own_letter_that_states_nobody_waits_for_nothing_either() -> None:
    """R20: the gate at home says the same, at once, and not only when the withdrawal has left."""
    gone = Withdrawn(HER_TOKEN, (), LEVELS, 0)
    update = letter("referral.update", n=5, seen=1, consent=())

    assert both(update, case=case(), consents=(record(),), shared=accepted()) == []
    assert set(both(update, case=case(), consents=(record(),), shared=accepted(withdrawn=(gone,)))) == {"R20"}
