"""Every kind of letter this node knows: one row for each.

Source: wire.md 7; domain.md 5.6, 5.7 and 5.9; practice.md, acts to add.
"""

from dataclasses import dataclass
from types import GenericAlias
from typing import Final, Literal

from node.protocol.letters import (
    bodies,
    bodies_information,
    bodies_return,
    bodies_rights,
    bodies_safety,
    bodies_way,
    control,
)
from node.protocol.letters.bodies import Body
from node.protocol.letters.bodies_directory import ChallengeBody, DirectoryBody
from node.protocol.letters.control import Control, ControlBody
from node.protocol.letters.frame import Letter

COVER, LETTER, CONTROL = range(3)  # the classes of wire.md 2
LetterClass = Literal[1, 2]
Family = Literal[
    "referral",
    "return",
    "transit",
    "consent",
    "erasure",
    "information",
    "rights",
    "safety",
    "channel",
    "node",
    "directory",
]


@dataclass(frozen=True, slots=True)
class Kind:
    """What is fixed about a kind: its class, its body, and how it stands to the thread.

    `opens` may begin a thread (n = 1). `stop` ends it. `on_arrival` takes effect whatever its n (wire.md 7). `bare`: it
    says nothing beyond its kind, and its frame neither.
    """

    name: str
    body: type[Body] | type[ControlBody]
    letter_class: LetterClass
    family: Family
    opens: bool = False
    stop: bool = False
    on_arrival: bool = False
    bare: bool = False

    @property
    def frame(self) -> GenericAlias:
        """The struct that a whole letter of this kind is, for a decoder or a schema: `Letter[OfferBody]`."""
        return GenericAlias(Letter if self.letter_class == LETTER else Control, (self.body,))


_ROWS: Final = (
    #    kind on the wire             body                          class    family
    Kind("referral.offer", bodies.OfferBody, 1, "referral", opens=True),
    Kind("referral.info_request", bodies.InfoRequestBody, 1, "referral"),
    Kind("referral.info", bodies.InfoBody, 1, "referral"),
    Kind("referral.accept", bodies.AcceptBody, 1, "referral"),
    Kind("referral.decline", bodies.DeclineBody, 1, "referral"),
    Kind("referral.disclose", bodies.DiscloseBody, 1, "referral"),
    Kind("referral.arrange", bodies.ArrangeBody, 1, "referral"),
    Kind("referral.arrived", bodies.ArrivedBody, 1, "referral"),
    Kind("referral.update", bodies.UpdateBody, 1, "referral"),
    Kind("referral.complete", bodies.CompleteBody, 1, "referral"),
    Kind("referral.change", bodies.ChangeBody, 1, "referral"),
    Kind("referral.handback", bodies.HandbackBody, 1, "referral"),
    Kind("referral.handback_confirm", bodies.HandbackConfirmBody, 1, "referral"),
    Kind("referral.handback_reject", bodies.HandbackRejectBody, 1, "referral"),
    Kind("referral.ended", type(None), 1, "referral", stop=True, on_arrival=True),
    Kind("return.request", bodies_return.ReturnRequestBody, 1, "return", opens=True),
    Kind("return.request_response", bodies_return.ReturnResponseBody, 1, "return"),
    Kind("return.risk_request", bodies_return.RiskRequestBody, 1, "return"),
    Kind("return.risk_result", bodies_return.RiskResultBody, 1, "return"),
    Kind("return.family_request", bodies_return.FamilyRequestBody, 1, "return"),
    Kind("return.family_result", bodies_return.FamilyResultBody, 1, "return"),
    Kind("return.identity_request", bodies_return.IdentityRequestBody, 1, "return"),
    Kind("return.identity_result", bodies_return.IdentityResultBody, 1, "return"),
    Kind("return.decision", bodies_return.DecisionBody, 1, "return"),
    Kind("return.traveldoc_status", bodies_return.TravelDocumentBody, 1, "return"),
    Kind("return.reintegration_plan", bodies_return.ReintegrationPlanBody, 1, "return"),
    Kind("return.travel_plan", bodies_return.TravelPlanBody, 1, "return"),
    Kind("return.departure", bodies_way.DepartureBody, 1, "return"),
    Kind("return.arrival", bodies_way.ReturnArrivalBody, 1, "return"),
    Kind("return.failed", bodies_way.FailedBody, 1, "return"),
    Kind("return.assist_now", bodies_way.AssistNowBody, 1, "return"),
    Kind("return.take_back", bodies_way.TakeBackBody, 1, "return"),
    Kind("return.way_ended", bodies_way.WayEndedBody, 1, "return"),
    Kind("return.followup", bodies_way.FollowupBody, 1, "return"),
    Kind("return.update", bodies_way.ReturnUpdateBody, 1, "return"),
    Kind("return.close", bodies_way.ReturnCloseBody, 1, "return"),
    Kind("return.stopped", type(None), 1, "return", stop=True, on_arrival=True),
    Kind("transit.request", bodies_way.TransitRequestBody, 1, "transit", opens=True),
    Kind("transit.ack", bodies_way.TransitAckBody, 1, "transit"),
    Kind("transit.arrange", bodies_way.TransitArrangeBody, 1, "transit"),
    Kind("transit.departure", bodies_way.TransitDepartureBody, 1, "transit"),
    Kind("transit.confirm", bodies_way.TransitConfirmBody, 1, "transit"),
    Kind("transit.cancel", bodies_way.NothingBody, 1, "transit", bare=True),
    Kind("transit.stop", bodies_way.NothingBody, 1, "transit", bare=True),
    Kind("consent.assertion", bodies_return.AssertionBody, 1, "consent"),
    Kind("consent.withdrawal", bodies.WithdrawalBody, 1, "consent", on_arrival=True),
    Kind("erasure.request", bodies.ErasureRequestBody, 1, "erasure", on_arrival=True),
    Kind("erasure.confirm", bodies.ErasureConfirmBody, 1, "erasure", on_arrival=True),
    Kind("info.request", bodies_information.AskBody, 1, "information", opens=True),
    Kind("info.response", bodies_information.AskAnswerBody, 1, "information"),
    Kind("ident.support_request", bodies_information.SupportAskBody, 1, "information", opens=True),
    Kind("ident.support_response", bodies_information.SupportAnswerBody, 1, "information"),
    Kind("rectification", bodies_rights.RectificationBody, 1, "rights", on_arrival=True),
    Kind("access.request", bodies_rights.AccessRequestBody, 1, "rights", on_arrival=True),
    Kind("access.response", bodies_rights.AccessResponseBody, 1, "rights", on_arrival=True),
    Kind("breach.notice", bodies_rights.BreachNoticeBody, 1, "rights", on_arrival=True),
    Kind("complaint.open", bodies_rights.ComplaintOpenBody, 1, "rights", opens=True),
    Kind("complaint.answer", bodies_rights.ComplaintAnswerBody, 1, "rights"),
    Kind("safety.alert", bodies_safety.AlertBody, 1, "safety", opens=True, on_arrival=True),
    Kind("safety.medical", bodies_safety.MedicalBody, 1, "safety", on_arrival=True),
    Kind("safety.update", bodies_safety.SafetyUpdateBody, 1, "safety", on_arrival=True),
    Kind("safety.acknowledged", bodies_safety.AcknowledgedBody, 1, "safety", on_arrival=True),
    Kind("safety.stand_down", bodies_safety.StandDownBody, 1, "safety", on_arrival=True),
    Kind("channel.hello", control.HelloBody, 2, "channel"),
    Kind("channel.heads", control.HeadsBody, 2, "channel"),
    Kind("channel.resend", control.ResendBody, 2, "channel"),
    Kind("channel.closed", control.ClosedBody, 2, "channel"),
    Kind("letter.opened", control.OpenedBody, 2, "channel"),
    Kind("letter.refused", control.RefusedBody, 2, "channel"),
    Kind("safety.drill", bodies_safety.DrillBody, 2, "safety"),
    Kind("safety.drill_answer", bodies_safety.DrillAnswerBody, 2, "safety"),
    Kind("node.pull", control.PullBody, 2, "node"),
    Kind("node.notice", control.NoticeBody, 2, "node"),
    Kind("directory.publish", DirectoryBody, 2, "directory"),
    Kind("directory.challenge", ChallengeBody, 2, "directory"),
)

KINDS: Final[dict[str, Kind]] = {row.name: row for row in _ROWS}
