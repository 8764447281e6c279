"""What a page is, and what its handler gets: one request with who is there, their language and their form."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import quote, urlencode

from aiohttp import web

from node.service.staff.callers import Asked, Caller
from node.service.staff.sign_in import Staff
from node.web.administration import Administration
from node.web.forms import Fields
from node.web.guard import tell_given
from node.web.language import Speech
from node.web.render import Templates
from node.web.words import word

ROOT: Final = "/desk"
PRACTICE: Final = "TRAINING"  # at the front of a file's name; ASCII in every language


@dataclass(frozen=True, slots=True)
class Visit(Asked):
    """One request to the desk. `form` holds what was typed, each field with all its values, blanks included.

    `site` is this desk as the browser calls it: `https://desk.example`; `attempt` tells one try with a passkey from
    another before anybody is signed in; `file` is what was attached, on a page that takes a file; `kept` is what was
    typed here before and not recorded yet, by whoever asks, and `kept_as` the name of that draft; `made_from` is the
    mark of what this page is made from, which its form sends back.
    """

    staff: Staff
    templates: Templates
    speech: Speech
    path: Mapping[str, str]
    query: Mapping[str, str]
    form: Fields
    here: str
    token: str = field(repr=False, default="")
    csrf: str = field(repr=False, default="")
    signed_in: Caller | None = field(repr=False, default=None)
    site: str = ""
    attempt: str = field(repr=False, default="")
    administration: Administration = field(repr=False, default=Administration())
    file: bytes = field(repr=False, default=b"")
    kept: Fields = field(repr=False, default_factory=dict)
    kept_as: str = ""
    made_from: str = ""

    @property
    def undo_s(self) -> int:
        """For how long what is sent here can be taken back (seconds)."""
        return self.templates.settings.undo_s

    @property
    def say(self) -> Callable[..., str]:
        """A sentence in the reader's language."""
        return self.speech.say

    def word(self, code: str, of: str = "") -> str:
        """A code in the reader's words; `of` is the field it stands in."""
        return word(self.speech, code, of)

    def typed(self, name: str) -> str:
        """The one value of a field, without blanks around it; empty where nothing was typed."""
        values = self.form.get(name)
        return values[-1].strip() if values else ""

    def secret(self, name: str) -> str:
        """A password exactly as it was typed."""
        return (self.form.get(name) or [""])[-1]

    def with_query(self, **values: str) -> str:
        """`?to=...`, without what is empty; nothing where all is."""
        return query_of(values)

    def ticked(self, name: str) -> list[str]:
        """Every value that was ticked under a name."""
        return [one for one in self.form.get(name, []) if one]

    def show(self, template: str, *, status: int = 200, **facts: Any) -> web.Response:
        """A page from a template."""
        text = self.templates.page(self, template, facts)
        return web.Response(text=text, status=status, content_type="text/html", charset="utf-8")

    def download(self, body: bytes, kind: str, name: str, charset: str | None = None) -> web.Response:
        """A file to be taken away. One of a desk for practice says so in its name: it will lie beside real ones."""
        name = f"{PRACTICE}-{name}" if self.node.training else name
        headers = {"Content-Disposition": f'attachment; filename="{name}"'}
        answer = web.Response(body=body, content_type=kind, charset=charset, headers=headers)
        tell_given(answer, self.typed("_asked"))
        return answer

    def go(self, path: str) -> web.Response:
        """Go on to another page of the desk; a reload there sends nothing twice."""
        return web.Response(status=303, headers={"Location": ROOT + path})


def query_of(values: Mapping[str, str]) -> str:
    """The end of an address with these values, without what is empty."""
    given = {name: value for name, value in values.items() if value}
    return "?" + urlencode(given, quote_via=quote, safe="") if given else ""


Handler = Callable[[Visit], Awaitable[web.Response]]


@dataclass(frozen=True, slots=True)
class Page:
    """One row of the table of pages. `roles`: who may see it; none means anybody, without a sign-in. `takes_bytes`:
    how long a file may be that is attached there; none where no file is taken. `recognises`: anybody may see it, and
    whoever is signed in keeps the top line of every page, "Danger now" above all.
    """

    method: str
    path: str
    roles: tuple[str, ...]
    handler: Handler
    takes_bytes: int = 0
    recognises: bool = False

    @property
    def name(self) -> str:
        """`get.case.case`: for the log; holds no id."""
        return ".".join([self.method.lower(), *(part.strip("{}") for part in self.path.split("/") if part)])
