"""The people of the twelve cases of the demo: an adult, a child with a guardian, a mother with two children.

All are invented. Source: interface 4.5.
"""

from typing import Final

from node.demo.network import Network
from node.demo.person import Desk
from node.demo.played import DAY_S
from node.demo.return_story import day

WITH_GUARDIAN: Final = {"given_by": "self_with_guardian", "capacity": "child_assent_recorded"}
GUARDIAN: Final = {"appointing_body": "family-court", "not_named_in_case": True, "heard_alone": True}


async def grown_up(desk: Desk, receiver: str, name: str) -> tuple[str, str, str]:
    """(case, person, consent) of an adult who agrees to this country."""
    case, person = await desk.new_case(_named(name))
    return case, person, await desk.consent(case, person, [receiver])


async def child(network: Network, desk: Desk, receiver: str, name: str) -> str:
    """The case of a child, whose guardian agrees with her."""
    case, person = await desk.new_case(_named(name), age_band="12-15")
    await _child_agrees(network, desk, case, person, receiver)
    return case


async def family(network: Network, desk: Desk, receiver: str) -> str:
    """The case of a mother with two children: each was asked, and each has a consent of their own."""
    older = {"role": "dependant", "age_band": "12-15", "gender": "man"}
    younger = {"role": "dependant", "age_band": "6-11"}
    people = [(_named("Larysa"), dict[str, str]()), (_named("Petro"), older), (_named("Anya"), younger)]
    case, (mother, *children) = await desk.new_family(people)
    await desk.consent(case, mother, [receiver])
    for one in children:
        await _child_agrees(network, desk, case, one, receiver)
    return case


async def _child_agrees(network: Network, desk: Desk, case: str, person: str, receiver: str) -> None:
    """A caseworker writes the guardian down, the coordinator looks for a conflict of interest; then both are asked."""
    appointed = day(network.clock.now() - 10 * DAY_S)
    async with network.client(desk.code, "caseworker") as caseworker:
        change = {"change": "record_guardian", "person_id": person, "appointed_on": appointed, **GUARDIAN}
        await caseworker.post(f"cases/{case}/changes", change)
    check = {"change": "check_guardian", "person_id": person, "conflict_found": False}
    await desk.api.post(f"cases/{case}/changes", check)
    await desk.consent(case, person, [receiver], **WITH_GUARDIAN)


def _named(name: str) -> dict[str, str]:
    return {"given_name": name, "safe_contact": "through the shelter desk"}
