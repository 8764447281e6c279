"""The people of the bench click through real pages: where a page changed its links, they would click on nothing."""

from pathlib import Path

import aiohttp

from tests.bench.long_matter import matter_of
from tests.bench.pages import pages_of
from tests.bench.people import Person, Taken
from tests.world import make_world


async def test_a_person_of_the_bench_gets_from_the_desk_to_a_letter_an_act_and_a_case(tmp_path: Path):
    """Issue 4, numbers: each click ends well, and none finds nothing to click on."""
    world = make_world(tmp_path, "XD", "XA")
    await matter_of(world, 3)
    async with pages_of(world["XA"]) as pages, aiohttp.ClientSession() as http:
        taken = Taken()
        person = Person(http, str(pages.client.make_url("")).rstrip("/"), "ana", taken)
        await person.sign_in()

        for step in person.steps:
            await step()

        assert taken.wrong == []
        assert {kind.partition("/do/")[0] for kind, _ in taken.clicks[:-1]} == {
            "GET /desk/", "GET /desk/thread/-", "POST /desk/letter/-", "POST /desk/thread/-", "GET /desk/case/-",
        }  # fmt: skip
        assert taken.slowest_kind().startswith(("GET ", "POST "))
    await world.close()
