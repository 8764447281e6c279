"""Where R20-R40 hold: rows only; `place` says how to read them."""

from node.places.place import Places

CONSENT_AND_CONDUCT: dict[str, Places] = {
    "R20": Places(
        sender=(
            "protocol.cases.return_changes: take_back_wish",
            "protocol.consent.faults: _withdrawn",
            "protocol.consent.scope: withdraw",
            "protocol.gate.consent: _standing withdrawn",
            "protocol.gate.information: answered_while_she_agrees",
            "protocol.gate.ten_gates: wish_fault",
            "service.threads.reading: _options",
            "service.threads.ending: end_by_gate",
            "service.threads.waiting_withdrawals: stop_after_withdrawal",
            "service.threads.withdrawals: _tell _withdraw",
        ),
        receiver=(
            "service.rights.erasures: _came_under_what_she_took_back may_open_kept",
            "service.threads.effects: _withdrawn",
            "service.threads.erasure: erase_confirmed",
        ),
        both=(
            "protocol.gate.shown: _consent concerned_by",
            "protocol.gate.shown_information: answered_without_her",
            "protocol.gate.shown_return: _still_wished",
            "protocol.letters.bodies: WithdrawalBody",
            "protocol.threads.machine: RIGHTS",
        ),
    ),
    "R21": Places(
        sender=(
            "protocol.cases.return_changes: take_back_wish",
            "protocol.consent.scope: withdraw",
        ),
        receiver=("service.threads.effects: _stopped",),
    ),
    "R22": Places(
        sender=(
            "protocol.cases.return_changes: ask_on_the_day",
            "protocol.consent.faults: _not_in_time _too_long",
            "protocol.gate.consent: _standing",
            "protocol.gate.returns: _on_the_day",
            "protocol.gate.ten_gates: _g1",
            "service.cases.consents: _record",
            "service.scans.keeping: _attach",
        ),
        both=(
            "protocol.gate.shown: _entry her_end",
            "protocol.gate.shown_information: answered_without_her",
            "protocol.departure_gates: asked_again",
            "protocol.return_gates: agreed results_known",
        ),
    ),
    "R23": Places(
        sender=("protocol.consent.faults: _not_in_her_language _not_informed",),
        both=(
            "protocol.gate.shown: _entry",
            "protocol.gate.shown_return: _agreement _wish",
        ),
    ),
    "R24": Places(
        sender=(
            "service.paper.journey: journey_card",
            "protocol.cases.changes: two_people",
            "protocol.cases.return_changes: approve plan_journey",
            "protocol.gate.returns: _as_approved",
            "protocol.gate.ten_gates: _g10",
            "service.cases.case_notes: open_notes",
            "service.cases.consent_talks: open_talk",
            "service.cases.cases: read_names",
            "service.cases.confirming: _decide",
            "service.cases.proposals: propose refuse",
            "service.cases.identity: must_hold",
            "service.returns.alarms: open_place",
            "service.returns.plans: approve_plan",
            "service.rights.corrections: _correct",
            "service.safety.alerts: _values",
            "service.scans.keeping: open_scan",
            "service.staff.locks: open_names",
            "service.staff.people: give_office",
            "service.staff.tokens: make_token",
            "service.threads.acts: _opened_identity",
            "service.threads.desk: task_done",
            "service.threads.opening: begin",
            "service.upkeep.office_change: _must_be_here change_office",
        ),
        receiver=(
            "protocol.gate.desk: may_open_identity",
            "service.threads.corrected: _over put_right",
            "service.threads.reading: _alarm _open_identity",
        ),
    ),
    "R25": Places(
        sender=(
            "protocol.cases.keep_changes: close_case hold_for_law lift_hold reopen_case",
            "service.information.answers: _objections",
            "service.keep.erasing: _ask _check _decide _must_be_over",
            "service.scans.keeping: remove_scan",
            "service.threads.times: _times",
        ),
        receiver=(
            "service.rights.erasures: refuse_while_held",
            "service.delivery.take: _store hold_control",
            "service.keep.dates: _ended_at",
        ),
        both=(
            "protocol.retention: bounded",
            "service.keep.erasing: erase_here",
            "service.keep.one_person: forget_person",
            "service.keep.sweep: _case_goes _certified _count _evidence",
            "service.upkeep.sweeps: retention",
        ),
    ),
    "R26": Places(
        sender=(
            "protocol.cases.changes: open_thread",
            "protocol.consent.scope: note_asserted",
            "protocol.gate.consent: tokens",
            "service.threads.opening: _may_begin",
        ),
        both=(
            "protocol.gate.shown: _consent",
            "protocol.gate.shown_safety: _alert",
            "protocol.letters.fields: FORBIDDEN_WORDS forbidding_rule",
        ),
    ),
    "R27": Places(
        sender=(
            "protocol.gate.information: may_be_confirmed",
            "service.information.answers: _none_is_closed still_confirmed",
            "service.information.looked: answer",
            "protocol.threads.machine: _stop_refused",
            "service.information.answers: FoundNothing _answer _her_case _noted",
            "service.information.neutral: send_neutral",
        ),
        both=(
            "protocol.information: of_this_purpose",
            "protocol.letters.bodies_information: AskAnswerBody",
            "protocol.letters.codes_information: answers_to",
        ),
    ),
    "R28": Places(
        sender=(
            "protocol.gate.identity: onward",
            "service.rights.erasures: _queue_request must_name_onward",
            "service.rights.onward: onward_files",
        ),
        receiver=("service.rights.onward: passed_on",),
        both=(
            "protocol.gate.shown_frame: FORBIDS missing_marks",
            "protocol.letters.bodies: ErasureConfirmBody",
            "protocol.letters.bodies_rights: AccessResponseBody",
            "protocol.referral: for_this_organisation",
        ),
    ),
    "R29": Places(
        sender=(
            "protocol.directory.entry: _an_address objections",
            "service.cases.identity: write_identity",
            "service.directory.writing: _must_be_no_address",
        ),
        receiver=("service.directory.views: ServiceView",),
        both=(
            "protocol.gate.shown_return: region_only",
            "protocol.gate.shown_safety: objections",
            "protocol.letters.fields: FORBIDDEN_WORDS forbidding_rule",
        ),
    ),
    "R30": Places(
        both=(
            "protocol.letters.bodies: DeclineBody",
            "protocol.letters.fields: FORBIDDEN_WORDS forbidding_rule",
        ),
    ),
    "R31": Places(
        sender=(
            "protocol.cases.return_changes: halt",
            "protocol.gate.gate: at_control",
            "protocol.gate.guards: stopped",
            "protocol.gate.returns: returning",
            "service.returns.halting: halt_return",
        ),
        receiver=("protocol.threads.receiving: _after_stop", "service.threads.effects: _stopped"),
        both=("protocol.matter: OVER_RULE",),
    ),
    "R32": Places(
        sender=(
            "protocol.cases.return_changes: end_alarm raise_alarm",
            "protocol.cases.without: check_nobody_waits",
            "service.returns.overdue: arrival_overdue",
            "service.returns.watch: _arrival",
            "service.safety.alarms: thread_is_quiet",
            "service.threads.desk: task_done",
        ),
        receiver=("service.safety.arrivals: _is_theirs",),
        both=(
            "protocol.referral: window_is_near",
            "protocol.return_gates: missed_soon she_confirmed",
            "protocol.threads.arrival: _stopped_for_us",
            "protocol.transit: passes_soon",
        ),
    ),
    "R33": Places(
        sender=(
            "service.rights.breach: _report",
            "service.rights.complaints: _answer",
            "service.rights.corrections: _wrong_letter",
            "service.rights.sheet: _shown",
        ),
        receiver=("service.threads.corrected: laid_over",),
        both=(
            "protocol.gate.shown_information: _complaint _correction about_questions",
            "protocol.threads.fold: _corrects_something",
            "protocol.threads.machine: RIGHTS",
        ),
    ),
    "R34": Places(
        sender=(
            "protocol.cases.return_changes: record_proceedings",
            "protocol.gate.ten_gates: _g5",
        ),
    ),
    "R35": Places(
        sender=(
            "protocol.statistics.people: YearStatistics",
            "protocol.statistics.suppression: suppress",
            "service.statistics.yearly: _make",
        ),
    ),
    "R36": Places(
        sender=(
            "protocol.gate.gate: audit_of",
            "service.cases.acts: _facts",
            "service.threads.decided: _allowed",
        ),
        receiver=("service.delivery.take: _refused take_letter",),
    ),
    "R37": Places(
        both=(
            "protocol.letters.decode: _kind _typed",
            "protocol.letters.parts: Part",
            "protocol.matter: UNKNOWN_RULE",
        ),
    ),
    "R38": Places(
        both=(
            "api.problems: problem_of",
            "log: _keep_safe_fields",
            "protocol.gate.gate: audit_of",
            "protocol.letters.decode: _path",
        ),
    ),
    "R39": Places(
        sender=(
            "protocol.gate.gate: at_control",
            "protocol.gate.guards: recipient_status registry_freshness",
            "protocol.gate.ways_out: _abroad",
            "service.delivery.readmitted: confirm word_missing",
            "service.network.disowned: forget_disowned",
            "service.network.old_registry: _must_be_of_use decide_old_send propose_old_send",
            "service.threads.decided: _must_not_queue",
        ),
        receiver=("protocol.gate.gate: takes_effect",),
    ),
    "R40": Places(
        sender=(
            "protocol.cases.changes_children: decide_best_interests",
            "protocol.cases.return_changes: assess_risk",
            "protocol.gate.guards: decided_by_a_person",
            "protocol.gate.information: answered_by_a_person",
            "service.cases.cases: _change",
        ),
        both=(
            "protocol.letters.bodies_return: RiskResultBody",
            "protocol.return_gates: both_decided",
            "protocol.threads.machine: _entered",
        ),
    ),
}
