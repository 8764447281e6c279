"""Where each rule holds: the functions that enforce it where a letter is written, and where it arrives.

A test holds that each exists and says the rule in its own text, and that whatever objects by a rule is named here;
docs/rules.md prints it. A rule of which a receiver can see nothing says so in its own row of `protocol.rules`.
"""

from node.places.consent_and_conduct import CONSENT_AND_CONDUCT
from node.places.disclosure_and_return import DISCLOSURE_AND_RETURN
from node.places.place import Places
from node.places.practice import PRACTICE

__all__ = ["PLACES", "Places"]

PLACES: dict[str, Places] = DISCLOSURE_AND_RETURN | CONSENT_AND_CONDUCT | PRACTICE
