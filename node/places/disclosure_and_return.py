"""Where R01-R19 hold: rows only; `place` says how to read them."""

from node.places.place import Places

DISCLOSURE_AND_RETURN: dict[str, Places] = {
    "R01": Places(
        sender=(
            "protocol.consent.scope: assertion",
            "protocol.gate.consent: _another_purpose _entry_covered _nobody_asked _record_objections consent_covers",
            "protocol.gate.identity: exclusions home_region",
            "protocol.gate.information: may_be_confirmed",
            "protocol.gate.ten_gates: _g1",
            "protocol.gate.ways_out: _abroad _consent",
            "service.threads.drafting: _choose",
        ),
        both=(
            "protocol.gate.shown: _consent _entry _item",
            "protocol.gate.shown_return: _family",
        ),
    ),
    "R02": Places(
        sender=(
            "protocol.gate.guards_safety: alert",
            "service.safety.following: _review",
        ),
        receiver=("service.safety.arrivals: _is_theirs",),
        both=("protocol.gate.shown_safety: _alert _frame objections", "protocol.safety: _rows"),
    ),
    "R03": Places(
        sender=("service.threads.opening: _listed",),
        both=(
            "protocol.gate.shown: _first_contact _free_codes",
            "protocol.gate.shown_information: _names_nobody",
            "protocol.referral: without_identity",
        ),
    ),
    "R04": Places(
        sender=(
            "protocol.gate.identity: eyes_only",
            "service.rights.corrections: _values",
            "service.threads.drafting: item_of",
            "service.threads.taking_back: never_asked without_the_needless",
        ),
        receiver=(
            "protocol.gate.desk: may_open_report",
            "service.threads.reading: _for_their_eyes _open_identity",
        ),
        both=(
            "protocol.gate.shown: _before_acceptance _disclosed _field_refused _item",
            "protocol.gate.shown_information: _question beyond_the_question",
            "protocol.matter: Matter",
            "protocol.referral: only_data_needed without_identity",
            "protocol.return_gates: identity_was_asked",
            "protocol.threads.fold: _corrects_something",
            "protocol.transit: name_at_hand_over",
        ),
    ),
    "R05": Places(
        sender=("protocol.gate.guards: presumed_is_enough",),
        both=("protocol.letters.bodies: OfferBody",),
    ),
    "R06": Places(
        both=("protocol.letters.fields: FORBIDDEN_WORDS forbidding_rule",),
    ),
    "R07": Places(
        sender=(
            "protocol.cases.return_changes: begin_return end_return record_wish",
            "protocol.gate.returns: _no_plan",
            "protocol.gate.ten_gates: wish_fault",
        ),
        both=(
            "protocol.letters.bodies_return: ReturnRequestBody",
            "protocol.letters.fields: FORBIDDEN_WORDS forbidding_rule",
        ),
    ),
    "R08": Places(
        sender=(
            "protocol.cases.return_changes: _each_domain_once assess_risk call_assessor",
            "protocol.gate.ten_gates: _g2 _g7 _g8 _no_second_author _old _refused",
        ),
        both=(
            "protocol.return_gates: identity_settled no_document reception_named reintegration_there risk_of_day",
            "protocol.departure_gates: document_still_valid risk_still_known",
            "protocol.return_gates: risk_assessed worth_deciding",
        ),
    ),
    "R09": Places(
        sender=(
            "protocol.cases.return_changes: begin_return set_recovery waive_recovery",
            "protocol.gate.ten_gates: _g3",
        ),
        both=(
            "protocol.gate.shown_return: about_returns",
            "protocol.letters.bodies_return: TravelPlanBody",
        ),
    ),
    "R10": Places(
        sender=(
            "protocol.cases.changes: set_protection",
            "protocol.gate.guards: asylum",
            "protocol.gate.information: may_be_confirmed",
            "protocol.gate.after_stop: silent",
            "protocol.gate.ten_gates: _g4",
            "protocol.gate.ways_out: _closed",
            "service.directory.asking: _must_not_hear",
            "service.safety.listing: _is_closed",
            "service.threads.ladder: _stays_quiet",
            "service.threads.phoning: CLOSED not_to_be_phoned",
            "service.threads.waiting_withdrawals: KEPT_HERE",
        ),
        receiver=("protocol.gate.desk: holds",),
        both=("protocol.letters.fields: FORBIDDEN_WORDS forbidding_rule",),
    ),
    "R11": Places(
        sender=(
            "protocol.consent.faults: _recipient_nobody_may_be",
            "protocol.gate.consent: _record_objections",
            "protocol.gate.context: another_route for_the_consulate_alone",
            "protocol.gate.identity: embassies",
            "protocol.gate.information: consulate",
        ),
        both=(
            "protocol.gate.shown_information: _question",
            "protocol.letters.bodies_return: IdentityRequestBody",
        ),
    ),
    "R12": Places(
        sender=(
            "protocol.cases.changes: doubt_age settle_age",
            "protocol.cases.changes_life: set_majority",
            "protocol.gate.guards: children",
        ),
        receiver=(
            "protocol.gate.desk: holds",
            "service.delivery.take: _intake",
        ),
        both=(
            "protocol.gate.shown: _first_contact",
            "protocol.gate.shown_once: said_before",
            "protocol.return_gates: requested",
        ),
    ),
    "R13": Places(
        sender=(
            "protocol.consent.faults: _child",
            "protocol.consent.guardians: guardian_fault",
        ),
        both=("protocol.gate.shown: _entry",),
    ),
    "R14": Places(
        sender=(
            "protocol.cases.changes_children: assess_family confirm_caregiver decide_best_interests",
            "protocol.cases.safeguards: _best_interests _received",
            "protocol.gate.people: decided_for_a_child",
            "protocol.gate.ten_gates: _g6",
        ),
        both=("protocol.departure_gates: care_still_there", "protocol.return_gates: child_is_expected nobody_cares"),
    ),
    "R15": Places(
        sender=(
            "protocol.cases.changes_children: clear_family suspect_family",
            "protocol.cases.safeguards: _received _suspected",
            "protocol.gate.information: may_be_confirmed",
            "protocol.gate.people: family",
        ),
        receiver=(
            "protocol.gate.desk: holds",
            "service.cases.family_found: family_found",
        ),
        both=(
            "protocol.gate.shown_information: _question",
            "protocol.gate.shown_return: _family",
            "protocol.return_gates: family_not_involved family_was_asked",
        ),
    ),
    "R16": Places(
        sender=(
            "protocol.cases.changes_children: family_may_know",
            "protocol.cases.safeguards: family_may_be_told",
            "protocol.gate.people: family_told",
        ),
        both=("protocol.gate.shown_return: _family",),
    ),
    "R17": Places(
        sender=(
            "protocol.cases.changes: end_detention place_in_detention",
            "protocol.cases.return_changes: request_release",
            "protocol.gate.ten_gates: _g9",
        ),
        receiver=("protocol.gate.desk: holds",),
        both=("protocol.gate.shown_return: _wish",),
    ),
    "R18": Places(
        sender=("service.cases.identity: write_identity",),
        both=("protocol.letters.fields: FORBIDDEN_WORDS forbidding_rule",),
    ),
    "R19": Places(
        sender=(
            "protocol.consent.faults: _recipient_nobody_may_be",
            "protocol.gate.identity: office",
        ),
        both=(
            "protocol.gate.shown_frame: FORBIDS missing_marks",
            "protocol.letters.bodies_logistics: Escort",
            "protocol.letters.parts: Organisation",
        ),
    ),
}
