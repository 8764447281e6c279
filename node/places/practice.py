"""Where the rules of practice hold (H01-H35): rows only; `place` says how to read them."""

from node.places.place import Places

PRACTICE: dict[str, Places] = {
    "H01": Places(
        sender=(
            "protocol.cases.changes: suppress_stop",
            "protocol.gate.after_stop: silent",
            "protocol.letters.frame: make_stop",
            "protocol.threads.machine: _closed _stop_refused",
            "service.delivery.again: prepared_again",
            "service.delivery.numbering: numbered",
            "service.returns.transits: _cancel",
            "service.threads.acts: stop_thread",
            "service.threads.blocks: stop_blocked_threads",
            "service.threads.done_here: done_here",
            "service.threads.ending: end_by_gate end_contact end_if_about_ended",
            "service.threads.stops: end_unheard",
        ),
        both=(
            "protocol.letters.decode: decode",
            "protocol.letters.frame: check_stop_shape",
            "protocol.threads.machine: allowed",
        ),
    ),
    "H02": Places(
        sender=(
            "protocol.gate.consent: withdrawn",
            "protocol.gate.gate: _objections at_control",
            "protocol.rule: precedence",
            "service.threads.acts: _nobody_on_the_way",
            "service.threads.waiting_withdrawals: stop_after_withdrawal",
        ),
        receiver=(
            "protocol.gate.desk: holds",
            "service.delivery.take: _after_erasure",
        ),
        both=("protocol.on_the_way: is_moving",),
    ),
    "H03": Places(
        sender=(
            "protocol.cases.case: asylum_blocks countries_unknown",
            "protocol.cases.changes: lift_asylum_block set_tie take_back_lift",
            "protocol.gate.guards: asylum",
            "protocol.gate.ten_gates: _g4",
            "protocol.gate.ways_out: _closed",
            "service.cases.proposals: take_back",
            "service.directory.asking: _must_not_hear",
            "service.threads.waiting_withdrawals: KEPT_HERE",
        ),
    ),
    "H04": Places(
        sender=(
            "protocol.cases.return_changes: go_on_after_transit hold_for_transit",
            "protocol.gate.information: may_be_confirmed",
            "protocol.gate.way_stopped: contact_waits way_stopped",
            "service.threads.ladder: _stays_quiet",
            "protocol.gate.ways_out: _abroad",
        ),
        receiver=(
            "service.returns.transits: transit_stopped",
            "service.threads.effects: _transit_stopped",
        ),
        both=(
            "protocol.letters.bodies_way: NothingBody",
            "protocol.letters.decode: decode",
            "protocol.letters.frame: check_bare_shape",
        ),
    ),
    "H05": Places(
        sender=(
            "protocol.cases.changes: answer_first_intake block_countries unblock_country",
            "protocol.gate.guards: named_countries",
            "protocol.gate.information: may_be_confirmed",
            "protocol.gate.ways_out: _abroad _closed",
            "service.threads.waiting_withdrawals: KEPT_HERE",
        ),
        receiver=(
            "protocol.gate.desk: holds",
            "service.delivery.take: _begun _desk_hold",
        ),
        both=("protocol.gate.shown_frame: FORBIDS missing_marks",),
    ),
    "H06": Places(
        sender=(
            "protocol.cases.return_changes: note_alarm_step",
            "protocol.gate.guards_safety: alert",
            "service.returns.watch: settle",
            "service.safety.alerts: _needs_second",
        ),
    ),
    "H07": Places(
        sender=(
            "protocol.cases.care_changes: _done end_care",
            "protocol.cases.without: check_nobody_waits",
            "service.returns.alarms: write_place",
            "service.returns.watch: _care",
        ),
        both=(
            "protocol.danger_told: tells_of_danger",
            "protocol.letters.bodies_way: AssistNowBody",
            "protocol.threads.arrival: _stopped_for_us on_the_way",
        ),
    ),
    "H08": Places(
        sender=(
            "protocol.gate.guards: restored",
            "protocol.gate.ways_out: _of_everything",
            "service.keep.again: _in_order erase_again",
            "service.keep.replay: erase_what_lost_its_key replay",
            "service.keep.replay_cases: _erased_case _erased_letter _kept _stopped _taken_back",
            "service.keep.replay_staff: _distrusted _new_password _passkey_ended _shut_out _step_ended _token_ended",
            "service.keep.restored: _answer answer_for_case",
            "service.upkeep.restore: begin_new_epoch",
        ),
    ),
    "H09": Places(
        both=("protocol.gate.shown: _consent",),
    ),
    "H10": Places(
        sender=(
            "protocol.cases.changes_life: _guardians_anew",
            "protocol.consent.faults: _provisional _who_gave_it",
            "service.cases.consents: second_consent",
        ),
        both=(
            "protocol.gate.shown: _entry",
            "protocol.gate.shown_once: said_before",
        ),
    ),
    "H11": Places(
        sender=(
            "protocol.cases.changes: check_guardian record_guardian",
            "protocol.consent.guardians: given_by_another guardian_fault",
        ),
        both=("protocol.gate.shown: _entry",),
    ),
    "H12": Places(
        sender=(
            "protocol.cases.changes_children: confirm_other_care decide_no_contact decide_tracing reopen_contact",
            "protocol.cases.safeguards: _received _tracing",
            "protocol.gate.people: decided_for_a_child family",
            "protocol.gate.ten_gates: _g6",
        ),
        both=(
            "protocol.gate.shown_return: _family",
            "protocol.return_gates: child_is_expected",
        ),
    ),
    "H13": Places(
        sender=(
            "protocol.consent.faults: _no_holder_named",
            "protocol.gate.identity: office",
            "service.rights.corrections: _sealed",
            "service.safety.sealing: _office",
            "service.threads.drafting: _holder office_public",
            "service.upkeep.office_change: change_office",
        ),
        receiver=("service.cases.identity: open_block_of",),
        both=(
            "protocol.gate.shown: _item",
            "protocol.gate.shown_information: _correction",
            "registry.admission: check_office_keys",
        ),
    ),
    "H14": Places(
        sender=(
            "protocol.cases.changes: distrust lift_distrust",
            "protocol.gate.identity: distrust",
            "protocol.gate.information: may_be_confirmed",
            "protocol.gate.ways_out: _abroad",
            "service.access: is_theirs",
            "service.cases.assigning: give",
            "service.safety.concerns: raise_concern sign",
            "service.safety.distrusting: _not_ours decide_distrust propose_distrust",
        ),
        receiver=("protocol.gate.desk: holds",),
    ),
    "H15": Places(
        sender=(
            "protocol.gate.gate: at_drafting",
            "protocol.gate.ways_out: may_leave",
            "service.paper.consent_page: consent_page",
            "service.paper.journey: journey_card",
            "service.paper.printing: given_on_paper",
            "service.paper.referral: referral_on_paper",
            "service.paper.release: release_paper",
            "service.way_out: _noted judge",
        ),
    ),
    "H16": Places(
        sender=(
            "service.threads.longer_withdrawals: _wait",
            "service.threads.waiting_withdrawals: end_held_withdrawal stop_after_withdrawal",
        ),
    ),
    "H17": Places(
        sender=(
            "protocol.cases.changes: clear_coercion suspect_coercion",
            "protocol.consent.faults: _interpreter_not_independent _nobody_heard_it _not_spoken_to_alone",
            "protocol.gate.guards: coercion",
            "protocol.gate.information: may_be_confirmed",
            "protocol.gate.ways_out: _of_everything",
            "service.cases.consent_talks: must_name_a_witness",
        ),
        receiver=("protocol.gate.desk: holds",),
        both=(
            "protocol.gate.shown: _entry",
            "protocol.gate.shown_logistics: about_interpreters",
            "protocol.gate.shown_return: _agreement _wish",
            "protocol.letters.bodies_logistics: Interpreter",
        ),
    ),
    "H18": Places(
        sender=(
            "protocol.cases.journey_card: told_by",
            "protocol.cases.paper: what_she_takes",
            "service.paper.journey: _must_be_neutral",
            "service.paper.printing: mark",
            "service.rights.cards: _check _record _take record_call",
            "service.rights.sheet: _as_she_decided",
        ),
    ),
    "H19": Places(
        sender=(
            "protocol.cases.her_word: hear_her",
            "protocol.cases.return_changes: settle_alarm",
            "protocol.gate.returns: her_word",
            "service.returns.watch: _condition _is_settled",
        ),
        receiver=(
            "service.returns.overdue: condition_told",
            "service.delivery.take: _after_erasure",
            "service.returns.told: she_is_told_of",
        ),
        both=(
            "protocol.danger_told: tells_of_danger",
            "protocol.letters.bodies: ArrivedBody",
            "protocol.letters.bodies_way: ReturnArrivalBody",
            "protocol.return_gates: her_own_word she_confirmed",
            "protocol.threads.arrival: on_the_way",
        ),
    ),
    "H20": Places(
        sender=("service.safety.requests: SendMedical",),
        both=("protocol.gate.shown_safety: _medical", "protocol.safety: _rows"),
    ),
    "H21": Places(
        sender=(
            "service.directory.publishing: _promises_no_more",
            "service.safety.on_call: answer_drill drill_answered",
        ),
    ),
    "H22": Places(
        sender=(
            "protocol.directory.entry: objections",
            "protocol.gate.gate: _objections",
            "protocol.gate.guards: clock_set_back registry_freshness",
            "service.delivery.again: prepared_again",
            "service.evidence.silence: _silence",
            "service.safety.alarms: climb",
        ),
        receiver=("service.delivery.judge: _of_a_time_to_come",),
        both=(
            "protocol.gate.shown_safety: _frame",
            "protocol.threads.deadlines: Reply",
            "protocol.threads.fold: back_in_time",
            "protocol.threads.receiving: _of_long_ago",
        ),
    ),
    "H23": Places(
        sender=(
            "protocol.cases.return_changes: _ready_to_go_alone call_assessor choose_alternative",
            "protocol.gate.returns: _goes_on_her_own",
            "protocol.gate.ten_gates: _g2 _no_second_author may_stand_in",
        ),
        both=("protocol.return_gates: from_the_origin",),
    ),
    "H24": Places(
        sender=(
            "protocol.cases.return_changes: record_proceedings",
            "protocol.gate.ten_gates: _g5",
        ),
    ),
    "H25": Places(
        sender=(
            "protocol.cases.return_changes: ask_after_detention request_release",
            "protocol.gate.detention: detained",
            "protocol.gate.ten_gates: _g9",
            "service.returns.calling: watch_detention",
        ),
        receiver=("protocol.gate.desk: holds",),
        both=(
            "protocol.gate.shown_return: _detained",
            "protocol.return_gates: asked_since_her_release",
        ),
    ),
    "H26": Places(
        sender=(
            "protocol.cases.changes: add_person",
            "protocol.cases.changes_children: check_custody",
            "protocol.cases.return_changes: _row begin_return",
            "protocol.cases.safeguards: custody_is_clear",
            "protocol.consent.scope: assertion",
            "protocol.gate.consent: everybody_asked",
            "protocol.gate.people: custody history",
            "protocol.gate.returns: returning",
            "protocol.gate.ten_gates: _g6",
            "protocol.gate.ways_out: _of_everything",
            "service.cases.cases: _added create_case",
            "service.cases.consents: _record",
            "service.keep.erasing: _check",
            "service.rights.cards: _asked",
            "service.rights.corrections: _values",
            "service.threads.drafting: disclose persons_of",
            "service.threads.opening: _body",
        ),
        both=(
            "protocol.gate.shown: _accepted _first_contact _item",
            "protocol.gate.shown_once: nobody_new",
            "protocol.gate.shown_return: _everybody _rows",
            "protocol.gate.shown_safety: _medical _sealed",
        ),
    ),
    "H27": Places(
        sender=(
            "protocol.cases.changes_life: set_majority",
            "protocol.cases.coming_of_age: fall_due",
            "protocol.consent.faults: _who_gave_it",
            "protocol.gate.consent: majority",
        ),
        both=("protocol.gate.shown: _entry",),
    ),
    "H28": Places(
        both=("protocol.gate.shown: _first_contact _item",),
    ),
    "H29": Places(
        sender=(
            "protocol.cases.disappearance: _changed record_disappearance",
            "protocol.gate.guards_safety: _feared_taken disappeared",
            "protocol.gate.information: may_be_confirmed",
        ),
    ),
    "H30": Places(
        sender=(
            "protocol.cases.changes_life: _life add_birth capacity_regained death_in_error note_refused record_death",
            "protocol.cases.changes_life: record_incapacity register_birth",
            "protocol.cases.safeguards: birth_is_settled is_frozen newborn_is_seen_to",
            "protocol.consent.earlier_wishes: _hold",
            "protocol.gate.information: may_be_confirmed",
            "protocol.gate.people: frozen newborns",
        ),
    ),
    "H31": Places(
        sender=(
            "protocol.cases.changes: set_tie",
            "protocol.cases.changes_life: lawyer_looked",
            "protocol.cases.safeguards: state_may_be_asked",
            "protocol.gate.guards: asylum",
            "protocol.gate.people: asked_of_a_state",
            "service.threads.warnings: _without_nationality",
        ),
        receiver=("protocol.gate.desk: holds",),
        both=("protocol.gate.shown_information: _unadvised",),
    ),
    "H32": Places(
        sender=("service.safety.off_network: confirm_contact record_contact",),
    ),
    "H33": Places(
        sender=(
            "protocol.cases.changes_life: group_wish join_group",
            "protocol.consent.faults: _not_alone_in_a_group",
            "protocol.gate.people: history",
            "service.cases.groups: _join apart_warnings",
        ),
        both=("protocol.gate.shown: _entry",),
    ),
    "H34": Places(
        sender=(
            "protocol.cases.keep_changes: end_her_request keep_at_her_request",
            "protocol.retention: case_due",
            "service.keep.erasing: _check",
        ),
    ),
    "H35": Places(
        sender=(
            "protocol.gate.guards_safety: alert",
            "service.safety.alerts: confirm_alert",
        ),
        receiver=("service.delivery.take: _shown",),
        both=("protocol.gate.shown_safety: _alert _frame _of_another to_civil_society",),
    ),
}
