"""The press reaches nothing: no address, no file, no process; whatever goes wrong in it, there is a page to print."""

import sys
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from node.web.paper.pressing import Press
from tests.web.test_paper import needs_press, text_of

ABSENT = "import sys; sys.exit(3)"
BROKEN = "import sys; sys.stdin.read(); print('%PDF-but broken'); sys.exit(1)"
ENDLESS = "import sys; sys.stdin.read(); input() if False else __import__('threading').Event().wait()"
CONFINED = """
import runpy, socket, subprocess, sys
press = runpy.run_path({path!r})
press["confine"]()
said = []
for name, reach in (
    ("socket", lambda: socket.create_connection(("127.0.0.1", {port}))),
    ("process", lambda: subprocess.run([sys.executable, "-c", ""])),
    ("file", lambda: open({file!r}, "w")),
):
    try:
        reach()
    except OSError:
        continue
    said.append(name)
sys.stdout.write("%PDF-reached:" + ",".join(said))
"""


def program(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "press.py"
    path.write_text(text)
    return path


@needs_press
async def test_what_a_page_asks_to_fetch_is_never_asked_for(aiohttp_server: Any, tmp_path: Path):
    """Issue 4: no fetch of anything, by address, file or style sheet; the rest of the page is printed."""
    asked = []

    async def seen(request: web.Request) -> web.Response:
        asked.append(request.path)
        return web.Response(text="")

    app = web.Application()
    app.router.add_get("/{rest:.*}", seen)
    server = await aiohttp_server(app)
    there, secret = server.make_url("/"), tmp_path / "secret.css"
    secret.write_text("body::before { content: 'from the disk' }")
    page = (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>p</title>'
        f'<link rel="stylesheet" href="{there}a.css"><link rel="stylesheet" href="{secret.as_uri()}">'
        f'<link rel="attachment" href="{secret.as_uri()}"><style>@import "{there}b.css"; '
        f'p {{ background: url("{there}c.png") }}</style></head>'
        f'<body><img src="{there}d.png" alt=""><svg><image href="{there}e.png"/></svg><p>still here</p></body></html>'
    )

    made = await Press().pdf(page)

    assert made is not None and "still here" in text_of(made)
    assert asked == [] and b"secret" not in made and "from the disk" not in text_of(made)


async def test_the_program_can_open_no_connection_start_nothing_and_write_nothing(aiohttp_server: Any, tmp_path: Path):
    server = await aiohttp_server(web.Application())
    path = str(Path(sys.modules["node.web.paper.press"].__file__ or ""))
    text = CONFINED.format(path=path, port=server.port, file=str(tmp_path / "written"))
    press = Press(program(tmp_path, text))
    press.can = True

    assert await press.pdf("<p>") == b"%PDF-reached:"
    assert not (tmp_path / "written").exists()


@pytest.mark.parametrize(("text", "seconds", "can"), [(ABSENT, 60, False), (BROKEN, 60, True), (ENDLESS, 0.5, True)])
async def test_without_a_pdf_there_is_none_and_a_machine_without_pango_is_asked_once(
    tmp_path: Path, text: str, seconds: float, can: bool
):
    press = Press(program(tmp_path, text), seconds=seconds)
    press.can = True

    assert await press.pdf("<p>") is None
    assert press.can is can
