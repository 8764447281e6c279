"""Queues, the audit, the review of access, what is erased, the settings: who reads them, and what they never show."""

import re
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import msgspec
from aiohttp import web

from node.api.app import api_application
from node.config import parsed
from node.machine import settings_of
from node.service.staff.review import EVERY_S
from node.store.audit import AuditRow
from node.store.migrations import NODE
from node.store.work import Reader
from node.web.administration import Administration
from node.web.app import desk_application
from tests.api.conftest import PASSWORD, Desk
from tests.web.browser import Browser, Page
from tests.web.test_operator import at_work, under_way

CONFIG = """
[node]
country = "XA"
data_dir = "data"
[registry]
mirrors = ["https://registry.example/"]
root_file = "root.json"
[keys]
passphrase_file = "pass"
"""


async def test_a_queue_shows_envelopes_and_no_case(desks: dict[str, Desk], browsers: dict[str, Browser]):
    """O4: content is never visible."""
    desk = desks["XD"]
    case = await under_way(desk, browsers["XD"])
    olaf = await at_work(desk, "olaf", "operator")

    page = await olaf.open("/desk/admin/queues")

    assert page.status == 200 and "waits to leave" in page.said
    letter = (await desk.staff.node.store.read(lambda reader: reader.outbox.without_receipt(9)))[0]
    assert letter.id[:8] in page.said and letter.id not in page.text
    assert case not in page.text and case[:8] not in page.text


async def test_why_a_letter_is_held_is_said_where_it_lies_with_its_country_and_never_where_it_is_about_a_person(
    desks: dict[str, Desk], browsers: dict[str, Browser]
):
    """R10, R38: an operator learns nothing of anybody from a queue; the code in the file stays covered."""
    desk, node = desks["XD"], desks["XD"].staff.node
    olaf = await at_work(desk, "olaf", "operator")
    out = msgspec.structs.replace(node.view.countries["XA"], suspended_until=node.now() + 86_400)
    node.view = msgspec.structs.replace(node.view, countries={**node.view.countries, "XA": out})
    await under_way(desk, browsers["XD"])
    await desk.world.settle()

    page = await olaf.open("/desk/admin/queues")

    assert "The country is out of the network" in page.said and "~" not in page.said
    letter = (await node.store.read(lambda reader: reader.outbox.without_receipt(9)))[0]
    await node.store.write(lambda work: work.outbox.hold(letter.id, "R10", node.now()))
    page = await olaf.open("/desk/admin/queues")
    assert "held back" in page.said and "R10" not in page.said and "~" not in page.said


async def test_an_auditor_filters_the_audit_and_has_it_verified(desk: Desk):
    """O6: by act and by reference, page by page; the whole chain is checked."""
    dora = await at_work(desk, "dora", "auditor")
    added = desk.users["dora"]
    page = await dora.open("/desk/admin")
    assert page.url.path == "/desk/admin/audit" and _acts(page) >= {"Added a colleague", "Signed in"}

    of_act = await dora.open("/desk/admin/audit?act=user_added")
    assert _acts(of_act) == {"Added a colleague"}
    of_ref = await dora.open(f"/desk/admin/audit?ref={added}")
    assert "Added a colleague" in _acts(of_ref) and "dora" not in of_ref.url.query_string
    assert "No line among these." in (await dora.open("/desk/admin/audit?act=nothing_like_it")).said

    whole = await dora.send(page, "/desk/admin/audit")
    assert "Whole: every line is in its place." in whole.said


async def test_the_audit_tells_acts_in_the_readers_words_and_no_code(desk: Desk):
    """O6: the sentences are chosen from a list; the table that is taken away keeps the codes."""
    dora = await at_work(desk, "dora", "auditor")
    dora.language = "fr"
    page = await dora.open("/desk/admin/audit")

    assert "A ajouté un collègue" in _acts(page) and "user_added" not in page.said
    assert "fait" in page.words and "done" not in page.words
    kept = await dora.send(page, "/desk/admin/audit/table")
    assert "user_added" in kept.text


def _acts(page: Page) -> set[str]:
    """What the lines of the page say was done."""
    return set(re.findall(r'audit\?act=[^"]+">([^<]+)</a>', page.text))


def _rare(before: int | None, reader: Reader) -> tuple[list[AuditRow], int | None]:
    return reader.audit.lines_of("rare", before, 7, 2)


async def test_a_filtered_audit_goes_on_where_it_stopped_looking(desk: Desk):
    store = desk.staff.node.store

    def many(work: Any) -> None:
        for number in range(30):
            work.audit.append(1, "node", "rare" if number % 10 == 0 else "often", f"{number:032x}")

    await store.write(many)
    seen: list[str] = []
    before: int | None = None
    while True:
        rows, before = await store.read(partial(_rare, before))
        seen += [row.ref for row in rows]
        if before is None:
            break
    assert seen == [f"{number:032x}" for number in (20, 10, 0)]


async def test_a_changed_line_of_the_audit_shows(desk: Desk):
    dora = await at_work(desk, "dora", "auditor")
    page = await dora.open("/desk/admin/audit")
    await desk.staff.node.store.write(lambda work: work.audit._c.execute("update audit set outcome='x' where seq=1"))

    assert "Broken: the first wrong line is number 1." in (await dora.send(page, "/desk/admin/audit")).said


async def test_a_coordinator_signs_the_review_of_access_and_the_audit_says_so(desk: Desk, ana: Browser):
    """O5: quarterly, with sign-off; whoever came meanwhile has to be looked at."""
    page = await ana.open("/desk/admin/people")
    assert "Nobody has signed a review yet." in page.said and "Last signed in:" in page.said
    unticked = await ana.send(page, "/desk/admin/people/sign")
    assert unticked.status == 422 and "Tick that you looked at each of them." in unticked.said
    dora = await at_work(desk, "dora", "auditor")
    meanwhile = await ana.send(page, "/desk/admin/people/sign", looked="yes")
    assert meanwhile.status == 422 and "Somebody came or left. Look again." in meanwhile.said

    signed = await ana.send(await ana.open("/desk/admin/people"), "/desk/admin/people/sign", looked="yes")

    assert "Last signed by Ana Invented" in signed.said
    assert "Signed the review of who has access" in _acts(await dora.open("/desk/admin/audit?act=access_reviewed"))
    desk.clock.step(EVERY_S + 1)
    await ana.sign_in("ana", PASSWORD)
    assert 'class="warning"><h2>Review of access' in (await ana.open("/desk/admin/people")).text


async def test_an_auditor_and_an_operator_read_the_review_and_cannot_sign_it(desk: Desk):
    for login, role in (("dora", "auditor"), ("olaf", "operator")):
        browser = await at_work(desk, login, role)
        page = await browser.open("/desk/admin/people")
        assert page.status == 200 and "Sign the review" not in page.said and "Name a deputy" not in page.said


async def test_a_coordinator_names_a_deputy(desk: Desk, ana: Browser):
    await desk.add("bea", "caseworker")
    path = f"/desk/admin/people/{desk.users['bea']}/backup"

    page = await ana.send(await ana.open("/desk/admin/people"), path, backup=desk.users["ana"])

    assert page.status == 200 and "Deputy: Ana Invented" in page.said
    assert (await ana.send(page, path, backup="0" * 32)).status == 422


async def test_what_is_erased_soon_is_counted_for_operators_and_certified_for_auditors(desk: Desk):
    """O8: counts and short ids; an auditor sees certificates only."""
    olaf, dora = await at_work(desk, "olaf", "operator"), await at_work(desk, "dora", "auditor")
    page = await olaf.open("/desk/admin/retention")
    assert "cases 0 , letters 0" in page.said and "Nothing was erased by its date yet." in page.said
    page = await dora.open("/desk/admin/retention")
    assert page.status == 200 and "unless it is held" not in page.said


def test_every_setting_has_its_origin_and_a_secret_is_only_the_name_of_its_file(tmp_path: Path):
    """O7: what is in the secret files is never read for the page."""
    (tmp_path / "pass").write_text("an invented secret")
    loaded = parsed(CONFIG, tmp_path / "node.toml")
    found = {one.key: one for one in settings_of(replace(loaded, origins={"node.country": "node.toml"}))}

    assert (found["node.country"].value, found["node.country"].origin) == ("XA", "node.toml")
    assert (found["desk.admin"].value, found["desk.admin"].origin) == ("local", "default")
    assert found["keys.passphrase_file"].value.endswith("pass")
    assert not any("an invented secret" in one.value for one in found.values())


async def test_operators_work_on_the_local_listener_only_unless_configured(
    desk: Desk, ana: Browser, aiohttp_client: Any
):
    """Administration is off the public listener; everybody else's pages stay there."""
    app = web.Application()
    app.add_subapp("/desk", desk_application(desk.staff, administration=Administration(serves_operators=False)))
    public = await aiohttp_client(app)
    await desk.add("olaf", "operator")
    olaf, other = Browser(public), Browser(public)
    assert (await olaf.sign_in("olaf", PASSWORD)).status == 200
    await other.sign_in("ana", PASSWORD)
    home = await olaf.open("/desk/")
    assert not {"/desk/admin", "/desk/people"} & set(home.links) and "on the machine of the node only" in home.said

    for path in ("/desk/admin", "/desk/admin/health", "/desk/admin/settings", "/desk/admin/people", "/desk/people"):
        page = await olaf.open(path)
        assert page.status == 403 and "Administration is served on the machine of the node only" in page.said, path
        assert (await other.open(path)).status == 200, path


async def test_over_the_api_too_an_operator_may_only_sign_in_and_out_on_the_public_listener(
    desk: Desk, aiohttp_client: Any
):
    """A page that is shut while its API is open would be shut to honest people only."""
    app = web.Application()
    app.add_subapp("/api/v1", api_application(desk.staff, serves_operators=False))
    public = await aiohttp_client(app)
    await desk.add("olaf", "operator")
    answers = {}
    for who in ("ana", "olaf"):
        headers = {"Authorization": f"Bearer {desk.tokens[who]}"}
        for path in ("/users", "/queues", "/sessions/me"):
            async with public.get(f"/api/v1{path}", headers=headers) as answer:
                answers[who, path] = answer.status

    assert {key: status for key, status in answers.items() if status != 200} == {
        ("olaf", "/users"): 403,
        ("olaf", "/queues"): 403,
    }


async def test_an_operator_reads_which_version_runs_and_how_to_get_to_a_newer_one(desk: Desk):
    """O9: the program, the steps of its database, the last copy, and the commands in their order; a caseworker not."""
    olaf, bea = await at_work(desk, "olaf", "operator"), await at_work(desk, "bea", "caseworker")

    page = await olaf.open("/desk/admin/version")

    assert f"{len(NODE._migrations)}" in page.said and NODE._migrations[-1].name in page.said
    assert "No backup was ever made." in page.said
    commands = [page.said.index(one) for one in ("upgrade --try", "systemctl stop", "upgrade /mnt", "trm-node doctor")]
    assert commands == sorted(commands)
    assert (await bea.open("/desk/admin/version")).status == 403
