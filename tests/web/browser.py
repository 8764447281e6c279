"""A browser without script: it follows links, fills forms as they stand on the page, and posts them as one would."""

from html.parser import HTMLParser
from typing import Any

from aiohttp.test_utils import TestClient
from yarl import URL

VOID = {"input", "meta", "link", "br", "img", "hr"}


class Page(HTMLParser):
    """What a page holds: its forms with their values, links, title, headings, and all visible text."""

    def __init__(self, text: str, status: int, headers: Any, url: URL) -> None:
        super().__init__()
        self.text, self.status, self.headers, self.url = text, status, headers, url
        self.forms: list[dict[str, Any]] = []
        self.links: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self._hidden = 0
        self._text: list[str] | None = None
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        here = dict(attrs)
        self.tags.append((tag, here))
        if tag == "form":
            self.forms.append({"action": here.get("action"), "fields": {}, "buttons": []})
        if tag == "a" and here.get("href"):
            self.links.append(str(here["href"]))
        if self.forms and tag == "input" and here.get("name"):
            self._input(here)
        if self.forms and tag == "textarea":
            self._text = self.forms[-1]["fields"].setdefault(str(here["name"]), [""])
        if self.forms and tag == "button":
            self.forms[-1]["buttons"].append((here.get("name"), here.get("value")))
        self._hidden += tag in ("script", "style", "title")

    def handle_endtag(self, tag: str) -> None:
        self._hidden -= tag in ("script", "style", "title")
        self._text = None if tag == "textarea" else self._text

    def handle_data(self, data: str) -> None:
        if self._text is not None:
            self._text[-1] += data
        if not self._hidden and data.strip():
            self.words.append(" ".join(data.split()))

    def _input(self, here: dict[str, str | None]) -> None:
        fields, kind = self.forms[-1]["fields"], here.get("type")
        held = fields.setdefault(str(here["name"]), [])
        if kind not in ("radio", "checkbox") or "checked" in here:
            held.append(here.get("value") or "")

    @property
    def said(self) -> str:
        """Everything that can be read on the page."""
        return " ".join(self.words)

    def form(self, action: str) -> dict[str, list[str]]:
        """The fields of the form with this action, as they stand."""
        found = next(one for one in self.forms if one["action"] == action)
        return {name: list(values) for name, values in found["fields"].items()}


class Browser:
    """One person's browser at one country's desk; keeps its cookies."""

    def __init__(self, client: TestClient[Any, Any], language: str = "en") -> None:
        self.client, self.language = client, language
        self.cookies: dict[str, str] = {}
        self.says: dict[str, str] = {}  # headers that go with every request
        self.address = ""  # with what stands behind the #, which no server hears

    async def open(self, path: str) -> Page:
        """Go to a page, and on where it leads."""
        return await self._ask("GET", path, None, {})

    async def send(self, page: Page, action: str, **typed: Any) -> Page:
        """Post a form of a page with this typed in or ticked; a name with dots is given as `fields={...}`."""
        fields = page.form(action)
        for name, value in {**typed.pop("fields", {}), **typed}.items():
            fields[name] = [value] if isinstance(value, str) else list(value)
        body = [(name, value) for name, values in fields.items() for value in values]
        return await self.post(action, body)

    async def post(self, path: str, body: Any, **headers: str) -> Page:
        """Post whatever is given, as a page of this desk would."""
        origin = str(self.client.make_url("/")).rstrip("/")
        return await self._ask("POST", path, body, {"Origin": origin, **headers})

    async def sign_in(self, login: str, password: str) -> Page:
        """Sign in on the first page; the code of conduct, where it is asked for, is accepted."""
        page = await self.open("/desk/sign-in")
        page = await self.send(page, "/desk/sign-in", login=login, password=password)
        if page.url.path == "/desk/conduct":
            page = await self.send(page, "/desk/conduct", accepted="yes")
        return page

    async def _ask(self, method: str, path: str, body: Any, headers: dict[str, str]) -> Page:
        for _ in range(5):
            self.address = path
            kept = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
            sent = {"Accept-Language": self.language, "Cookie": kept, **self.says, **headers}
            async with self.client.request(method, path, data=body, headers=sent, allow_redirects=False) as answer:
                text, status, came = await answer.text(), answer.status, answer.headers
                for name, morsel in answer.cookies.items():
                    self.cookies[name] = morsel.value
                url = answer.url
            if status != 303:
                return Page(text, status, came, url)
            method, path, body, headers = "GET", came["Location"], None, {}
        raise AssertionError("the desk leads in a circle")
