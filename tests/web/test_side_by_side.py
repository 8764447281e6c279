"""Two windows, or two people, at one draft or one case: nothing is written over unseen, and nothing typed is lost."""

import pytest
from msgspec import structs

from node.protocol.cases.care import Care
from node.service.threads.book import Book
from node.store.work import Work
from tests.api.conftest import PASSWORD, Desk
from tests.web.browser import Browser, Page
from tests.web.test_changes import case_of
from tests.web.test_operator import at_work
from tests.web.test_referral import AGREED, filled, started
from tests.web.test_returns import TALK, allows, begun

TO_ARVENIA = {"needs": ["shelter", "trauma"], "urgency": "routine", "peer": "XA"}
TO_BORDURIA = {"needs": ["legal"], "urgency": "urgent", "peer": "XB"}


async def window(desk: Desk) -> Browser:
    """One more browser of ana's."""
    other = Browser(desk.client)
    assert (await other.sign_in("ana", PASSWORD)).status == 200
    return other


def stays(page: Page, path: str, at: int = 0) -> dict[str, list[str]]:
    """The fields of one of several forms of a page that post to the same place."""
    found = [one["fields"] for one in page.forms if one["action"] == path]
    return {name: list(values) for name, values in found[at].items()}


async def test_the_later_save_of_a_referral_shows_both_and_writes_over_nothing(desk: Desk, ana: Browser):
    """Two people at one draft: what the first saved stands, what the second typed is beside it; a person chooses."""
    path = f"{await started(ana)}/where"
    bo = await at_work(desk, "bo", "coordinator")
    mine, theirs = await ana.open(path), await bo.open(path)
    await ana.send(mine, path, **TO_ARVENIA)

    both = await bo.send(theirs, path, **TO_BORDURIA)

    assert both.status == 409 and "Ana Invented saved this meanwhile" in both.said
    assert all(
        says in both.said
        for says in ("Arvenia", "Borduria", "safe place", "Trauma", "Legal", "What stands", "What you typed")
    )
    standing = (await ana.open(path)).form(path)
    assert standing["needs"] == ["shelter", "trauma"]

    await bo.send(both, path)  # "Save what you typed"
    now = (await ana.open(path)).form(path)
    assert now["needs"] == ["legal"] and now["urgency"] == ["urgent"]


async def test_whose_own_other_window_saved_is_told_so_and_no_name(ana: Browser):
    """One person with two windows looked for a colleague of her own name."""
    path = f"{await started(ana)}/where"
    here, there = await ana.open(path), await ana.open(path)
    await ana.send(there, path, **TO_ARVENIA)

    both = await ana.send(here, path, **TO_BORDURIA)

    assert both.status == 409 and "You saved this in another window" in both.said
    assert "Invented saved" not in both.said and "What stands" in both.said


async def test_what_stands_is_kept_by_a_link_and_one_who_typed_the_same_is_not_asked(desk: Desk, ana: Browser):
    path = f"{await started(ana)}/where"
    other = await window(desk)
    mine, theirs, third = await ana.open(path), await other.open(path), await other.open(path)
    await ana.send(mine, path, **TO_ARVENIA)

    same = await other.send(theirs, path, **TO_ARVENIA)
    both = await other.send(third, path, **TO_BORDURIA)

    assert same.status == 200 and path in both.links
    assert (await other.open(path)).form(path)["needs"] == ["shelter", "trauma"]


async def test_what_is_saved_as_it_is_typed_writes_over_nothing_either(desk: Desk, ana: Browser):
    """The script of the page saves a second after the last key: it takes the mark of what it saved on to the next."""
    path = f"{await started(ana)}/where"
    other = await window(desk)
    mine, theirs = await ana.open(path), await other.open(path)
    first = await ana.send(mine, path, _stay="1", **TO_ARVENIA)
    assert first.status == 204

    next_key = await ana.send(mine, path, _stay="1", _from=first.headers["Mark"], **{**TO_ARVENIA, "urgency": "urgent"})
    late = await other.send(theirs, path, _stay="1", **TO_BORDURIA)

    assert next_key.status == 204
    assert late.status == 409 and "saved meanwhile" in late.text and "<" not in late.text
    assert (await ana.open(path)).form(path)["urgency"] == ["urgent"]


async def test_nothing_is_sent_to_another_country_than_the_check_page_showed(browsers: dict[str, Browser]):
    """C4: what would leave is shown before it leaves; a draft that was changed meanwhile is shown anew."""
    xd = browsers["XD"]
    tasks = await started(xd)
    check = await filled(xd, tasks, "XA")
    where = await xd.open(f"{tasks}/where")
    await xd.send(where, f"{tasks}/where", needs=["health"], urgency="urgent", peer="XA")

    again = await xd.send(check, f"{tasks}/check")

    assert again.status == 409 and "changed meanwhile" in again.said
    assert (await xd.send(again, f"{tasks}/check")).url.path.startswith("/desk/thread/")


async def test_what_was_sent_meanwhile_is_no_draft_again_unasked(browsers: dict[str, Browser]):
    xd = browsers["XD"]
    tasks = await started(xd)
    check = await filled(xd, tasks)
    old = await xd.open(f"{tasks}/where")
    await xd.send(check, f"{tasks}/check")

    both = await xd.send(old, f"{tasks}/where", urgency="urgent")

    assert both.status == 409 and "Nothing is saved here any more" in both.said


async def test_another_matter_and_an_answer_are_drafts_of_the_same_kind(
    browsers: dict[str, Browser], desks: dict[str, Desk]
):
    """Every letter that is written over days has one draft in its case, whoever writes it."""
    xd = browsers["XD"]
    case = (await started(xd)).removesuffix("/referral")
    path = f"{case}/open/info.request"
    mine, theirs = await xd.open(path), await xd.open(path)
    topics = [str(here["value"]) for _, here in mine.tags if here.get("name") == "topics"]
    await xd.send(mine, path, _stay="1", _peer="XA", topics=topics[:1])

    both = await xd.send(theirs, path, _peer="XA", topics=topics[1:2])

    assert both.status == 409 and (await xd.open(path)).form(path)["topics"] == topics[:1]
    checked = await xd.send(both, path)
    assert checked.status in (200, 422) and (await xd.open(path)).form(path)["topics"] == topics[1:2]


async def test_two_windows_of_one_person_keep_what_was_ticked_first(desk: Desk, ana: Browser):
    """What is kept of a long form of ticks is each person's own; two windows of hers do not write over each other."""
    path = f"{await started(ana)}/kept-from"
    other = await window(desk)
    mine, theirs = await ana.open(path), await other.open(path)
    assert (await ana.send(mine, path, _stay="1", named="yes", blocked=["XA"])).status == 204

    late = await other.send(theirs, path, _stay="1", named="no")

    assert late.status == 409
    assert (await ana.open(path)).form(path)["named"] == ["yes"]


async def test_a_save_whose_answer_was_lost_leaves_no_draft_behind_what_is_recorded(ana: Browser):
    """The script never heard its mark: what it saved is what the button records."""
    path = f"{await started(ana)}/kept-from"
    page = await ana.open(path)
    assert (await ana.send(page, path, _stay="1", named="no")).status == 204  # the page keeps its old mark

    assert (await ana.send(page, path, named="no")).status == 200

    assert (await ana.open(path)).form(path).get("named", []) == []


@pytest.mark.parametrize(("here", "there", "answer"), [("no", "yes", 200), ("yes", "no", 422)])
async def test_what_was_kept_in_another_window_outlives_a_press_in_this_one(
    desk: Desk, ana: Browser, here: str, there: str, answer: int
):
    """She went on by telephone: the window that stands open at her desk knows nothing of that. Recorded or refused."""
    path = f"{await started(ana)}/kept-from"
    old, other = await ana.open(path), await window(desk)
    newer = await other.open(path)
    assert (await other.send(newer, path, _stay="1", named=there)).status == 204

    pressed = await ana.send(old, path, named=here)

    assert pressed.status == answer
    assert (await other.open(path)).form(path)["named"] == [there]
    if answer == 422:  # nor does what is typed next on the page of the error
        assert pressed.form(path)["named"] == [here]
        assert (await ana.send(pressed, path, _stay="1", named=here)).status == 409


async def test_a_fact_that_a_colleague_recorded_meanwhile_is_not_replaced_unseen(desk: Desk, ana: Browser):
    """A list that is ticked takes the place of all that stood there: also of what stands there since this minute."""
    case = await case_of(ana)
    path = f"{case}/change/set_facts"
    bea = await at_work(desk, "bea", "coordinator")
    mine, theirs = await ana.open(path), await bea.open(path)
    assert (await ana.send(mine, path, needs=["health", "shelter"])).status == 200

    both = await bea.send(theirs, path, needs=["legal"])

    assert both.status == 409 and "What stands" in both.said and "What you typed" in both.said
    assert "Medical" in both.said or "Health" in both.said
    assert "legal" not in (await desk.get("ana", f"/cases/{case.rpartition('/')[2]}")).json["persons"][0]["needs"]
    assert (await bea.send(both, path)).status == 200  # "Record it all the same"
    assert (await desk.get("ana", f"/cases/{case.rpartition('/')[2]}")).json["persons"][0]["needs"] == ["legal"]


async def test_what_replaces_nothing_is_recorded_at_once_whatever_a_colleague_did(desk: Desk, ana: Browser):
    """H05: a country that she fears is added without one more page; it takes nothing away."""
    case = await case_of(ana)
    block, facts = f"{case}/change/block_countries", f"{case}/change/set_facts"
    other = await window(desk)
    first, second, page = await ana.open(block), await other.open(block), await ana.open(facts)
    await ana.send(page, facts, needs=["health"])
    assert "Recorded" in (await ana.send(first, block, countries=["XB"])).said

    added = await other.send(second, block, countries=["XC"])

    assert added.status == 200 and "Recorded" in added.said
    there = (await desk.get("ana", f"/cases/{case.rpartition('/')[2]}")).json["persons"][0]["blocked_countries"]
    assert there == ["XB", "XC"]


async def test_a_consent_is_not_recorded_over_one_that_a_colleague_took_back_meanwhile(
    browsers: dict[str, Browser], desks: dict[str, Desk]
):
    """R22: she took her word back to one of us; the other had the page open and records a yes of before."""
    xd = browsers["XD"]
    tasks = await started(xd)
    page = await xd.open(f"{tasks}/where")
    await xd.send(page, f"{tasks}/where", needs=["shelter"], urgency="routine", peer="XA")
    mine, theirs = await xd.open(f"{tasks}/consent"), await xd.open(f"{tasks}/consent")
    assert (await xd.send(mine, f"{tasks}/consent", **AGREED)).status == 200

    again = await xd.send(theirs, f"{tasks}/consent", **AGREED)

    assert again.status == 409 and "recorded or taken back meanwhile" in again.said
    assert again.form(f"{tasks}/consent")["agrees"] == ["yes"]
    case = tasks.split("/")[3]
    assert len((await desks["XD"].get("ana", f"/cases/{case}/consents")).json) == 1
    assert (await xd.send(again, f"{tasks}/consent")).status == 200
    assert len((await desks["XD"].get("ana", f"/cases/{case}/consents")).json) == 2


@pytest.mark.parametrize("of_the_offer", [True, False])
async def test_a_slip_in_the_form_does_not_hide_that_a_colleague_recorded_a_consent(
    browsers: dict[str, Browser], desks: dict[str, Desk], of_the_offer: bool
):
    """The page that asks for what is missing shows nothing new, so it is still of before."""
    xd = browsers["XD"]
    tasks = await started(xd)
    case = tasks.removesuffix("/referral")
    await xd.send(await xd.open(f"{tasks}/where"), f"{tasks}/where", needs=["shelter"], urgency="routine", peer="XA")
    path, link = (f"{tasks}/consent",) * 2 if of_the_offer else (f"{case}/consent", f"{case}/consent?peer=XA")
    theirs = await xd.open(link)
    says = AGREED if of_the_offer else {**allows(theirs, path, "needs"), "purposes.XA": ["enquiry"], **TALK}
    await xd.send(await xd.open(f"{tasks}/consent"), f"{tasks}/consent", **AGREED)

    slip = await xd.send(theirs, path, **{**says, "agrees": []})
    again = await xd.send(slip, path, **says)

    assert slip.status == 422, slip.said
    assert again.status == 409 and "recorded or taken back meanwhile" in again.said
    assert len((await desks["XD"].get("ana", f"/cases/{case.rpartition('/')[2]}/consents")).json) == 1


async def test_names_written_meanwhile_are_not_written_over_and_what_was_typed_stays(desk: Desk, ana: Browser):
    """The page shows no name, so it says that some were written, and lets a person look before she saves hers."""
    path = f"{await started(ana)}/names"
    other = await window(desk)
    mine, theirs = await ana.open(path), await other.open(path)
    saved = await ana.send(mine, path, _stay="1", given_name="Invented One")
    assert saved.status == 204
    assert (await ana.send(mine, path, _from=saved.headers["Mark"], given_name="Invented One")).status == 200

    late = await other.send(theirs, path, given_name="Invented Two", safe_contact="the blue door")

    assert late.status == 409 and "written meanwhile" in late.said
    kept = late.form(path)
    assert kept["given_name"] == ["Invented Two"] and kept["safe_contact"] == ["the blue door"]
    assert (await other.send(late, path)).status == 200


async def test_nobody_approves_another_journey_than_the_one_on_the_page(
    browsers: dict[str, Browser], desks: dict[str, Desk]
):
    """R24: the second person lets go what she read; a journey that was changed meanwhile she reads first."""
    xd = browsers["XD"]
    case, plan = await begun(xd)
    path = f"{case}/change/plan_journey"
    await xd.send(await xd.open(path), path, window_starts_at="2027-01-10T10:00", window_ends="2027-01-10T12:00")
    bo = await at_work(desks["XD"], "bo", "coordinator")
    seen = await bo.open(plan)
    await xd.send(await xd.open(path), path, window_starts_at="2027-02-10T10:00", window_ends="2027-02-10T12:00")

    late = await bo.send(seen, f"{plan}/approve")

    assert late.status == 409 and "changed meanwhile" in late.said
    assert "You wrote" not in (await bo.send(late, f"{plan}/approve")).said


async def test_where_she_sleeps_tonight_is_not_written_over_by_somebody_who_did_not_know(desk: Desk, ana: Browser):
    """H07: two colleagues on the telephone at once; the second reads the first's before she seals hers."""
    case = await case_of(ana)
    care = Care(care_id="ab" * 8, thread="cd" * 16, letter="ef" * 16, opened_at=desk.clock.now())

    def begin(work: Work) -> None:
        book = Book(desk.staff.node, work)
        known = book.case(case.rpartition("/")[2])
        book.put_case(known, structs.replace(known.case, care=(care,)), desk.clock.now())

    await desk.staff.node.store.write(begin)
    path = f"{case}/care/{care.care_id}/place"
    mine, theirs = await ana.open(f"{case}/care"), await ana.open(f"{case}/care")
    assert (await ana.send(mine, path, place="the invented inn")).status == 200

    late = await ana.send(theirs, path, place="the invented convent")

    assert late.status == 409 and late.form(path)["place"] == ["the invented convent"]
    read = await ana.post(f"{case}/place", [("_csrf", late.form(path)["_csrf"][0]), ("reason", "keep_safe")])
    assert "the invented inn" in read.said
    assert (await ana.send(late, path)).status == 200


async def test_what_was_typed_yesterday_replaces_nothing_that_a_colleague_recorded_since(desk: Desk, ana: Browser):
    """The form shows what was typed then, not what stands now: it is still of yesterday."""
    case = await case_of(ana)
    path = f"{case}/change/set_facts"
    bea = await at_work(desk, "bea", "coordinator")
    assert (await bea.send(await bea.open(path), path, _stay="1", needs=["legal"])).status == 204
    assert (await ana.send(await ana.open(path), path, needs=["health", "shelter"])).status == 200

    both = await bea.send(await bea.open(path), path)

    assert both.status == 409 and "What stands" in both.said
    assert (await bea.send(both, path)).status == 200  # "Record it all the same"
    assert (await desk.get("ana", f"/cases/{case.rpartition('/')[2]}")).json["persons"][0]["needs"] == ["legal"]


@pytest.mark.parametrize("of_the_offer", [True, False])
async def test_a_consent_typed_yesterday_is_not_recorded_over_what_she_said_since(
    browsers: dict[str, Browser], desks: dict[str, Desk], of_the_offer: bool
):
    """R22: the form was kept while she took her word back to a colleague."""
    xd, bo = browsers["XD"], await at_work(desks["XD"], "bo", "coordinator")
    tasks = await started(xd)
    case = tasks.removesuffix("/referral")
    await xd.send(await xd.open(f"{tasks}/where"), f"{tasks}/where", needs=["shelter"], urgency="routine", peer="XA")
    path, link = (f"{tasks}/consent",) * 2 if of_the_offer else (f"{case}/consent", f"{case}/consent?peer=XA")
    page = await xd.open(link)
    says = AGREED if of_the_offer else {**allows(page, path, "needs"), "purposes.XA": ["enquiry"], **TALK}
    assert (await xd.send(page, path, _stay="1", **says)).status == 204
    await bo.send(await bo.open(f"{tasks}/consent"), f"{tasks}/consent", **AGREED)

    again = await xd.send(await xd.open(link), path)

    assert again.status == 409 and "recorded or taken back meanwhile" in again.said
    assert (await xd.send(again, path)).status == 200
    assert len((await desks["XD"].get("ana", f"/cases/{case.rpartition('/')[2]}/consents")).json) == 2


async def test_who_typed_nothing_and_pressed_is_not_told_of_another_window(ana: Browser):
    """Nothing was kept of it, and the next key is kept."""
    path = f"{await case_of(ana)}/change/record_guardian"

    refused = await ana.send(await ana.open(path), path)
    typed = await ana.send(refused, path, _stay="1", name="guardian-1")

    assert refused.status == 422
    assert typed.status == 204, typed.text
