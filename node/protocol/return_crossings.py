"""Letters of a return or transit that met on the way: which of the two counts first.

The protective act goes first: a result, a refusal or a stop before the plan that it takes away. Two things go before
everything, because they have happened and no table undoes them: she has left, and she has arrived. A departure that met
a bad result counts, and the result too, so that people act while she is on the road. Source: wire.md 7; R31, H02.
"""

from typing import Final

from node.protocol.letters.codes import Role
from node.protocol.matter import Crossing

OPENER: Final[Role] = "opener"
RESPONDER: Final[Role] = "responder"

# fmt: off
RETURN_CROSSINGS: Final = (
    #        the opener sent              the responder sent             first      what both see
    Crossing("consent.assertion",          "return.decision",             OPENER,    "both count"),
    Crossing("consent.assertion",          "return.family_result",        OPENER,    "both count"),
    Crossing("consent.assertion",          "return.identity_result",      OPENER,    "both count"),
    Crossing("consent.assertion",          "return.reintegration_plan",   OPENER,    "both count"),
    Crossing("consent.assertion",          "return.risk_result",          OPENER,    "both count; there is a new result, so she is asked again"),  # noqa: E501
    Crossing("consent.assertion",          "return.traveldoc_status",     OPENER,    "both count"),
    Crossing("consent.assertion",          "return.update",               OPENER,    "both count"),
    Crossing("return.arrival",             "return.arrival",              OPENER,    "arrived, by her own word; a report that she has not come has no effect"),  # noqa: E501
    Crossing("return.arrival",             "return.assist_now",           RESPONDER, "both count"),
    Crossing("return.arrival",             "return.close",                OPENER,    "both count"),
    Crossing("return.arrival",             "return.decision",             RESPONDER, "both count"),
    Crossing("return.arrival",             "return.failed",               RESPONDER, "both count: she herself said that she arrived"),  # noqa: E501
    Crossing("return.arrival",             "return.family_result",        OPENER,    "both count"),
    Crossing("return.arrival",             "return.followup",             OPENER,    "both count"),
    Crossing("return.arrival",             "return.identity_result",      OPENER,    "both count"),
    Crossing("return.arrival",             "return.reintegration_plan",   OPENER,    "both count"),
    Crossing("return.arrival",             "return.risk_result",          RESPONDER, "both count"),
    Crossing("return.arrival",             "return.traveldoc_status",     RESPONDER, "both count"),
    Crossing("return.arrival",             "return.update",               OPENER,    "both count"),
    Crossing("return.arrival",             "return.way_ended",            RESPONDER, "both count"),
    Crossing("return.assist_now",          "return.arrival",              OPENER,    "both count"),
    Crossing("return.assist_now",          "return.assist_now",           OPENER,    "both count"),
    Crossing("return.assist_now",          "return.decision",             OPENER,    "both count"),
    Crossing("return.assist_now",          "return.failed",               OPENER,    "both count"),
    Crossing("return.assist_now",          "return.family_result",        OPENER,    "both count"),
    Crossing("return.assist_now",          "return.identity_result",      OPENER,    "both count"),
    Crossing("return.assist_now",          "return.reintegration_plan",   OPENER,    "both count"),
    Crossing("return.assist_now",          "return.risk_result",          OPENER,    "both count"),
    Crossing("return.assist_now",          "return.traveldoc_status",     OPENER,    "both count"),
    Crossing("return.assist_now",          "return.update",               OPENER,    "both count"),
    Crossing("return.assist_now",          "return.way_ended",            OPENER,    "both count"),
    Crossing("return.close",               "return.arrival",              RESPONDER, "closed; what the origin sent is kept"),  # noqa: E501
    Crossing("return.close",               "return.assist_now",           RESPONDER, "closed; what the origin sent is kept"),  # noqa: E501
    Crossing("return.close",               "return.close",                OPENER,    "closed"),
    Crossing("return.close",               "return.decision",             RESPONDER, "closed; what the origin sent is kept"),  # noqa: E501
    Crossing("return.close",               "return.failed",               RESPONDER, "closed; what the origin sent is kept"),  # noqa: E501
    Crossing("return.close",               "return.family_result",        RESPONDER, "closed; what the origin sent is kept"),  # noqa: E501
    Crossing("return.close",               "return.followup",             RESPONDER, "closed; what the origin sent is kept"),  # noqa: E501
    Crossing("return.close",               "return.identity_result",      RESPONDER, "closed; what the origin sent is kept"),  # noqa: E501
    Crossing("return.close",               "return.reintegration_plan",   RESPONDER, "closed; what the origin sent is kept"),  # noqa: E501
    Crossing("return.close",               "return.request_response",     RESPONDER, "closed; what the origin sent is kept"),  # noqa: E501
    Crossing("return.close",               "return.risk_result",          RESPONDER, "closed; what the origin sent is kept"),  # noqa: E501
    Crossing("return.close",               "return.traveldoc_status",     RESPONDER, "closed; what the origin sent is kept"),  # noqa: E501
    Crossing("return.close",               "return.update",               RESPONDER, "closed; what the origin sent is kept"),  # noqa: E501
    Crossing("return.close",               "return.way_ended",            RESPONDER, "closed; what the origin sent is kept"),  # noqa: E501
    Crossing("return.decision",            "return.arrival",              OPENER,    "both count"),
    Crossing("return.decision",            "return.assist_now",           OPENER,    "both count"),
    Crossing("return.decision",            "return.decision",             OPENER,    "both count"),
    Crossing("return.decision",            "return.failed",               OPENER,    "both count"),
    Crossing("return.decision",            "return.family_result",        OPENER,    "both count"),
    Crossing("return.decision",            "return.identity_result",      OPENER,    "both count"),
    Crossing("return.decision",            "return.reintegration_plan",   OPENER,    "both count"),
    Crossing("return.decision",            "return.risk_result",          RESPONDER, "both count; a decision to proceed has no effect against a bad result"),  # noqa: E501
    Crossing("return.decision",            "return.traveldoc_status",     OPENER,    "both count"),
    Crossing("return.decision",            "return.update",               OPENER,    "both count"),
    Crossing("return.departure",           "return.decision",             OPENER,    "she has left: both count, and people on both sides have to act"),  # noqa: E501
    Crossing("return.departure",           "return.family_result",        OPENER,    "she has left: both count"),
    Crossing("return.departure",           "return.identity_result",      OPENER,    "she has left: both count"),
    Crossing("return.departure",           "return.reintegration_plan",   OPENER,    "she has left: both count"),
    Crossing("return.departure",           "return.risk_result",          OPENER,    "she has left: both count, and people on both sides have to act"),  # noqa: E501
    Crossing("return.departure",           "return.traveldoc_status",     OPENER,    "she has left: both count"),
    Crossing("return.departure",           "return.update",               OPENER,    "she has left: both count, and people on both sides have to act"),  # noqa: E501
    Crossing("return.failed",              "return.arrival",              OPENER,    "both count: she arrived after all; ask her"),  # noqa: E501
    Crossing("return.failed",              "return.assist_now",           RESPONDER, "both count"),
    Crossing("return.failed",              "return.decision",             RESPONDER, "both count"),
    Crossing("return.failed",              "return.failed",               OPENER,    "both count"),
    Crossing("return.failed",              "return.family_result",        OPENER,    "both count"),
    Crossing("return.failed",              "return.identity_result",      OPENER,    "both count"),
    Crossing("return.failed",              "return.reintegration_plan",   RESPONDER, "both count"),
    Crossing("return.failed",              "return.risk_result",          RESPONDER, "both count"),
    Crossing("return.failed",              "return.traveldoc_status",     RESPONDER, "both count"),
    Crossing("return.failed",              "return.update",               RESPONDER, "both count"),
    Crossing("return.failed",              "return.way_ended",            OPENER,    "both count"),
    Crossing("return.family_request",      "return.decision",             OPENER,    "both count"),
    Crossing("return.family_request",      "return.family_result",        RESPONDER, "both count; if family may be involved, nobody contacts it"),  # noqa: E501
    Crossing("return.family_request",      "return.identity_result",      OPENER,    "both count"),
    Crossing("return.family_request",      "return.reintegration_plan",   OPENER,    "both count"),
    Crossing("return.family_request",      "return.risk_result",          OPENER,    "both count"),
    Crossing("return.family_request",      "return.traveldoc_status",     OPENER,    "both count"),
    Crossing("return.family_request",      "return.update",               OPENER,    "both count"),
    Crossing("return.identity_request",    "return.decision",             OPENER,    "both count"),
    Crossing("return.identity_request",    "return.family_result",        OPENER,    "both count"),
    Crossing("return.identity_request",    "return.identity_result",      RESPONDER, "both count; the result answers what was asked before"),  # noqa: E501
    Crossing("return.identity_request",    "return.reintegration_plan",   OPENER,    "both count"),
    Crossing("return.identity_request",    "return.risk_result",          OPENER,    "both count"),
    Crossing("return.identity_request",    "return.traveldoc_status",     OPENER,    "both count"),
    Crossing("return.identity_request",    "return.update",               OPENER,    "both count"),
    Crossing("return.risk_request",        "return.decision",             OPENER,    "both count"),
    Crossing("return.risk_request",        "return.family_result",        OPENER,    "both count"),
    Crossing("return.risk_request",        "return.identity_result",      OPENER,    "both count"),
    Crossing("return.risk_request",        "return.reintegration_plan",   OPENER,    "both count"),
    Crossing("return.risk_request",        "return.risk_result",          RESPONDER, "both count; the result answers what was asked before"),  # noqa: E501
    Crossing("return.risk_request",        "return.traveldoc_status",     OPENER,    "both count"),
    Crossing("return.risk_request",        "return.update",               OPENER,    "both count"),
    Crossing("return.risk_result",         "return.arrival",              OPENER,    "both count"),
    Crossing("return.risk_result",         "return.assist_now",           OPENER,    "both count"),
    Crossing("return.risk_result",         "return.decision",             OPENER,    "both count; a decision to proceed has no effect against a bad result"),  # noqa: E501
    Crossing("return.risk_result",         "return.failed",               OPENER,    "both count"),
    Crossing("return.risk_result",         "return.family_result",        OPENER,    "both count"),
    Crossing("return.risk_result",         "return.identity_result",      OPENER,    "both count"),
    Crossing("return.risk_result",         "return.reintegration_plan",   OPENER,    "both count"),
    Crossing("return.risk_result",         "return.risk_result",          OPENER,    "both count"),
    Crossing("return.risk_result",         "return.traveldoc_status",     OPENER,    "both count"),
    Crossing("return.risk_result",         "return.update",               OPENER,    "both count"),
    Crossing("return.take_back",           "return.arrival",              RESPONDER, "both count, unless she has arrived after all"),  # noqa: E501
    Crossing("return.take_back",           "return.assist_now",           RESPONDER, "both count"),
    Crossing("return.take_back",           "return.close",                RESPONDER, "both count, unless she has arrived after all"),  # noqa: E501
    Crossing("return.take_back",           "return.decision",             RESPONDER, "both count"),
    Crossing("return.take_back",           "return.failed",               RESPONDER, "both count"),
    Crossing("return.take_back",           "return.family_result",        RESPONDER, "both count"),
    Crossing("return.take_back",           "return.followup",             RESPONDER, "both count, unless she has arrived after all"),  # noqa: E501
    Crossing("return.take_back",           "return.identity_result",      RESPONDER, "both count"),
    Crossing("return.take_back",           "return.reintegration_plan",   RESPONDER, "both count"),
    Crossing("return.take_back",           "return.risk_result",          RESPONDER, "both count"),
    Crossing("return.take_back",           "return.traveldoc_status",     RESPONDER, "both count"),
    Crossing("return.take_back",           "return.update",               RESPONDER, "both count"),
    Crossing("return.take_back",           "return.way_ended",            RESPONDER, "both count"),
    Crossing("return.travel_plan",         "return.decision",             RESPONDER, "both count; a plan that lost what it stood on has no effect"),  # noqa: E501
    Crossing("return.travel_plan",         "return.family_result",        RESPONDER, "both count; a plan that lost what it stood on has no effect"),  # noqa: E501
    Crossing("return.travel_plan",         "return.identity_result",      RESPONDER, "both count; a plan that lost what it stood on has no effect"),  # noqa: E501
    Crossing("return.travel_plan",         "return.reintegration_plan",   RESPONDER, "both count; a plan that lost what it stood on has no effect"),  # noqa: E501
    Crossing("return.travel_plan",         "return.risk_result",          RESPONDER, "both count; a plan that lost what it stood on has no effect"),  # noqa: E501
    Crossing("return.travel_plan",         "return.traveldoc_status",     RESPONDER, "both count; a plan that lost what it stood on has no effect"),  # noqa: E501
    Crossing("return.travel_plan",         "return.update",               RESPONDER, "both count; a plan that lost what it stood on has no effect"),  # noqa: E501
    Crossing("return.traveldoc_status",    "return.arrival",              OPENER,    "both count"),
    Crossing("return.traveldoc_status",    "return.assist_now",           OPENER,    "both count"),
    Crossing("return.traveldoc_status",    "return.decision",             OPENER,    "both count"),
    Crossing("return.traveldoc_status",    "return.failed",               OPENER,    "both count"),
    Crossing("return.traveldoc_status",    "return.family_result",        OPENER,    "both count"),
    Crossing("return.traveldoc_status",    "return.identity_result",      OPENER,    "both count"),
    Crossing("return.traveldoc_status",    "return.reintegration_plan",   OPENER,    "both count"),
    Crossing("return.traveldoc_status",    "return.risk_result",          OPENER,    "both count"),
    Crossing("return.traveldoc_status",    "return.traveldoc_status",     OPENER,    "both count"),
    Crossing("return.traveldoc_status",    "return.update",               OPENER,    "both count"),
    Crossing("return.update",              "return.arrival",              OPENER,    "both count"),
    Crossing("return.update",              "return.assist_now",           OPENER,    "both count"),
    Crossing("return.update",              "return.close",                OPENER,    "both count"),
    Crossing("return.update",              "return.decision",             OPENER,    "both count"),
    Crossing("return.update",              "return.failed",               OPENER,    "both count"),
    Crossing("return.update",              "return.family_result",        OPENER,    "both count"),
    Crossing("return.update",              "return.followup",             OPENER,    "both count"),
    Crossing("return.update",              "return.identity_result",      OPENER,    "both count"),
    Crossing("return.update",              "return.reintegration_plan",   OPENER,    "both count"),
    Crossing("return.update",              "return.risk_result",          OPENER,    "both count"),
    Crossing("return.update",              "return.traveldoc_status",     OPENER,    "both count"),
    Crossing("return.update",              "return.update",               OPENER,    "both count"),
    Crossing("return.update",              "return.way_ended",            OPENER,    "both count"),
    Crossing("return.way_ended",           "return.arrival",              RESPONDER, "both count, unless she has arrived after all"),  # noqa: E501
    Crossing("return.way_ended",           "return.assist_now",           RESPONDER, "both count"),
    Crossing("return.way_ended",           "return.close",                RESPONDER, "both count, unless she has arrived after all"),  # noqa: E501
    Crossing("return.way_ended",           "return.decision",             RESPONDER, "both count"),
    Crossing("return.way_ended",           "return.failed",               RESPONDER, "both count"),
    Crossing("return.way_ended",           "return.family_result",        RESPONDER, "both count"),
    Crossing("return.way_ended",           "return.followup",             RESPONDER, "both count, unless she has arrived after all"),  # noqa: E501
    Crossing("return.way_ended",           "return.identity_result",      RESPONDER, "both count"),
    Crossing("return.way_ended",           "return.reintegration_plan",   RESPONDER, "both count"),
    Crossing("return.way_ended",           "return.risk_result",          RESPONDER, "both count"),
    Crossing("return.way_ended",           "return.traveldoc_status",     RESPONDER, "both count"),
    Crossing("return.way_ended",           "return.update",               RESPONDER, "both count"),
    Crossing("return.way_ended",           "return.way_ended",            RESPONDER, "both count"),
)
# fmt: on
# fmt: off
TRANSIT_CROSSINGS: Final = (
    #        the opener sent              the responder sent             first      what both see
    Crossing("transit.arrange",            "transit.stop",                RESPONDER, "halted; what was arranged has no effect and is not opened"),  # noqa: E501
    Crossing("transit.cancel",             "transit.ack",                 RESPONDER, "cancelled, or not assisted"),
    Crossing("transit.cancel",             "transit.confirm",             RESPONDER, "cancelled, or passed"),
    Crossing("transit.cancel",             "transit.stop",                RESPONDER, "halted"),
    Crossing("transit.departure",          "transit.stop",                OPENER,    "halted; she has set out, and people on both sides have to act"),  # noqa: E501
)
# fmt: on
