"""What is asked about before it takes the place of what a colleague recorded meanwhile: of a case, a plan and care.

Source: interface, finding 3; R24.
"""

from pathlib import Path

import pytest

from node.protocol.cases.care import Care
from node.protocol.cases.case import Case
from node.protocol.cases.return_plan import Journey, Recovery
from node.service.actor import Actor
from node.service.cases import requests as asks
from node.service.cases.cases import change_case
from node.service.cases.replacing import mark_of_case, replaced, shown_case
from node.service.shown import Overtaken
from node.service.threads.book import Book
from node.store.work import Work
from tests.rules.return_world import her_return, plan, returning
from tests.rules.world import DAY, HER, NOW, case, with_
from tests.world import make_world

P1 = "1" * 16
CARE = Care(care_id="ab" * 8, thread="cd" * 16, letter="ef" * 16, opened_at=NOW, with_her="our_staff")
EARLY, LATE = (plan(her_return(), journey=Journey(NOW + days * DAY, NOW + (days + 1) * DAY)) for days in (10, 20))
RESTS, RESTS_LESS = (plan(her_return(recovery=Recovery(until=NOW + days * DAY))) for days in (30, 10))


@pytest.mark.parametrize(
    ("was", "now", "fields"),
    [
        (returning(plans=(EARLY,)), returning(plans=(LATE,)), ["journey"]),
        (returning(plans=(RESTS,)), returning(plans=(RESTS_LESS,)), ["recovery"]),
        (case(care=(CARE,)), case(care=(with_(CARE, with_her="hospital"),)), ["with_her"]),
        (case(care=(with_(CARE, with_her="nobody_yet"),)), case(care=(CARE,)), []),
        (case(HER), case(with_(HER, age_band="16-17")), ["age_band"]),
    ],
    ids=["a journey", "her time to think", "who is with her", "what nobody had recorded", "a fact of hers"],
)
def test_what_stands_is_told_where_something_else_would_stand(was: Case, now: Case, fields: list[str]) -> None:
    assert [one.field for one in replaced(was, now)] == fields
    assert mark_of_case(was) != mark_of_case(now)


async def test_what_two_people_decide_replaces_nothing_that_came_meanwhile(tmp_path: Path) -> None:
    """A colleague recorded that she is sixteen; the first of two had a page of before, and settles another age."""
    world = make_world(tmp_path, "XD")
    node, case_id = world["XD"].node, await world["XD"].new_case()
    ana = Actor("ana", "coordinator", "haven")

    def put(age_band: str) -> None:
        def write(work: Work) -> None:
            book = Book(node, work)
            her = with_(HER, person_id=P1, age_band=age_band)
            book.put_case(book.case(case_id), case(her, case_id=case_id), node.now())

        node.store.write_sync(write)

    put("18-24")
    shown = await shown_case(node, ana, case_id)
    put("16-17")
    ask = asks.SettleAge(person_id=P1, age_band="25-34")

    with pytest.raises(Overtaken):
        await change_case(node, ana, case_id, ask, shown)
    assert not (await change_case(node, ana, case_id, ask, await shown_case(node, ana, case_id))).done
    await world.close()
