"""What an operator may set about the pages: where an exit leads, and whom to phone who cannot sign in."""

from dataclasses import dataclass
from typing import Final

# How addresses end to which a password, a passkey or an invitation is posted: one address tries them so often only.
SIGN_IN_PATHS: Final = ("/sign-in", "/passkey", "/passkey/begin", "/locked", "/invited", "/join")


@dataclass(frozen=True, slots=True)
class DeskSettings:
    """`exit_url`: a neutral page elsewhere, or nothing for our own blank one; `help`: a name and a telephone number.

    `undo_s`: for so long what was sent can be taken back, before it is sealed; 0 for not at all.
    """

    exit_url: str = ""
    help_name: str = ""
    help_phone: str = ""
    undo_s: int = 0
