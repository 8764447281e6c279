"""What holds for every page while the node is not as it should be: one sentence each, and whom to tell.

Source: interface 4.3, error states; issue 4, "Bad input gets".
"""

from typing import Final, NamedTuple

from node.errors import READS_ONLY
from node.service.context import Node
from node.web.marks import N_

CLOCK: Final = N_("The clock of this node contradicts the list of countries, and little leaves. Tell your operator.")
OLD: Final = {
    "stale": N_(
        "The list of countries was not renewed for two days. Letters still leave, names only to keys known before."
        " Tell your operator."
    ),
    "two_person": N_("The list of countries is a week old: two people decide whether a letter leaves."),
    "queue_only": N_(
        "The list of countries is two weeks old: letters wait here until it is renewed. Tell your operator."
    ),
}


class Banner(NamedTuple):
    """One sentence, and the page on which something can be done about it; empty where there is none."""

    says: str
    page: str = ""


def banners(node: Node) -> list[Banner]:
    """What every page says at this moment; empty on a node that is well."""
    age = node.view.freshness(node.now()) if node.view.countries else ""
    found = [
        Banner(READS_ONLY) if node.store.problem is not None else None,
        Banner(CLOCK) if node.clock_trouble() == "behind" else None,
        Banner(OLD[age], "/desk/countries#old" if age == "two_person" else "") if age in OLD else None,
    ]
    return [one for one in found if one is not None]
