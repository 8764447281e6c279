"""Codes as words: what a person reads for every code of a letter, a state, a task or a field.

A code without a word of its own reads as it is spelt. All of them are in the catalogues of every language.
"""

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from node.web.language import Speech


def N_(text: str) -> str:
    """Mark a sentence for the catalogues; it is translated where it is shown."""
    return text


def word(speech: "Speech", code: str, of: str = "") -> str:
    """What a code is called in a language; `of` is the field it stands in, where the same code means several things."""
    return speech.say(english(code, of))


def english(code: str, of: str = "") -> str:
    """What a code is called in English: its own word, or itself spelt out."""
    own = WORDS.get(f"{of}={code}") or WORDS.get(code)
    if own is not None:
        return own
    spelt = code if code[:1].isdigit() else code.replace("-", " ").replace(".", ": ")
    spelt = spelt.replace("_", " ")
    return spelt[:1].upper() + spelt[1:]


WORDS: Final[dict[str, str]] = {
    # --- fields: how a page asks for them; `a.b` is field b of group a ---
    "organisation.id": N_("Organisation that will care for her (its code in your directory)"),
    "organisation.type": N_("What kind of organisation"),
    "contact_role": N_("Who is to be contacted (a role, never a name)"),
    "services": N_("Services (their codes in your directory)"),
    "needs": N_("What she needs"),
    "urgency": N_("How fast"),
    "reason": N_("Why"),
    "partial": N_("Is something that was asked for not among it?"),
    "start_not_before": N_("Earliest day she can come"),
    "retention_days": N_("Days you keep it after the end"),
    "meeting_modes": N_("How she can be met"),
    "age_band": N_("Age"),
    "age_in_doubt": N_("Is her age in doubt?"),
    "interpreter": N_("Does she need an interpreter?"),
    "region": N_("Part of the country she wishes (code such as XA-01)"),
    "earliest_date": N_("Not before"),
    "alternatives": N_("Who else could be asked"),
    "retry_after": N_("Ask us again after"),
    "complete": N_("Is this all that will be sent?"),
    "treated_as_child": N_("Treated as a child"),
    # --- codes that mean something else in another field: `field=code` ---
    "interpreter=none": N_("Nobody, we share a language"),
    "interpreter=independent": N_("An independent interpreter"),
    "state=none": N_("Nothing sent yet"),
    # --- states ---
    "offered": N_("Offered, waits for an answer"),
    "info_requested": N_("A question was asked"),
    "accepted": N_("Accepted"),
    "accepted_in_part": N_("Accepted in part"),
    "disclosed": N_("Accepted, names sent"),
    "in_progress": N_("She has arrived"),
    # --- letters ---
    "referral.offer": N_("Offer of a person"),
    "referral.info_request": N_("Question before deciding"),
    "referral.info": N_("Answer to a question"),
    "referral.accept": N_("Acceptance"),
    "referral.decline": N_("Decline"),
    "referral.disclose": N_("Names and what was asked for"),
    "referral.arrange": N_("Journey arranged"),
    "referral.arrived": N_("Arrival"),
    "referral.update": N_("How it goes"),
    "referral.complete": N_("Completion"),
    "referral.ended": N_("Ended"),
    "referral.change": N_("Change of what was accepted"),
    "referral.handback": N_("Request to take her back"),
    "consent.withdrawal": N_("She took her consent back"),
    "erasure.request": N_("Request to erase"),
    "erasure.confirm": N_("Erasure confirmed"),
    # --- codes whose spelling is not how people say it ---
    "woman": N_("Woman"),
    "man": N_("Man"),
    "not_stated": N_("Not stated"),
    "routine": N_("Within two weeks"),
    "priority": N_("Within three days"),
    "urgent": N_("Within 24 hours"),
    "life_threat": N_("Life in danger"),
    "AdditionalServicesRequired": N_("More help is needed than we have"),
    "MigrationOrChangeOfLocation": N_("She moves, or wishes to move"),
    "L1": N_("Needs and age, without a name"),
    "L2": N_("Support plan and health needs"),
    "L3": N_("Name, contact and papers"),
    "L4": N_("What she told, and medical papers"),
}
