"""Letters that met on the way: each side acted before it had seen the other's act.

Both nodes hold both letters in the end. A row says which of the two counts first; the other is then judged like any
act: where the table allows it, it counts too, otherwise it is kept without effect and both sides' people see that.
The protective act goes first: what stops a disclosure goes before the disclosure. A test finds every pair that can
meet between two honest nodes and compares it with these rows. Source: wire.md 7; architecture.md, the rules are tables.

A stop, a withdrawal of consent, erasure and safety have no rows: they take effect on arrival and go before everything.
"""

from typing import Final

from node.protocol.letters.codes import Role
from node.protocol.matter import Crossing

OPENER: Final[Role] = "opener"
RESPONDER: Final[Role] = "responder"

# fmt: off
REFERRAL_CROSSINGS: Final = (
    #        the opener sent              the responder sent      first      what both see
    Crossing("referral.info",             "referral.accept",      OPENER,    "accepted; the answer is kept"),
    Crossing("referral.info",             "referral.decline",     OPENER,    "declined; the answer is kept"),
    Crossing("referral.disclose",         "referral.change",      RESPONDER, "another organisation: the disclosure has no effect and is not opened; else both count"),  # noqa: E501
    Crossing("referral.disclose",         "referral.update",      OPENER,    "both count"),
    Crossing("referral.disclose",         "referral.arrange",     OPENER,    "both count"),
    Crossing("referral.disclose",         "referral.arrived",     OPENER,    "both count"),
    Crossing("referral.disclose",         "referral.complete",    RESPONDER, "completed; the disclosure has no effect and is not opened"),  # noqa: E501
    Crossing("referral.disclose",         "referral.handback",    RESPONDER, "handing back; the disclosure has no effect and is not opened"),  # noqa: E501
    Crossing("referral.arrange",          "referral.arrange",     OPENER,    "both are kept; the receiving country's stands, as it meets her"),  # noqa: E501
    Crossing("referral.arrange",          "referral.arrived",     OPENER,    "both count"),
    Crossing("referral.arrange",          "referral.update",      OPENER,    "both count"),
    Crossing("referral.arrange",          "referral.change",      OPENER,    "another organisation: arrange again; else both count"),  # noqa: E501
    Crossing("referral.update",           "referral.change",      OPENER,    "both count"),
    Crossing("referral.update",           "referral.update",      OPENER,    "both count"),
    Crossing("referral.update",           "referral.arrange",     OPENER,    "both count"),
    Crossing("referral.update",           "referral.arrived",     OPENER,    "both count"),
    Crossing("referral.update",           "referral.complete",    OPENER,    "both count"),
    Crossing("referral.update",           "referral.handback",    OPENER,    "both count"),
    Crossing("referral.handback_confirm", "referral.update",      RESPONDER, "ended; the update is kept"),
    Crossing("referral.handback_reject",  "referral.update",      RESPONDER, "both count"),
)
# fmt: on
