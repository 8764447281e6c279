"""`make demo`: run the countries, with twelve cases, until Ctrl-C.

`FAST=60`: an hour passes in each minute. `SPEAK=uk`: the script in Ukrainian. `CODE=TEXT`: the six digits of the
running demo for the text that the page "Codes from a telephone" shows.

`make demo ONCE=1`: play the golden scenarios, print one JSON object, end. `make demo OFF=XT`, `ON=XT`: switch a country
of the running demo off and on. `make demo RESET=1`: clear away what a demo left that was killed.
"""

import asyncio
import sys
from typing import Final

from node.demo.left_over import clear
from node.demo.pace import FASTEST, SLOWEST
from node.demo.switch import NOBODY, WORDS, asked
from node.errors import OpenTRMError

KNOWN: Final = (
    "make demo knows ONCE=1, FAST=2 to 1440, SPEAK=en or uk, RESET=1, OFF or ON with a country, such as OFF=XT, and"
    " CODE with the text of a page (python -m node.demo: --once, --fast 60, --speak uk, --reset, off XT, code TEXT)\n"
)
CLEARED: Final = "Cleared away after {} demos that had been killed; one that runs is ended by Ctrl-C.\n"
SPOKEN: Final = ("en", "uk")  # of the script
INTERRUPTED: Final = 130  # what a shell calls a program that Ctrl-C has ended


def main(words: list[str]) -> int:
    """The exit code of the demo; what went wrong is one sentence on standard error."""
    if len(words) == 2 and words[0] in WORDS:
        return _ask(*words)
    if words == ["--reset"]:
        sys.stderr.write(CLEARED.format(clear()))
        return 0
    asked_for = _options(words)
    if asked_for is None:
        sys.stderr.write(KNOWN)
        return 2
    from node.demo.running import run  # the whole program, which a switch does not need

    try:
        return asyncio.run(run(*asked_for))
    except OpenTRMError as error:
        sys.stderr.write(f"demo: {error.message}\n")
        return 1
    except asyncio.CancelledError:
        return INTERRUPTED


def _options(words: list[str]) -> tuple[bool, str, int] | None:
    """Whether to play once, the language of the script, and the pace; None for what it does not know."""
    if words == ["--once"]:
        return True, SPOKEN[0], SLOWEST
    given = dict(zip(words[::2], words[1::2], strict=False))
    language, pace = given.pop("--speak", SPOKEN[0]), given.pop("--fast", str(SLOWEST))
    is_known = not given and len(words) % 2 == 0 and language in SPOKEN and pace.isascii() and pace.isdigit()
    return (False, language, int(pace)) if is_known and SLOWEST <= int(pace) <= FASTEST else None


def _ask(word: str, code: str) -> int:
    said = asked(word, code.upper())
    sys.stderr.write(f"{said or NOBODY}\n")
    return 0 if said else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
