"""What time it surely is already: the registry's newest signed time, or what two peers signed into their receipts.

A clock that runs ahead of this by more than seven days erases nothing and ends nothing. One peer alone tells nothing:
it takes two different countries that the registry lists and that nobody here distrusts, and no receipt counts for more
than our own clock said when it came. Source: wire 6, clock rule.
"""

from collections.abc import Mapping
from typing import Final

from registry.trust import View

WITNESSES: Final = 2
COUNTED: Final = ("active", "expired")  # not one in quarantine, suspended or gone: its keys may be anybody's


class HeardTime:
    """By peer, the newest time (UTC seconds) it signed into a receipt for us. It never goes back."""

    def __init__(self, heard: Mapping[str, int] | None = None) -> None:
        self._heard = dict(heard or {})

    def hear(self, peer: str, at: int) -> None:
        """A verified receipt of this peer said `at`."""
        self._heard[peer] = max(at, self._heard.get(peer, 0))

    def said_by_two(self, view: View, distrusted: Mapping[str, object]) -> int:
        """The newest time that two countries have passed by their own word; 0 while there are not two."""
        counted = [at for peer, at in self._heard.items() if _counts(view, peer, distrusted)]
        return sorted(counted)[-WITNESSES] if len(counted) >= WITNESSES else 0


def _counts(view: View, peer: str, distrusted: Mapping[str, object]) -> bool:
    country = view.country(peer)
    return country is not None and country.status in COUNTED and peer not in distrusted
