"""The first run as pages on this machine: the steps of `trm-node setup`, one form at a time, behind a code shown once.

Served on the loopback alone, to the one browser that brought the code, until the node is made and somebody ends it.
What is typed stands in the file that `setup` keeps too, so that either goes on where the other stopped; no secret is
written there. Source: interface O1.
"""

import asyncio
import hmac
import json
import os
import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from aiohttp import web

from node import setup_steps
from node.config import load
from node.errors import BadInput, NotAllowed, OpenTRMError
from node.init import initialise
from node.listening import runner_of
from node.service.staff.book import MIN_PASSWORD
from node.service.upkeep.setup import Unlock
from node.setup_questions import QUESTIONS, Answers, default_of, options_of, read_answers
from node.web.assets import serve_static
from node.web.first_run import FORMS, NEXT, WRONG, Form, asked_in, page, shown_again
from node.web.guard import HEADERS, must_be_ours
from node.web.language import LANGUAGES, chosen, speech

ANSWERS: Final = "setup.json"  # as `trm-node setup` calls it
COOKIE: Final = "first-run"
HOSTS: Final = ("127.0.0.1", "localhost")  # a name of somebody else's that leads here is not ours
COMPARED: Final = 2
TRIES: Final = 10  # wrong codes, then nobody comes in any more
MAKING: Final = ("office", "registry", "machine", "root", "make")
SECRETS: Final = ("password", "passphrase")  # how the names of such inputs begin
BY_NAME: Final = {one.name: one for one in FORMS}
CHECKS: Final = {one.name: one for one in QUESTIONS}


@dataclass(slots=True)
class FirstRun:
    """What one run knows: where the configuration goes, its code, and how far it is."""

    config: Path
    code: str = field(repr=False, default_factory=lambda: secrets.token_hex(10))
    ticket: str = field(repr=False, default="")
    wrong: int = 0
    language: str = ""
    groups: list[int] = field(default_factory=list)
    compared: bool = False
    unlock: Unlock | None = field(repr=False, default=None)
    made: list[str] = field(default_factory=list)
    done: set[str] = field(default_factory=set)
    ended: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def answers(self) -> Answers:
        """What was answered, judged anew."""
        return read_answers(self.config.with_name(ANSWERS))

    def status(self, name: str) -> str:
        """`done`, `open`, or `shut` while a step before it is not done."""
        if self._is_done(name):
            return "done"
        before = [one.name for one in FORMS[: [one.name for one in FORMS].index(name)] if one.name != "mail"]
        return "open" if all(self._is_done(one) for one in before) else "shut"

    def next(self) -> Form | None:
        """The first step that is not done."""
        return next((one for one in FORMS if self.status(one.name) == "open"), None)

    def _is_done(self, name: str) -> bool:
        if name in self.done:
            return True
        if name in MAKING and self.config.exists():
            return True
        if name == "root":
            return self.compared
        if name == "mail":
            return self.config.exists() and bool(load(self.config).config.alarm.smtp_host)
        answers = self.answers
        wanted = [one.name for one in BY_NAME[name].asked if one.name in CHECKS]
        if answers.get("unlock") == "passphrase":
            wanted = [one for one in wanted if one != "key_file"]
        return bool(wanted) and all(one in answers for one in wanted)


def first_run_application(run: FirstRun) -> web.Application:
    """The pages; bind them to the loopback."""
    app = web.Application(client_max_size=64 * 1024, middlewares=[_guarded])
    app[RUN] = run
    app.router.add_get("/", _shown)
    app.router.add_post("/enter", _enter)
    app.router.add_post("/language", _language)
    app.router.add_post("/step/{name}", _step)
    app.router.add_post("/end", _end)
    app.router.add_get("/desk/static/{hash}/{name}", serve_static)
    return app


RUN: Final = web.AppKey("run", FirstRun)
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@web.middleware
async def _guarded(request: web.Request, handler: Handler) -> web.StreamResponse:
    if (request.url.host or "") not in HOSTS:
        raise web.HTTPMisdirectedRequest
    if request.method == "POST":
        try:
            must_be_ours(request)
        except NotAllowed:
            raise web.HTTPForbidden from None
        if request.path not in ("/enter", "/language") and not _is_in(request):
            raise web.HTTPForbidden
    answer = await handler(request)
    answer.headers.update({name: value for name, value in HEADERS.items() if name not in answer.headers})
    return answer


def _is_in(request: web.Request) -> bool:
    ticket = request.app[RUN].ticket
    return bool(ticket) and hmac.compare_digest(request.cookies.get(COOKIE, "").encode(), ticket.encode())


async def _enter(request: web.Request) -> web.Response:
    """The code lets one browser in, once."""
    run, code = request.app[RUN], str((await request.post()).get("code", "")).strip()
    is_right = not run.ticket and run.wrong < TRIES and hmac.compare_digest(code.encode(), run.code.encode())
    if not is_right:
        run.wrong += 1
        return _page(request, status=403, code_wanted=True, error=WRONG["code"], field="code")
    run.ticket = secrets.token_hex(16)
    answer = _to("")
    answer.set_cookie(COOKIE, run.ticket, path="/", httponly=True, samesite="Strict")
    return answer


async def _language(request: web.Request) -> web.Response:
    wanted = str((await request.post()).get("language", ""))
    request.app[RUN].language = wanted if wanted in LANGUAGES else ""
    return _to("")


async def _shown(request: web.Request) -> web.Response:
    run = request.app[RUN]
    if not _is_in(request):
        return _page(request, code_wanted=True)
    wanted = BY_NAME.get(request.query.get("step", ""))
    form = wanted if wanted and run.status(wanted.name) != "shut" else run.next()
    return await _step_page(request, form)


async def _step(request: web.Request) -> web.Response:
    run, form = request.app[RUN], BY_NAME.get(request.match_info["name"])
    if form is None or run.status(form.name) == "shut" or (form.name in MAKING and run.config.exists()):
        return _to("")
    typed = {name: _typed(name, str(value)) for name, value in (await request.post()).items()}
    try:
        await DOES[form.name](run, typed)
    except _Wrong as error:
        return await _step_page(request, form, 422, typed, error.says, error.field, error.detail)
    except OpenTRMError as error:
        return await _step_page(request, form, 422, typed, WRONG["answer"], error_field(error), error.message)
    return _to("")


def _typed(name: str, value: str) -> str:
    """Without blanks around it; a secret exactly as it was typed."""
    return value if name.startswith(SECRETS) else value.strip()


class _Wrong(Exception):
    def __init__(self, says: str, field: str, detail: str = "") -> None:
        super().__init__(says)
        self.says, self.field, self.detail = says, field, detail


def error_field(error: OpenTRMError) -> str:
    """The input that an error is about; empty where it names none."""
    return (error.field or "") if isinstance(error, BadInput) else ""


async def _answer(run: FirstRun, typed: dict[str, str], names: tuple[str, ...]) -> None:
    found = run.answers
    for name in names:
        text = typed.get(name, "")
        if name == "key_file" and typed.get("unlock") == "passphrase":
            found.pop(name, None)
            continue
        try:
            CHECKS[name].check(text)
        except BadInput as error:
            raise _Wrong(WRONG["answer"], name, error.message) from None
        found[name] = text
    text = json.dumps(found, ensure_ascii=False, indent=1) + "\n"
    run.config.with_name(ANSWERS).write_text(text, encoding="utf-8")
    if "root" in names:
        run.compared = False


def _asks(name: str) -> Callable[[FirstRun, dict[str, str]], Awaitable[None]]:
    names = tuple(one.name for one in BY_NAME[name].asked)
    return lambda run, typed: _answer(run, typed, names)


async def _compare(run: FirstRun, typed: dict[str, str]) -> None:
    """Both groups as they were heard; other two are asked after a wrong one, so that nobody tries them all."""
    root = await asyncio.to_thread(Path(run.answers["root"]).read_bytes)
    groups = setup_steps.groups_of(root)
    heard = all(typed.get(f"group-{number}", "").lower() == groups[number - 1] for number in run.groups)
    if not run.groups or not heard:
        run.groups = []
        raise _Wrong(WRONG["groups"], "")
    run.compared = True


async def _make(run: FirstRun, typed: dict[str, str]) -> None:
    answers = run.answers
    kinds = ["password"] + (["passphrase"] if answers["unlock"] == "passphrase" else [])
    for name in kinds:
        if typed.get(name, "") != typed.get(f"{name}_again", ""):
            raise _Wrong(WRONG["same"], f"{name}_again")
        if len(typed.get(name, "")) < MIN_PASSWORD:
            raise _Wrong(WRONG["short"], name)
    options = options_of(answers, None, None)
    told = await asyncio.to_thread(
        initialise, run.config, options, os.urandom,
        lambda what: typed["passphrase" if what.startswith("Passphrase") else "password"],
    )  # fmt: skip
    run.made = told
    run.unlock = Unlock(passphrase=typed["passphrase"]) if "passphrase" in kinds else None
    run.config.with_name(ANSWERS).unlink(missing_ok=True)


async def _mail(run: FirstRun, typed: dict[str, str]) -> None:
    if not typed.get("host") or load(run.config).config.alarm.smtp_host:
        run.done.add("mail")
        return
    port = typed.get("port", "") or "587"
    if not port.isascii() or not port.isdigit() or not 0 < int(port) < 65_536:
        raise _Wrong(WRONG["answer"], "port")
    alarm = setup_steps.alarm_of(typed["host"], int(port), typed.get("security", ""), typed["sender"], typed["to"])
    await asyncio.to_thread(setup_steps.keep_alarm, run.config, alarm)


async def _backup(run: FirstRun, typed: dict[str, str]) -> None:
    if not typed.get("folder"):
        raise _Wrong(WRONG["answer"], "folder")
    unlock = Unlock(passphrase=typed["passphrase"]) if typed.get("passphrase") else run.unlock
    if unlock is None and _needs_passphrase(run):
        raise _Wrong(WRONG["short"], "passphrase")
    made = await asyncio.to_thread(setup_steps.first_backup, run.config, Path(typed["folder"]), unlock)
    run.made.append(f"backup: {made.database} and {made.keys}; a node came out of them")
    run.done.add("backup")


def _needs_passphrase(run: FirstRun) -> bool:
    """Whether nobody but whoever is at the page can open the node now."""
    if not run.config.exists():
        return run.answers.get("unlock") == "passphrase"
    keys = load(run.config).config.keys
    return run.unlock is None and keys.key_file is None and keys.passphrase_file is None


async def _end(request: web.Request) -> web.Response:
    request.app[RUN].ended.set()
    return _page(request, ended=True)


DOES: Final = {
    "office": _asks("office"), "registry": _asks("registry"), "machine": _asks("machine"), "root": _compare,
    "make": _make, "mail": _mail, "backup": _backup,
}  # fmt: skip


async def _step_page(
    request: web.Request, form: Form | None, status: int = 200, typed: dict[str, str] | None = None, error: str = "",
    field: str = "", detail: str = "",
) -> web.Response:  # fmt: skip
    run = request.app[RUN]
    is_made = form is not None and form.name in MAKING and run.config.exists()
    answers = {} if run.config.exists() else run.answers
    proposed = {one.name: default_of(one, answers) for one in QUESTIONS}
    if form is not None and form.name == "root" and not run.groups:
        run.groups = setup_steps.some_groups(16, COMPARED, os.urandom)
    findings = await asyncio.to_thread(setup_steps.looked_at, run.config) if form is None else []
    return _page(
        request, status, form=form, is_made=is_made, error=error, field=field, detail=detail, findings=findings,
        asked=asked_in(form, _needs_passphrase(run)) if form else (),
        groups=run.groups if form and form.name == "root" else [],
        typed={**proposed, **answers, **shown_again(typed or {})},
        steps=[(one, run.status(one.name)) for one in FORMS],
    )  # fmt: skip


def _page(request: web.Request, status: int = 200, **facts: object) -> web.Response:
    run = request.app[RUN]
    spoken = speech(chosen(run.language, request.headers.get("Accept-Language", "")), "UTC")
    country = load(run.config).config.node.country if run.config.exists() else ""
    usual: dict[str, object] = {
        "code_wanted": False, "ended": False, "form": None, "steps": [], "asked": (), "groups": [], "typed": {},
        "is_made": False, "config": str(run.config), "made": run.made, "after": NEXT, "country": country,
        "findings": [],
    }  # fmt: skip
    text = page(spoken, "first_run.html", **{**usual, **facts})
    return web.Response(text=text, status=status, content_type="text/html", charset="utf-8")


def _to(path: str) -> web.Response:
    return web.Response(status=303, headers={"Location": f"/{path}"})


async def serve(config: Path, port: int, say: Callable[[str], object]) -> None:
    """Serve until somebody ends it on the page, or with Ctrl-C; says once where, with the code behind the #."""
    run = FirstRun(config)
    runner = runner_of(first_run_application(run))
    await runner.setup()
    try:
        await web.TCPSite(runner, HOSTS[0], port).start()
        at = f"http://{HOSTS[0]}:{runner.addresses[0][1]}/"
        say(f"open {at}#{run.code} in a browser of this machine; the code works once")
        await run.ended.wait()
        await asyncio.sleep(0)
    finally:
        await runner.cleanup()
