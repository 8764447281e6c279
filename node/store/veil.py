"""Codes in plain columns that would tell something of a person: covered on the way in, uncovered on the way out.

The store knows no key; whoever opens a node's database for its work gives it one. The same code about the same thing is
always covered alike, so that it is found again and not doubled; about two things it looks like two codes.
Source: at-rest; R38.
"""

from typing import Final, Protocol


class Veil(Protocol):
    """Covers and uncovers codes. What was never covered comes back from `uncover` as it is."""

    def cover(self, code: str, about: str) -> str:
        """The code for a plain column of a row about this."""
        ...

    def uncover(self, code: str) -> str:
        """The code again."""
        ...


class NoVeil:
    """What a copy is looked at with that nobody has the key of: codes stay as they stand there."""

    def cover(self, code: str, about: str) -> str:
        """The code itself."""
        return code

    def uncover(self, code: str) -> str:
        """The code itself."""
        return code


NO_VEIL: Final = NoVeil()
