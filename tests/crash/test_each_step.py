"""A kill at any step that is one transaction leaves nothing of it, or all of it: see `tests.crash.at_each_step`.

Each step has a story: the test of it that comes to the step soonest. Every other kill of these tests is of a node that
serves, between steps that follow each other. In the same stories commands are asked for a second time, as by somebody
who heard nothing of the first: see `tests.crash.asked_again`. Source: issue 2, crash tests; style, durable steps.
"""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.crash import at_each_step
from tests.crash.commands import COMMANDS, by_story

ROOT = Path(__file__).resolve().parents[2]
PARTS = 2  # each reads the program in once

STORIES: dict[str, dict[str, str]] = {
    "tests/api/test_cases.py": {
        "test_names_are_written_while_the_vault_is_shut_and_read_only_with_a_reason_that_is_logged": "read_names",
        "test_an_open_case_is_taken_once_and_assigned_by_a_coordinator": "set_owner",
    },
    "tests/api/test_consents.py": {
        "test_a_machine_records_no_consent": "_machine",
        "test_a_provisional_basis_needs_a_second_person_and_counts_its_renewals": "second_consent",
        "test_who_heard_a_spoken_consent_is_named_sealed_and_opened_with_a_reason": "open_talk",
        "test_several_consents_end_at_once_and_what_follows_is_told_before": "withdraw_consents",
    },
    "tests/api/test_directory.py": {
        "test_an_entry_is_challenged_by_those_who_decide": "challenge",
    },
    "tests/api/test_people_of_case.py": {
        "test_people_who_did_not_ask_to_be_apart_are_offered_to_one_country_without_a_warning": "found_together",
    },
    "tests/keep/test_last_byte.py": {
        "test_a_crash_before_the_key_is_destroyed_is_made_good_at_the_next_start": "destroy_spent_at_start",
    },
    "tests/keep/test_one_person_everywhere.py": {
        "test_two_people_cannot_erase_a_case_while_somebody_of_it_is_cared_for": "ask_erasure destroy_spent",
    },
    "tests/keep/test_restore_keeps_what_protects.py": {
        "test_who_was_shut_out_after_the_backup_stays_outside_with_her_machine": "make_token revoke_token",
    },
    "tests/keep/test_restore_of_a_family.py": {
        "test_two_erased_of_three_are_erased_again_and_the_third_keeps_every_name": "put_names_in_order",
    },
    "tests/keep/test_restore_revives_nothing.py": {
        "test_two_people_answer_for_a_case_and_it_goes_on": "answer_for_case",
        "test_a_journal_begun_after_the_backup_covers_nothing": "open_journal",
    },
    "tests/keep/test_retention_sweep.py": {
        "test_a_thread_that_ran_out_in_silence_ends_and_its_time_runs": "sweep",
    },
    "tests/rules/test_statistics_rules.py": {
        "test_r35_sender_statistics_name_no_country_no_case_no_day_and_hold_no_text": "make_year",
    },
    "tests/test_cli_keep.py": {
        "test_a_restored_node_without_its_journal_says_that_everybody_is_held": "after_restore staged",
        "test_a_country_proves_that_it_holds_its_keys": "answer end_session",
        "test_a_new_set_is_printed_and_tried": "new_sheets sign_in",
        "test_two_sheets_bring_back_a_node_whose_coordinators_are_lost": "recover",
    },
    "tests/unit/service/test_access.py": {
        "test_an_answer_that_nobody_asked_for_is_refused": "ask_everybody",
    },
    "tests/unit/service/test_alerts.py": {
        "test_a_country_that_cannot_act_leaves_it_with_us": "acknowledge",
        "test_the_second_look_is_by_another_person_and_escalates_after_24_hours": "informed raise_alert review",
        "test_medical_facts_ride_sealed_and_are_opened_with_a_reason": "open_sealed send_medical",
        "test_a_stand_down_ends_it_on_both_sides": "stand_down",
        "test_an_update_that_grows_worse_calls_people_again": "update",
    },
    "tests/unit/service/test_alerts_held_back.py": {
        "test_r02_sender_neither_who_asked_for_an_alert_nor_who_confirmed_it_is_its_second_look": "confirm_alert",
    },
    "tests/unit/service/test_birthdays.py": {
        "test_on_the_day_she_is_an_adult_and_somebody_is_asked_to_ask_her": "coming_of_age",
    },
    "tests/unit/service/test_breach_and_complaint.py": {
        "test_a_breach_is_told_after_a_stop_and_a_late_one_is_marked": "report_breach",
        "test_a_breach_is_told_on_every_thread_and_stays_until_she_was_told": "task_done",
    },
    "tests/unit/service/test_cards.py": {
        "test_a_wrong_word_and_a_wrong_code_answer_alike_and_five_wrong_words_close_the_card_for_a_day": "check_card",
        "test_a_caller_with_code_and_word_is_called_back_before_anything_is_told": "record_call",
        "test_by_default_everything_is_kept_here": "take_paper",
    },
    "tests/unit/service/test_corrections.py": {
        "test_a_corrected_name_is_shown_where_the_wrong_one_stood": "correct",
    },
    "tests/unit/service/test_directory.py": {
        "test_h21_sender_nobody_promises_to_be_on_call_with_fewer_than_two_people": "send_entries",
    },
    "tests/unit/service/test_distrust.py": {
        "test_an_organisation_of_ours_that_two_distrust_sees_nothing": "decide_change",
        "test_what_a_distrusted_country_sends_waits_for_a_person_here_and_it_is_told_nothing": (
            "decide_distrust propose_distrust"
        ),
        "test_a_concern_names_nobody_and_is_signed_by_the_node_after_two_people": "raise_concern sign",
    },
    "tests/unit/service/test_message_change.py": {
        "test_a_key_that_nobody_announced_is_refused_unless_that_is_wanted": (
            "_leave_bundle_of_old_key change_message_key"
        ),
    },
    "tests/unit/service/test_neutral_answers.py": {
        "test_after_the_answer_more_may_be_asked_and_a_better_answer_may_follow": "heads",
    },
    "tests/unit/service/test_office_change.py": {
        "test_the_new_sheets_hold_the_new_key_and_the_old_ones_hold_it_no_longer": "change_office",
        "test_an_older_key_is_destroyed_when_nothing_is_sealed_to_it_any_more": "settle_office",
    },
    "tests/unit/service/test_old_registry.py": {
        "test_r39_sender_a_restart_remembers_it_and_taking_it_back_ends_it": "decide_old_send propose_old_send",
    },
    "tests/unit/service/test_on_call.py": {
        "test_our_entry_promises_to_be_on_call_only_while_the_promise_stands": "answer_drill publish_entry start_drill",
        "test_a_suspension_lists_who_is_on_the_way_and_demands_a_plan_by_two_people": "confirm_contact record_contact",
        "test_a_drill_is_due_once_a_month": "remind_of_drill",
    },
    "tests/unit/service/test_readmitted.py": {
        "test_nobody_confirms_a_letter_of_a_foreign_case_or_one_that_waits_for_something_else": "confirm",
    },
    "tests/unit/service/test_registry_attacked.py": {
        "test_a_node_whose_first_and_only_mirror_lies_says_so_too": "_tell_of_lies",
    },
    "tests/unit/service/test_returns_watch.py": {
        "test_r31_sender_a_halt_cancels_what_waits_and_the_passage_at_the_same_slot": "halt_return",
        "test_h07_receiver_care_ends_when_she_is_safe_and_its_task_is_not_ticked_off": "open_place write_place",
    },
    "tests/unit/service/test_withdrawals.py": {
        "test_h16_it_waits_longer_only_with_her_counsel_and_when_she_was_told": "let_withdrawal_wait",
    },
    "tests/unit/test_pager.py": {
        "test_a_call_that_fails_is_tried_again_until_it_is_made": "call_failed climb",
        "test_the_back_up_has_an_address_of_its_own": "call_made",
    },
    "tests/web/test_danger.py": {
        "test_an_alert_that_the_second_person_refuses_goes_nowhere": "refuse_alert",
    },
    "tests/web/test_inbox.py": {
        "test_a_coordinator_gives_many_cases_at_once_and_each_stands_in_the_audit": "assign_cases",
    },
    "tests/web/test_invited.py": {
        "test_the_invitation_of_somebody_who_was_shut_out_opens_nothing": "disable_user invite",
        "test_the_office_key_comes_from_a_signed_in_coordinator_and_from_no_invitation": "give_office",
        "test_an_operator_invites_no_caseworker": "join",
        "test_an_invitation_is_over_after_48_hours_or_when_it_is_taken_back": "take_back",
    },
    "tests/web/test_locked.py": {
        "test_after_an_hour_with_the_person_the_password_is_asked_for": "_open hide",
        "test_a_locked_desk_shows_nothing_until_the_password_is_given_and_then_the_same_field": "lock",
    },
    "tests/web/test_mail_wished.py": {
        "test_a_mail_that_could_not_be_sent_is_sent_at_the_next_turn": "mail_left wish_mail",
    },
    "tests/web/test_my_sign_in.py": {
        "test_all_others_end_at_once": "_end",
        "test_one_of_several_sign_ins_is_ended_and_the_others_go_on": "_seen",
        "test_a_changed_password_ends_every_sign_in_and_the_new_one_reads_names": "change_password",
        "test_an_operator_ends_somebodys_sign_ins_and_shuts_them_out": "end_sign_ins_of first_user",
        "test_a_coordinator_gives_a_new_password_on_the_telephone_and_names_are_read_again": "reset_password",
        "test_a_coordinator_whose_names_are_shut_gives_no_password": "show_again",
    },
    "tests/web/test_on_call_page.py": {
        "test_somebody_is_taken_off_the_roster_and_an_operator_only_looks": "drop_on_call set_on_call",
    },
    "tests/web/test_operator.py": {
        "test_an_operator_reads_the_health_of_the_node_and_no_case": "sent_draft",
    },
    "tests/web/test_operator_hands.py": {
        "test_a_country_that_did_not_answer_is_tried_again_now": "try_now",
        "test_keys_are_compared_group_by_group_and_what_differs_becomes_a_task": "note_compared",
    },
    "tests/web/test_operator_pages.py": {
        "test_what_is_erased_soon_is_counted_for_operators_and_certified_for_auditors": "accept",
        "test_a_coordinator_names_a_deputy": "set_backup",
        "test_a_coordinator_signs_the_review_of_access_and_the_audit_says_so": "sign_review",
    },
    "tests/web/test_paper.py": {
        "test_a_paper_for_our_own_file_names_who_printed_it": "let_out save_draft",
        "test_the_consent_page_stands_in_her_language_beside_the_workers": "propose_text publish_text",
    },
    "tests/web/test_kept.py": {
        "test_her_consent_half_ticked_is_there_again_and_gone_once_recorded": "drop_draft",
    },
    "tests/web/test_taking_back.py": {
        "test_a_referral_is_taken_back_within_its_minute_and_nothing_of_it_leaves": "take_letter_back draft_again",
    },
    "tests/web/test_passkeys.py": {
        "test_a_copied_passkey_is_found_by_its_counter": "_proved sign_in_by_passkey",
        "test_a_device_that_did_not_verify_its_owner_is_refused": "add_passkey",
        "test_after_a_new_password_the_passkey_asks_for_it_once_and_opens_names_again": "put_under_passkey",
        "test_adding_and_removing_ask_for_the_password": "remove_passkey",
        "test_a_passkey_unlocks_the_desk_of_the_same_person_only": "unlock_by_passkey",
    },
    "tests/web/test_returns.py": {
        "test_nobody_approves_a_plan_without_a_journey_and_a_second_person_does": "approve_plan",
    },
    "tests/web/test_search.py": {
        "test_a_name_is_found_in_another_script_and_never_shown": "search",
    },
    "tests/web/test_second_step.py": {
        "test_a_recovery_code_lets_in_once_and_is_not_in_the_database": "begin_codes confirm_codes right_password",
        "test_new_recovery_codes_take_the_place_of_the_old": "new_recovery_codes",
    },
    "tests/web/test_case_notes.py": {
        "test_r24_a_note_is_shut_until_somebody_says_why_and_that_is_logged": "write_note open_notes",
    },
    "tests/web/test_scans.py": {
        "test_a_wrong_paper_is_removed_and_only_it": "attach_scan open_scan remove_scan",
    },
    "tests/web/test_deadlines_board.py": {
        "test_a_late_answer_is_escalated_step_by_step_up_to_the_coordinator": "escalate",
    },
    "tests/web/test_directory.py": {
        "test_a_stale_entry_is_stood_behind_again_with_one_press": "assure_entry",
        "test_a_service_taken_out_and_one_added_are_told_apart": "change_draft publish_draft",
        "test_what_would_change_is_said_before_it_is_published": "drop_entry_draft",
    },
}


def steps() -> Iterator[str]:
    """Every step that is killed here."""
    return (step for stories in STORIES.values() for named in stories.values() for step in named.split())


def _of_steps() -> dict[str, list[str]]:
    """The steps by test."""
    return {f"{file}::{story}": named.split() for file, stories in STORIES.items() for story, named in stories.items()}


def _of_commands() -> dict[str, list[str]]:
    return by_story({step: story for story, named in _of_steps().items() for step in named})


def _part(number: int, of: dict[str, list[str]]) -> dict[str, list[str]]:
    """Those in every other file."""
    files = sorted({story.partition("::")[0] for story in (*_of_steps(), *_of_commands())})[number::PARTS]
    return {story: named for story, named in sorted(of.items()) if story.partition("::")[0] in files}


@at_each_step.left_out_when_quick
@pytest.mark.parametrize("part", range(PARTS))
def test_a_kill_at_a_step_leaves_nothing_or_all_of_it_and_a_command_asked_for_again_doubles_nothing(
    part: int, tmp_path: Path
) -> None:
    """Attack 51: before its commit the next start finds the file as it was, after it as it was meant, and no third."""
    steps_, commands = _part(part, _of_steps()), _part(part, _of_commands())
    orders = tmp_path / "stories.json"
    orders.write_text(json.dumps({"steps": steps_, "commands": commands, "killed": {}, "asked": {}}))
    plain = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    told_where = {at_each_step.STORIES: str(orders), "TMPDIR": str(tmp_path)}  # who is killed clears nothing away
    words = [word for name in ("at_each_step", "asked_again") for word in ("-p", f"tests.crash.{name}")]
    run = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *words, f"--basetemp={tmp_path / 'stories'}",
         *dict.fromkeys([*steps_, *commands])],
        cwd=ROOT, env=plain | told_where, capture_output=True, text=True, check=False,
    )  # fmt: skip

    told = json.loads(orders.read_text())
    assert {step: fault for step, fault in told["killed"].items() if fault} == {}, run.stdout
    assert set(told["killed"]) == {step for named in steps_.values() for step in named}, run.stdout
    assert {command: how for command, how in told["asked"].items() if not _is_meant(command, how)} == {}, run.stdout
    assert set(told["asked"]) == {command for named in commands.values() for command in named}, run.stdout


def _is_meant(command: str, told: dict[str, Any]) -> bool:
    """What it said the second time, and of what there were more rows then; the audit always may have more."""
    says, more = COMMANDS[command]
    return told["again"].startswith(says) and set(told.get("more", {})) - {"audit"} == more


def test_every_step_is_killed_in_one_story_only() -> None:
    named = list(steps())

    assert len(named) == len(set(named))
