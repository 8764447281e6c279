"""The five steps that the demo prints, walked at two desks in the words of the script, without a browser."""

from node.demo.script import LABELS
from tests.api.conftest import Desk
from tests.web.browser import Browser, Page
from tests.web.test_referral import accepted, filled, started

WIPED = "erasure.confirm"


async def test_a12_the_printed_script_goes_as_it_is_printed(desks: dict[str, Desk], browsers: dict[str, Browser]):
    """Interface 4.5, A12: send, see, accept, withdraw, wipe; each page says what the script says that it says."""
    xd, xa, post = browsers["XD"], browsers["XA"], desks["XD"].world

    case, thread = await send(xd)
    await post.settle()
    assert missing(await xd.open(thread), "received") == []  # 2 See it
    await accept(xa, thread)
    await post.settle()
    assert missing(await xd.open(thread), "accepted") == []
    assert case in (await xd.open(thread)).links
    await withdraw(xd, case)
    await post.settle()
    await wipe(xa, thread)
    await post.settle()

    told = await xd.open(thread)
    assert missing(await xd.send(told, opened(told)[-1]), "erased") == []


async def send(xd: Browser) -> tuple[str, str]:
    """1 Send: the addresses of the case and of the thread."""
    assert missing(await xd.open("/desk/"), "start") == []
    tasks = await started(xd)
    assert missing(await xd.open(tasks), "kept_from", "needs", "consent", "check_all") == []
    for task, labels in (("kept-from", ("none", "save")), ("where", ("shelter", "weeks", "save"))):
        assert missing(await xd.open(f"{tasks}/{task}"), *labels) == []
    check = await filled(xd, tasks)
    asked = await xd.open(f"{tasks}/consent")
    assert missing(asked, "yes", "interpreter", "writing", "caseworker", "record") == []
    assert missing(check, "send") == []
    sent = await xd.send(check, f"{tasks}/check")
    return tasks.removesuffix("/referral"), sent.url.path


async def accept(xa: Browser, thread: str) -> None:
    """3 Accept."""
    there = await xa.open(thread)
    assert missing(there, "read", "accept") == []
    assert thread in (await xa.open("/desk/")).links
    assert missing(await xa.send(there, opened(there)[0]), "back") == []
    assert missing(await xa.open(f"{thread}/do/referral.accept"), "check") == []
    await accepted(xa, thread.rpartition("/")[2])


async def withdraw(xd: Browser, case: str) -> None:
    """4 Withdraw."""
    page = await xd.open(case)
    assert missing(page, "takes_back") == []
    path = next(link for link in page.links if link.endswith("/take-back"))
    page = await xd.open(path)
    assert missing(page, "takes_all") == []
    person = next(value for form in page.forms for name, value in form["buttons"] if name == "all")
    page = await xd.send(page, path, all=person)
    assert missing(page, "takes_this") == []
    await xd.send(page, path, _step="do")


async def wipe(xa: Browser, thread: str) -> None:
    """5 Wiping."""
    assert missing(await xa.open("/desk/"), "erasure") == []
    assert missing(await xa.open(thread), "confirm") == []
    path = f"{thread}/do/{WIPED}"
    page = await xa.open(path)
    assert missing(page, "erased", "check") == []
    check = await xa.send(page, path, fields={"items.0.result": "erased"})
    assert missing(check, "send") == []
    await xa.send(check, path, _step="send")


def missing(page: Page, *labels: str) -> list[str]:
    """What the script quotes and the page does not say."""
    return [one for one in labels if LABELS[one].partition("%")[0] not in page.said]


def opened(page: Page) -> list[str]:
    """The addresses at which a letter of this page is opened."""
    return [str(form["action"]) for form in page.forms if str(form["action"]).startswith("/desk/letter/")]
