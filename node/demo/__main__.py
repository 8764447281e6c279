"""`make demo`: run the countries, with twelve cases, until Ctrl-C.

`make demo ONCE=1`: play the golden scenarios, print one JSON object, end. `make demo OFF=XT`, `ON=XT`: switch a country
of the running demo off and on. `make demo RESET=1`: clear away what a demo left that was killed.
"""

import asyncio
import sys
from typing import Final

from node.demo.left_over import clear
from node.demo.switch import NOBODY, WORDS, asked
from node.errors import OpenTRMError

KNOWN: Final = "demo: it knows --once, --reset, and off or on with a country, such as `off XT`\n"
CLEARED: Final = "Cleared away after {} demos that had been killed; one that runs is ended by Ctrl-C.\n"
INTERRUPTED: Final = 130  # what a shell calls a program that Ctrl-C has ended


def main(words: list[str]) -> int:
    """The exit code of the demo; what went wrong is one sentence on standard error."""
    if len(words) == 2 and words[0] in WORDS:
        return _ask(*words)
    if words == ["--reset"]:
        sys.stderr.write(CLEARED.format(clear()))
        return 0
    if words not in ([], ["--once"]):
        sys.stderr.write(KNOWN)
        return 2
    from node.demo.running import run  # the whole program, which a switch does not need

    try:
        return asyncio.run(run(bool(words)))
    except OpenTRMError as error:
        sys.stderr.write(f"demo: {error.message}\n")
        return 1
    except asyncio.CancelledError:
        return INTERRUPTED


def _ask(word: str, code: str) -> int:
    said = asked(word, code.upper())
    sys.stderr.write(f"{said or NOBODY}\n")
    return 0 if said else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
