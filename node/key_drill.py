"""What would be done if a key were stolen, in order: said with what this node has, and not done.

Source: interface O2, compromise drill; registry 4.5, decided 4, 5, 7; at-rest.
"""

from collections.abc import Callable
from typing import Final

from node.service.upkeep.key_state import KeyState

PUBLISH: Final = (
    "offline: trm-registry request node-record.json --key role-{country} --version N; to the publisher; the page of"
    " keys must then say that the registry has it"
)
COPIES: Final = "copy database and keys anew, try them (trm-node restore --try), destroy older copies"
TELL: Final = (
    "tell the desk: which letters went and came since the theft, and whose names could be read; report the breach"
)


def steps(stolen: str, country: str, state: KeyState, people: int) -> list[str]:
    """The steps for what was stolen: `machine`, `office`, `message` or `role`."""
    return [step.format(country=country) for step in STEPS[stolen](state, people)]


def _machine(state: KeyState, people: int) -> list[str]:
    return [
        "telephone one maintainer: they suspend {country} within minutes, for 72 hours; nothing of a thief counts then",
        "take the machine, or its disk image, off the network; start no copy of it",
        "on a new machine: trm-node restore COPY --keys KEYS, from copies made before the theft",
        _next_key(state),
        PUBLISH,
        f"trm-node keys office --why stolen, with two coordinators; {people} people sign in with new passwords first",
        PUBLISH,
        "telephone every country of the page of telephone numbers; read twelve groups aloud; they compare",
        COPIES,
        TELL,
    ]


def _office(_: KeyState, people: int) -> list[str]:
    return [
        "shut out whose sign-in it was: trm-node user disable LOGIN; their sign-ins and tokens end at once",
        f"trm-node keys office --why stolen, two coordinators; up to {people} people get the new key by themselves",
        "print the three new recovery sheets, give them to three people, burn the old set",
        PUBLISH,
        "for 72 hours no names can be sealed to us: other countries hold letters with names; telephone what is urgent",
        "what was sealed to the old key stays readable for the thief where they have a copy of it: say so to the desk",
        COPIES,
        TELL,
    ]


def _message(state: KeyState, _: int) -> list[str]:
    return [
        "telephone one maintainer: they suspend {country} within minutes, for 72 hours",
        "stop the node",
        _next_key(state),
        PUBLISH,
        "telephone the maintainers to end the suspension; other countries compare twelve groups",
        "announce the next key: trm-node keys announce NEW-FILE, and take the file away",
        COPIES,
        TELL,
    ]


def _role(_: KeyState, __: int) -> list[str]:
    return [
        "telephone one maintainer: they suspend {country} within minutes, for 72 hours; a second may extend it",
        "make a new role key on a clean offline machine: trm-registry request with a new --key, as when you joined",
        "the maintainers telephone and compare twelve groups, then delegate {country} to the new role key",
        "other countries hold {country} apart for 72 hours: telephone what is urgent",
        "look whether a record was published that you did not write: the page of keys says `another key`",
        TELL,
    ]


def _next_key(state: KeyState) -> str:
    if state.next_published:
        return "bring the file of the announced key: trm-node keys message FILE --stolen; others take it at once"
    return (
        "no key is announced: trm-node keys announce FILE, then keys message FILE --stolen --unannounced; others"
        " hold {country} apart for 72 hours"
    )


STEPS: Final[dict[str, Callable[[KeyState, int], list[str]]]] = {
    "machine": _machine, "office": _office, "message": _message, "role": _role,
}  # fmt: skip
