"""One letter that breaks a rule, for each rule that a single letter shows; nobody is real, and all else in it is good.

A row: the kind, what is wrong in the frame, what in the body, and the status and reason of the receipt it gets.
"""

from collections.abc import Callable
from typing import Any, Final

from node.protocol.letters.codes import MALFORMED, REFUSED
from tests.dishonest import Dishonest

Frame = dict[str, Any]
Wrong = Callable[[Dishonest], Frame]


def asks(field: str) -> Wrong:
    """The frame of a question that names one field about her."""
    return lambda liar: {"disclosed": [liar.item(field)], "sealed_identity": liar.sealed()}


def agrees(**entry: Any) -> Wrong:
    """A frame with her consent, some of it otherwise."""
    return lambda liar: {"consent": [liar.consent(**entry)]}


ONE_LETTER: Final[dict[str, tuple[str, Wrong, dict[str, Any], tuple[int, int]]]] = {
    # rule  kind                    what is wrong                                  ... in the body      receipt
    "R01": ("referral.offer", lambda liar: {"consent": []}, {}, (REFUSED, 1)),
    "R02": ("safety.alert", lambda liar: {"consent": [liar.consent()], "lawful_basis": "vital_interests",
                                          "urgency": "urgent"}, {}, (REFUSED, 2)),
    "R03": ("ident.support_request", asks("given_name"), {}, (REFUSED, 3)),
    "R04": ("info.request", lambda liar: {"disclosed": []}, {}, (REFUSED, 4)),
    "R05": ("referral.offer", lambda liar: {}, {"trafficking_status": "actual"}, (MALFORMED, 0)),
    "R06": ("info.request", asks("cooperates_with_police"), {}, (REFUSED, 6)),
    "R07": ("info.request", asks("deportation_date"), {}, (REFUSED, 7)),
    "R11": ("info.request", asks("given_name"), {"purpose": "family_tracing", "consular": True}, (REFUSED, 11)),
    "R12": ("referral.offer", lambda liar: {}, {"age_band": "16-17", "treated_as_child": False}, (REFUSED, 12)),
    "R13": ("referral.offer", agrees(treated_as_child=True), {"age_band": "16-17", "treated_as_child": True},
            (REFUSED, 13)),
    "R17": ("return.request", lambda liar: {}, {"at_liberty": False}, (REFUSED, 17)),
    "R18": ("info.request", asks("criminal_record"), {}, (REFUSED, 18)),
    "R19": ("transit.request", lambda liar: {}, {"escorts": [{"role": "police"}]}, (MALFORMED, 0)),
    "R22": ("referral.offer", agrees(until=1), {}, (REFUSED, 22)),
    "R23": ("return.request", lambda liar: {}, {"alternatives_explained": False}, (REFUSED, 23)),
    "R29": ("safety.alert", lambda liar: {"lawful_basis": "vital_interests", "urgency": "urgent"},
            {"region": "Harbour.St.12"}, (REFUSED, 29)),
    "R30": ("info.request", asks("religion"), {}, (REFUSED, 30)),
    "R40": ("return.decision", lambda liar: {}, {"decided_by": "algorithm"}, (MALFORMED, 0)),
    "H01": ("referral.ended", lambda liar: {"body": {"reason": "asylum"}}, {}, (MALFORMED, 0)),
    "H04": ("transit.stop", lambda liar: {"sender_role": "responder"}, {"reason": "asylum"}, (MALFORMED, 0)),
    "H05": ("referral.offer", lambda liar: {"handling": ["victim_assistance_only"]}, {}, (REFUSED, 105)),
    "H07": ("return.way_ended", lambda liar: {}, {"how": "goes_on_alone", "confirmed_by_her": False}, (MALFORMED, 0)),
    "H09": ("referral.offer", lambda liar: {"consent": [], "lawful_basis": "public_task"}, {}, (REFUSED, 109)),
    "H10": ("return.request", agrees(basis="provisional", given_by="child_protection", treated_as_child=True,
                                     capacity="child_assent_recorded"),
            {"age_band": "16-17", "treated_as_child": True}, (REFUSED, 110)),
    "H11": ("referral.offer", agrees(safeguards_met=False, treated_as_child=True, given_by="guardian",
                                     capacity="child_assent_recorded"),
            {"age_band": "16-17", "treated_as_child": True}, (REFUSED, 111)),
    "H13": ("info.request", lambda liar: asks("given_name")(liar) | {"consent": [liar.consent(holder="cc" * 32)]}, {},
            (REFUSED, 113)),
    "H17": ("transit.request", lambda liar: {}, {"interpreters": [{
        "language": "ar", "dialect": [], "gender": "woman", "mode": "on_site", "payer": "responder",
        "comes_from": "family", "independent": True}]}, (REFUSED, 117)),
    "H22": ("safety.alert", lambda liar: {"lawful_basis": "vital_interests", "urgency": "routine"}, {}, (REFUSED, 122)),
    "H26": ("referral.offer", lambda liar: {}, {"dependants": ["0-5"]}, (REFUSED, 126)),
    "H27": ("referral.offer", agrees(given_by="guardian"), {}, (REFUSED, 127)),
    "H28": ("referral.offer", lambda liar: {}, {"needs": ["obstetric"]}, (REFUSED, 128)),
    "H31": ("info.request", asks("given_name"), {"counsel_heard": False}, (REFUSED, 131)),
    "H33": ("referral.offer", lambda liar: {}, {"group": "17"}, (MALFORMED, 0)),
    "H35": ("safety.alert", lambda liar: {"lawful_basis": "vital_interests", "urgency": "urgent",
                                          "disclosed": [liar.item("safe_contact")],
                                          "sealed_identity": liar.sealed("ee" * 32)},
            {"about": "another_person"}, (REFUSED, 135)),
}  # fmt: skip
