"""The five steps that the demo prints, walked at two desks in the words of the script, without a browser."""

from node.demo.script import LABELS
from tests.api.conftest import Desk
from tests.web.browser import Browser, Page
from tests.web.test_referral import accepted, filled, started

WIPED = "erasure.confirm"


def says(page: Page, *labels: str) -> None:
    """What the script quotes stands on the page."""
    missing = [one for one in labels if LABELS[one].partition("%")[0] not in page.said]
    assert missing == [], page.said


async def test_a12_the_printed_script_goes_as_it_is_printed(desks: dict[str, Desk], browsers: dict[str, Browser]):
    """Interface 4.5, A12: send, see, accept, withdraw, wipe; each page says what the script says that it says."""
    xd, xa, post = browsers["XD"], browsers["XA"], desks["XD"].world
    # 1 Send
    says(await xd.open("/desk/"), "start")
    tasks = await started(xd)
    says(await xd.open(tasks), "kept_from", "needs", "consent", "check_all")
    for task, labels in (("kept-from", ("none", "save")), ("where", ("shelter", "weeks", "save"))):
        says(await xd.open(f"{tasks}/{task}"), *labels)
    check = await filled(xd, tasks)
    says(await xd.open(f"{tasks}/consent"), "yes", "interpreter", "writing", "caseworker", "record")
    says(check, "send")
    sent = await xd.send(check, f"{tasks}/check")
    thread = sent.url.path

    # 2 See it
    await post.settle()
    says(await xd.open(thread), "received")

    # 3 Accept
    there = await xa.open(thread)
    says(there, "read", "accept")
    assert thread in (await xa.open("/desk/")).links
    letter = next(str(form["action"]) for form in there.forms if str(form["action"]).startswith("/desk/letter/"))
    says(await xa.send(there, letter), "back")
    says(await xa.open(f"{thread}/do/referral.accept"), "check")
    await accepted(xa, thread.rpartition("/")[2])
    await post.settle()
    says(await xd.open(thread), "accepted")

    # 4 Withdraw
    case = tasks.removesuffix("/referral")
    assert case in (await xd.open(thread)).links
    page = await xd.open(case)
    says(page, "takes_back")
    path = next(link for link in page.links if link.endswith("/take-back"))
    page = await xd.open(path)
    says(page, "takes_all")
    person = next(value for form in page.forms for name, value in form["buttons"] if name == "all")
    page = await xd.send(page, path, all=person)
    says(page, "takes_this")
    await xd.send(page, path, _step="do")
    await post.settle()

    # 5 Wiping
    page = await xa.open("/desk/")
    says(page, "erasure")
    page = await xa.open(thread)
    says(page, "confirm")
    path = f"{thread}/do/{WIPED}"
    page = await xa.open(path)
    says(page, "erased", "check")
    check = await xa.send(page, path, fields={"items.0.result": "erased"})
    says(check, "send")
    await xa.send(check, path, _step="send")
    await post.settle()
    told = await xd.open(thread)
    letter = [str(form["action"]) for form in told.forms if str(form["action"]).startswith("/desk/letter/")][-1]
    says(await xd.send(told, letter), "erased")
