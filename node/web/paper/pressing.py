"""Asking the press for a PDF: a process without environment, names or network, ended when it takes too long.

Nothing of a page stands in its arguments, in a file or in a log. Where no PDF can be made there is none, and the desk
shows the same paper as a page to print from the browser. Source: issue 4, paper.
"""

import asyncio
import sys
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from node.log import get
from node.web.paper.press import CANNOT

PROGRAM: Final = Path(__file__).with_name("press.py")
SECONDS: Final = 30.0
AT_ONCE: Final = 2
PDF: Final = b"%PDF-"
log = get()


class Press:
    """Makes PDFs, two at a time; remembers when this machine cannot."""

    def __init__(self, program: Path = PROGRAM, seconds: float = SECONDS) -> None:
        self._program, self._seconds = program, seconds
        self._free = asyncio.Semaphore(AT_ONCE)
        self.can = find_spec("weasyprint") is not None

    async def pdf(self, page: str) -> bytes | None:
        """The PDF of a page, or None where there is none: not installed, out of time, or the page broke it."""
        if not self.can:
            return None
        async with self._free:
            made, code = await self._made(page.encode("utf-8"))
        if code == CANNOT:
            self.can = False  # Pango is missing: found at the first use, and not looked for again
        if code == 0 and made.startswith(PDF):
            return made
        log.warning("no pdf", error="not installed" if code == CANNOT else "failed")
        return None

    async def _made(self, page: bytes) -> tuple[bytes, int | None]:
        try:
            process = await asyncio.create_subprocess_exec(
                sys.executable, "-I", "-B", str(self._program), env={"LC_ALL": "C.UTF-8"}, cwd="/", close_fds=True,
                stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL,
            )  # fmt: skip
        except OSError:
            return b"", None
        try:
            made, _ = await asyncio.wait_for(process.communicate(page), self._seconds)
        except TimeoutError:
            made = b""
        finally:
            if process.returncode is None:  # too slow, or nobody waits for it any more
                with suppress(ProcessLookupError):
                    process.kill()
                await process.wait()
        return made, process.returncode
