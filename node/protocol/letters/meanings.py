"""What each kind of letter is for: when it is sent, and what the receiver does.

HANDBOOK.md and docs/protocol.md print it. *opener* and *responder* are the two sides of the thread. States, deadlines
and consent are not repeated here: they come from the tables. Source: domain.md 5.6-5.11; wire.md 4, 7; practice.md.
"""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Meaning:
    """One kind: `sent` is when and why, `then` what the receiver does; `answer` answers it outside of any table."""

    kind: str
    sent: str
    then: str
    answer: str = ""


# fmt: off
_ROWS: Final = (
    Meaning("referral.offer", "a country asks another to take over care that she wishes there; no name", "people decide; the first question about who must never hear of her comes before anything opens"),  # noqa: E501
    Meaning("referral.info_request", "the responder cannot decide without more", "people answer each question or decline it"),  # noqa: E501
    Meaning("referral.info", "the opener answers, in codes", "people decide"),
    Meaning("referral.accept", "the responder takes over all or part, names who cares for her and what must be known", "people ask her about each field of `data_needed`, and disclose what she allows"),  # noqa: E501
    Meaning("referral.decline", "the responder cannot; a code of the closed list, and alternatives", "the thread is over; people look elsewhere"),  # noqa: E501
    Meaning("referral.disclose", "after acceptance: what was asked for and she allows; names are sealed", "people open the block with a reason, which is logged"),  # noqa: E501
    Meaning("referral.arrange", "either side arranges the journey or reception; place and hour are sealed", "people prepare; the arrival is owed 24 hours after the window"),  # noqa: E501
    Meaning("referral.arrived", "the responder tells whether she came, and what she herself confirmed", "her word ends the watch there; the opener ends its own once it heard her; `not arrived`, or danger, calls people"),  # noqa: E501
    Meaning("referral.update", "either side: something changed", "people read it"),
    Meaning("referral.complete", "the responder: care is over", "the thread is over; its time to be kept runs"),
    Meaning("referral.change", "the responder: another organisation, other services or another start", "with another organisation nothing is disclosed before she agrees to it"),  # noqa: E501
    Meaning("referral.handback", "the responder cannot go on; care goes on until the opener confirms", "people decide by when"),  # noqa: E501
    Meaning("referral.handback_confirm", "the opener takes her back from a day", "the thread is over"),
    Meaning("referral.handback_reject", "the opener cannot take her back now", "care goes on where it is"),
    Meaning("referral.ended", "either side stops; never a reason. Stop of referral, information, identification, complaint and safety", "the thread is ended at once; help goes on; people look after her"),  # noqa: E501
    Meaning("return.request", "the country where she is: she wishes to go back; no name", "people of her country say whether they can assist"),  # noqa: E501
    Meaning("return.request_response", "her country can assist and names who would receive her, or cannot", "the assessments begin, or help goes on where she is"),  # noqa: E501
    Meaning("return.risk_request", "the opener asks what her country thinks of the risk", "a person there assesses it"),
    Meaning("return.risk_result", "either side: its assessment, with a person's overall word; a later one replaces it", "both word and day count for the plan; a bad one takes a plan with it and her agreement has to be asked anew"),  # noqa: E501
    Meaning("return.family_request", "the opener asks a social service to look for, assess or contact family", "nothing, where somebody of the family may be involved; else a social worker looks"),  # noqa: E501
    Meaning("return.family_result", "the responder: what was found", "`involvement` flags every person of the thread at once, and nobody contacts family"),  # noqa: E501
    Meaning("return.identity_request", "the opener asks her country to verify who she is, by the route she chose", "people verify; nothing is searched by a machine"),  # noqa: E501
    Meaning("return.identity_result", "the responder: confirmed, not confirmed, pending, or what more would help", "people go on; `pending` leaves the answer owed"),  # noqa: E501
    Meaning("return.decision", "either side: what its people decided", "the other side decides too; `do_not_proceed` takes a plan with it"),  # noqa: E501
    Meaning("return.traveldoc_status", "either side: where her travel document stands", "`refused` takes a plan with it"),  # noqa: E501
    Meaning("return.reintegration_plan", "the responder: what waits for her, agreed with her", "a plan may rest on it"),
    Meaning("return.travel_plan", "the opener, when every gate is clear: windows and roles; the rest is sealed", "people prepare her reception; a new plan replaces it"),  # noqa: E501
    Meaning("return.departure", "the opener, within an hour of the window: she left, or not", "a watch runs until she is heard of; not departed ends the plan"),  # noqa: E501
    Meaning("return.arrival", "the responder tells that she came or did not; the opener only what she herself confirmed", "a report ends its sender's watch only; `not arrived` calls people on both sides"),  # noqa: E501
    Meaning("return.failed", "either side: the way ended before its end", "people of both countries care for her where she is"),  # noqa: E501
    Meaning("return.assist_now", "either side: what she needs now", "whoever can reach her does it"),
    Meaning("return.take_back", "the opener takes her back", "every gate is asked again before another plan"),
    Meaning("return.way_ended", "either side: she is safe, or herself said that she goes on alone", "the opener's word closes; the responder's is a report"),  # noqa: E501
    Meaning("return.followup", "the responder, at 2 weeks, 1, 3, 6, 12 months (24 and 36 if wished): how she is", "people read it; not safe, or signs of trafficking, calls people"),  # noqa: E501
    Meaning("return.update", "either side: something changed; the responder may name another reception", "another reception or none takes a plan with it; she is asked again"),  # noqa: E501
    Meaning("return.close", "the opener, or once the opener told that it heard her itself the responder: how it ended", "the thread is over"),  # noqa: E501
    Meaning("return.stopped", "either side stops; never a reason. Stop of return and transit", "the thread is ended at once; help goes on; the opener cancels every transit of the same persons"),  # noqa: E501
    Meaning("transit.request", "the country she leaves asks one on the way for help; no name, no origin, no destination", "people say whether they can"),  # noqa: E501
    Meaning("transit.ack", "the responder can help and names a role to ask for, or cannot", "the plan may count on it, or another way is found"),  # noqa: E501
    Meaning("transit.arrange", "the opener: who meets her, sealed; her name only where an escort hands her over", "people prepare"),  # noqa: E501
    Meaning("transit.departure", "the opener: she has set out, or has not", "people expect her; `transit.confirm` is owed two hours after the window"),  # noqa: E501
    Meaning("transit.confirm", "the responder: she passed, or has not been seen", "`not seen` calls people; the watch goes on"),  # noqa: E501
    Meaning("transit.cancel", "the opener: she does not come this way; never a reason", "the thread is over"),
    Meaning("transit.stop", "the responder stops the way; never a reason", "the journey waits for a person at the opener"),  # noqa: E501
    Meaning("consent.assertion", "the opener: she was asked and agreed, to the plan or on the day of departure", "the plan, or the departure, may rest on it"),  # noqa: E501
    Meaning("consent.withdrawal", "whoever stated her consent: what she no longer permits; never a reason", "what rests on it ends at once; people erase or restrict and confirm", "erasure.confirm"),  # noqa: E501
    Meaning("erasure.request", "either side: erase these letters or levels of this person", "people erase item by item and confirm", "erasure.confirm"),  # noqa: E501
    Meaning("erasure.confirm", "the answer: each item erased, restricted or kept on a ground, and the countries that had it from the one who answers", "people tell her what is kept, on which ground and until when"),  # noqa: E501
    Meaning("info.request", "a country asks one question for one purpose", "people look; no node searches for a name. An answer goes at a time that follows from the request alone"),  # noqa: E501
    Meaning("info.response", "the responder: a code; `no_information_to_share` is the only negative one where another would tell that she is known", "people read it; a better one may come later"),  # noqa: E501
    Meaning("ident.support_request", "a country asks for help to identify; about a situation, naming nobody", "people say what they can give"),  # noqa: E501
    Meaning("ident.support_response", "the responder: what it can give, from when, and what its law says", "people read it"),  # noqa: E501
    Meaning("rectification", "either side: fields of an earlier letter of its own were wrong; the right values are sealed", "people apply it within the time, and the old value is shown no more"),  # noqa: E501
    Meaning("access.request", "either side, for her: what is held about this person on this thread", "people answer", "access.response"),  # noqa: E501
    Meaning("access.response", "the answer: each letter held, kept until when, and which countries had it from the one who answers", "it stands on her sheet"),  # noqa: E501
    Meaning("breach.notice", "either side, within 24 hours: these letters were exposed", "people protect her and tell her"),  # noqa: E501
    Meaning("complaint.open", "either side, for her, on a thread of its own that names the earlier one: a complaint or a review", "an independent body of the responder looks"),  # noqa: E501
    Meaning("complaint.answer", "the responder: what the independent body found and where she can go next", "people tell her"),  # noqa: E501
    Meaning("safety.alert", "either side: somebody is in immediate danger in the recipient's country; needs no consent", "people are called at once, the back-up after an hour, until somebody acknowledges"),  # noqa: E501
    Meaning("safety.medical", "either side: she cannot speak and is treated here; four fields, sealed", "people tell the clinic; called as for an alert"),  # noqa: E501
    Meaning("safety.update", "either side: what changed since the alert", "people read it at once"),
    Meaning("safety.acknowledged", "a person has the alert and says what happens now", "calling ends"),
    Meaning("safety.stand_down", "either side: the danger is over, or there was none", "calling ends"),
    Meaning("channel.hello", "the first control letter to a peer in a channel epoch", "after `restore` everything after `received` is released again"),  # noqa: E501
    Meaning("channel.heads", "once a day to each peer that was ever in contact", "a head that went back is an alarm, a tail that is lacking a gap"),  # noqa: E501
    Meaning("channel.resend", "a gap is two minutes old, then daily: these statements never came", "the same bytes again, a re-seal, or `channel.closed`", "channel.closed"),  # noqa: E501
    Meaning("channel.closed", "statements that were given up", "their gaps are closed; one that has arrived stays"),
    Meaning("letter.opened", "a person opened that letter; never once a stop of the thread is queued", "the letter is shown as opened"),  # noqa: E501
    Meaning("letter.refused", "a letter receipted as stored was refused when its turn came", "the sender undoes its act as on a receipt"),  # noqa: E501
    Meaning("safety.drill", "at most once a day, to see whether somebody there can unlock", "people are called as for a danger; only a person answers", "safety.drill_answer"),  # noqa: E501
    Meaning("safety.drill_answer", "a person answered, with the office vault open or not", "the promise to be on call is shown as tested"),  # noqa: E501
    Meaning("node.pull", "not in this version", "read and ignored"),
    Meaning("node.notice", "not in this version", "a task for the operator; changes nothing"),
    Meaning("directory.publish", "the sender's whole entry, again whenever it changed or was assured", "the highest serial is in force and is matched against"),  # noqa: E501
    Meaning("directory.challenge", "a service of the recipient's entry, or the whole, is not so", "a task for its coordinators; shown beside the entry"),  # noqa: E501
)
# fmt: on

MEANINGS: Final[dict[str, Meaning]] = {row.kind: row for row in _ROWS}
