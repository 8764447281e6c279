"""The press: HTML on stdin, a PDF on stdout. A program of its own, run by its path with `python -I`.

It may read what is installed and nothing else: no network, no new process, no file written, little memory, little time.
It imports nothing of ours, so that nothing of ours is reachable from a page. Exit 3: this machine cannot make PDFs.
Source: libraries, PDF (GHSA-jf6q-chmf-3h3v, CVE-2025-68616, CVE-2026-49452); issue 4, paper.
"""

import ctypes
import os
import resource
import sys
from contextlib import suppress
from typing import Any, Final

CANNOT: Final = 3
MAX_BYTES: Final = 4 * 1024 * 1024
MEMORY_BYTES: Final = 1024 * 1024 * 1024
CPU_S: Final = 25
OPEN_FILES: Final = 128
NEW_USER_AND_NETWORK: Final = 0x10000000 | 0x40000000
REFUSED: Final = ("socket.", "subprocess.", "os.exec", "os.fork", "os.posix_spawn", "os.system", "urllib.", "http.")
WRITES: Final = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND


def main() -> int:
    """Confine first, import afterwards."""
    confine()
    try:
        import weasyprint  # noqa: F401 - absent where the extra or Pango is
    except (ImportError, OSError):
        return CANNOT
    page = sys.stdin.buffer.read(MAX_BYTES + 1)
    if len(page) > MAX_BYTES:
        return 1
    sys.stdout.buffer.write(pressed(page.decode("utf-8")))
    sys.stdout.buffer.flush()
    return 0


def pressed(page: str) -> bytes:
    """The PDF of a page; whatever it asks to fetch is refused, and is missing in it."""
    from weasyprint import HTML
    from weasyprint.urls import URLFetcher

    class Nothing(URLFetcher):  # type: ignore[misc]
        def fetch(self, url: str, headers: Any = None) -> Any:
            raise ValueError("nothing is fetched")

    document = HTML(string=page, base_url=None, url_fetcher=Nothing())
    made: bytes = document.write_pdf(pdf_variant="pdf/ua-1", presentational_hints=False)
    return made


def confine() -> None:
    """What a page can never do here. Where the system allows less than this, the rest still holds."""
    # 1. no network at all: a name space of its own, where the kernel gives one to everybody
    with suppress(OSError, AttributeError):
        ctypes.CDLL(None, use_errno=True).unshare(NEW_USER_AND_NETWORK)
    # 2. limits: no file, no core, no new process, so much memory and time
    for what, most in (
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NPROC, 0),
        (resource.RLIMIT_NOFILE, OPEN_FILES),
        (resource.RLIMIT_AS, MEMORY_BYTES),
        (resource.RLIMIT_CPU, CPU_S),
    ):
        with suppress(OSError, ValueError):
            resource.setrlimit(what, (most, most))
    # 3. what Python itself would do
    sys.addaudithook(_refuse)


def _refuse(event: str, facts: tuple[Any, ...]) -> None:
    if event.startswith(REFUSED):
        raise PermissionError("nothing is reached from here")
    if event == "open" and _would_write(facts):
        raise PermissionError("nothing is written from here")


def _would_write(facts: tuple[Any, ...]) -> bool:
    path, mode, flags = facts
    if isinstance(path, int):  # a pipe that is open already
        return False
    return bool(isinstance(flags, int) and flags & WRITES) or bool(isinstance(mode, str) and set(mode) & set("wax+"))


if __name__ == "__main__":
    sys.exit(main())
