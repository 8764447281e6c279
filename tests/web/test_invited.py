"""Invitations: somebody makes their own sign-in; nobody else ever knew the password, and no address holds the code."""

import re

import pytest

from tests.api.conftest import PASSWORD, Desk
from tests.web.browser import Browser, Page

DAY_S = 86_400
CODE = re.compile(r"([a-z2-7]{4}-){3}[a-z2-7]{4}")
OWN = "my own invented password"


async def invited(by: Browser, role: str = "caseworker") -> str:
    page = await by.open("/desk/people")
    page = await by.send(page, "/desk/people/invite", role=role, organisation="haven", whom="the new one")
    return next(one for one in page.words if CODE.fullmatch(one))


async def came(desk: Desk, code: str, login: str = "bea", **typed: str) -> tuple[Browser, Page]:
    browser = Browser(desk.client)
    page = await browser.send(await browser.open("/desk/invited"), "/desk/invited", code=code)
    if page.status != 200:
        return browser, page
    given = {"login": login, "new": OWN, "again": OWN, "accepted": "yes", "language": "ar", **typed}
    return browser, await browser.send(page, "/desk/join", **given)


async def test_whoever_is_invited_makes_their_own_sign_in_and_gets_recovery_codes(ana: Browser, desk: Desk):
    """Issue 4, sign-in: 48 hours, role and organisation; login, password, conduct, language, codes."""
    bea, page = await came(desk, await invited(ana))

    assert len([one for one in page.words if CODE.fullmatch(one)]) == 10
    assert (await bea.open("/desk/cases")).status == 200 and bea.cookies["__Host-language"] == "ar"
    people = await ana.open("/desk/people")
    assert "bea" in people.words and "waits for the key to the names" in people.said
    assert (await Browser(desk.client).sign_in("bea", OWN)).url.path == "/desk/"  # conduct was accepted with it


async def test_the_office_key_comes_from_a_signed_in_coordinator_and_from_no_invitation(ana: Browser, desk: Desk):
    """At-rest: the office key is sealed to the new user's public half, by somebody who holds it."""
    await came(desk, await invited(ana))
    assert (await desk.sign_in("bea", OWN)).json["reads_names"] is False
    assert "Somebody new waits for the key to the names" in (await ana.open("/desk/")).said

    people = await ana.open("/desk/people")
    give = next(one["action"] for one in people.forms if one["action"].endswith("/office"))
    await ana.send(people, give)

    assert (await desk.sign_in("bea", OWN)).json["reads_names"] is True


async def test_an_invitation_works_once(ana: Browser, desk: Desk):
    code = await invited(ana)
    await came(desk, code)

    _, page = await came(desk, code, "cleo")

    assert page.status == 401 and "cannot be used" in page.said


async def test_an_invitation_is_over_after_48_hours_or_when_it_is_taken_back(ana: Browser, desk: Desk):
    """All four answer alike: unknown, used, over, taken back."""
    late = await invited(ana)
    desk.clock.step(1)
    back = await invited(ana)  # the newest stands first
    people = await ana.open("/desk/people")
    take = next(one["action"] for one in people.forms if one["action"].endswith("/take-back"))
    await ana.send(people, take)
    pages = [(await came(desk, one))[1] for one in (back, "aaaa-bbbb-cccc-dddd")]
    desk.clock.step(2 * DAY_S)
    pages.append((await came(desk, late))[1])

    assert [one.status for one in pages] == [401] * 3
    assert len({one.said for one in pages}) == 1


async def test_the_invitation_of_somebody_who_was_shut_out_opens_nothing(ana: Browser, desk: Desk):
    await desk.add("eva", "coordinator")
    eva = Browser(desk.client)
    await eva.sign_in("eva", PASSWORD)
    code = await invited(eva)
    people = await ana.open("/desk/people")
    await ana.send(people, f"/desk/people/{desk.users['eva']}/disable", sure="yes")

    _, page = await came(desk, code)

    assert page.status == 401 and "cannot be used" in page.said


async def test_the_code_is_in_no_address_but_behind_the_sign_that_browsers_keep_to_themselves(ana: Browser, desk: Desk):
    """Part 7: nothing secret in a URL that lands in a log; and not readable on the disk."""
    page = await ana.open("/desk/people")
    page = await ana.send(page, "/desk/people/invite", role="auditor", organisation="haven")
    code = next(one for one in page.words if CODE.fullmatch(one))
    link = next(one for one in page.words if one.endswith(code) and "/" in one)

    assert link.endswith(f"/desk/invited#{code}")
    assert not [one for one in page.links if code in one] and "whom" not in str(page.url)
    folder = desk.world["XD"].opened.node.store.folder
    assert all(code.encode() not in path.read_bytes() for path in folder.rglob("*") if path.is_file())


async def test_an_operator_invites_no_caseworker(desk: Desk, ana: Browser):
    """Roles: an operator makes auditors and operators, and gives no key."""
    await desk.add("olaf", "operator")
    olaf = Browser(desk.client)
    await olaf.sign_in("olaf", PASSWORD)
    page = await olaf.open("/desk/people")

    forged = await olaf.send(page, "/desk/people/invite", role="coordinator", organisation="haven")

    assert forged.status == 403
    assert (await came(desk, await invited(olaf, "auditor"), "dora"))[1].status == 200


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ({"again": "another invented password"}, "typed in two ways"),
        ({"new": "short", "again": "short"}, "twelve characters"),
        ({"login": "With Blanks"}, "small letters"),
        ({"accepted": ""}, "Read the code of conduct"),
        ({"login": "ana"}, "has this login already"),
    ],
)
async def test_what_is_wrong_stands_beside_its_field_and_the_invitation_goes_on(
    ana: Browser, desk: Desk, typed: dict[str, str], says: str
):
    code = await invited(ana)

    _, page = await came(desk, code, **typed)

    assert page.status == 422 and says in page.said
    assert page.form("/desk/join")["login"] == [typed.get("login", "bea")]
    assert OWN not in page.text
    assert (await came(desk, code))[1].status == 200
