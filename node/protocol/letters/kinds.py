"""Every kind of letter this node knows: one row for each.

Voluntary return, transit, information and safety will be further rows here and further structs beside `bodies`.
Source: wire.md 7; domain.md 5.6 and 5.9; practice.md, acts to add.
"""

from dataclasses import dataclass
from types import GenericAlias
from typing import Final, Literal

from node.protocol.letters import bodies, bodies_information, bodies_rights, bodies_safety, control
from node.protocol.letters.bodies import Body
from node.protocol.letters.control import Control, ControlBody
from node.protocol.letters.frame import Letter

COVER, LETTER, CONTROL = range(3)  # the classes of wire.md 2
LetterClass = Literal[1, 2]
Family = Literal["referral", "consent", "erasure", "information", "rights", "safety", "channel", "node"]


@dataclass(frozen=True, slots=True)
class Kind:
    """What is fixed about a kind: its class, its body, and how it stands to the thread.

    `opens` may begin a thread (n = 1). `stop` ends it. `on_arrival` takes effect whatever its n (wire.md 7).
    """

    name: str
    body: type[Body] | type[ControlBody]
    letter_class: LetterClass
    family: Family
    opens: bool = False
    stop: bool = False
    on_arrival: bool = False

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
)

KINDS: Final[dict[str, Kind]] = {row.name: row for row in _ROWS}
