"""What a command says and does when it is asked for a second time, because its answer was lost with the node.

It is refused in words, gives the same answer and changes nothing but the audit, or leaves what a person sees and takes
back, which is named. `tests.crash.test_each_step` asks. Source: issue 2, crash tests; style, durable steps.
"""

SAME, ANOTHER = "the same", "another"

# The command, what it says the second time, and which tables have more rows then (the audit always may).
COMMANDS: dict[str, tuple[str, set[str]]] = {
    "cases.confirming.decide_change": ("NotFound: no such change waits", set()),
    "cases.cases.set_owner": (SAME, set()),
    "cases.consents.second_consent": ("Conflict: somebody stands behind this record already", set()),
    "cases.groups.found_together": (SAME, set()),
    "delivery.readmitted.confirm": (SAME, set()),
    "directory.asking.challenge": ("BadInput: this was said already", set()),
    "keep.erasing.ask_erasure": ("Conflict: an erasure of this case waits", set()),
    "keep.again.put_names_in_order": (SAME, set()),
    "keep.restored.answer_for_case": ("NotAllowed: this needs two different people", set()),
    "network.old_registry.propose_old_send": ("Conflict: this was proposed already", set()),
    "network.old_registry.decide_old_send": ("Conflict: two people decided this already", set()),
    "rights.access.ask_everybody": (SAME, set()),
    "rights.breach.report_breach": ("Conflict: this breach was reported a moment ago", set()),
    "rights.cards.record_call": (SAME, set()),
    "rights.corrections.correct": (ANOTHER, {"outbox"}),  # sealed: whether the values are the same nobody here can read
    "rights.texts.propose_text": ("Conflict: this text is proposed already", set()),
    "rights.texts.publish_text": ("Conflict: this version is published already", set()),
    "safety.alerts.confirm_alert": ("NotFound: no alert waits under this number", set()),
    # the facts are sealed, as above; that somebody is called twice is the lesser harm (H21)
    "safety.alerts.send_medical": (ANOTHER, {"outbox", "task", "alarm"}),
    "safety.concerns.raise_concern": ("Conflict: a concern about this country waits", set()),
    "safety.concerns.sign": ("Conflict: this concern is signed already", set()),
    "safety.distrusting.propose_distrust": ("Conflict: a decision about this waits", set()),
    "safety.distrusting.decide_distrust": ("NotFound: no decision waits", set()),
    "safety.following.acknowledge": ("Conflict: the other country was told this a moment ago", set()),
    "safety.following.update": ("Conflict: the other country was told this a moment ago", set()),
    "safety.following.stand_down": ("NotFound: no such open alert", set()),
    "safety.following.review": ("NotFound: no such open alert", set()),
    "safety.following.informed": ("NotFound: no such open alert", set()),
    "safety.off_network.record_contact": ("Conflict: this contact is recorded and waits", set()),
    "safety.off_network.confirm_contact": ("NotFound: no contact waits", set()),
    "safety.on_call.start_drill": ("Conflict: a drill went to this country", set()),
    "safety.on_call.answer_drill": ("NotFound: no such drill waits", set()),
    "safety.on_call.remind_of_drill": (SAME, set()),
    "staff.invitations.invite": (ANOTHER, {"invitation"}),  # both stand in the list, and can be taken back
    "staff.invitations.take_back": ("NotFound: no such invitation", set()),
    "staff.invitations.join": ("NotAllowed: no invitation has this code", set()),
    "staff.tokens.make_token": (ANOTHER, {"api_token"}),  # both stand in the list; the first was shown to nobody
    "staff.tokens.revoke_token": ("NotFound: no such token", set()),
    "upkeep.office_change.change_office": ("NotAllowed: office vault is shut for this sign-in", set()),
    "upkeep.office_change.settle_office": (ANOTHER, set()),  # nothing is left to seal anew the second time
    "threads.desk.task_done": ("NotFound: no such open task", set()),
    "threads.withdrawals.withdraw_consents": (SAME, set()),
    "threads.longer_withdrawals.let_withdrawal_wait": (SAME, set()),
}
# Where the story of the kill is not one of this command: `answer` is the name of three.
OWN_STORIES = {
    "information.answers.answer": "tests/unit/service/test_neutral_answers.py"
    "::test_a_person_known_and_willing_is_confirmed_at_once",
    "rights.access.answer": "tests/unit/service/test_access.py"
    "::test_her_sheet_says_what_another_country_holds_and_who_opened_it",
    "rights.complaints.answer": "tests/unit/service/test_breach_and_complaint.py"
    "::test_a_decline_is_reviewed_on_a_thread_of_its_own_in_the_case_it_is_about",
    "rights.cards.take_paper": "tests/unit/service/test_cards.py::test_by_default_everything_is_kept_here",
}
COMMANDS |= {
    "information.answers.answer": ("Conflict: this was answered a moment ago", set()),
    "rights.access.answer": ("Conflict: this request was answered a moment ago", set()),
    "rights.complaints.answer": ("ActNotAllowed: not possible", set()),
    "rights.cards.take_paper": (SAME, set()),
}


def by_story(of_steps: dict[str, str]) -> dict[str, list[str]]:
    """The commands by the test that is their story: that of the step of the same name, where it has no other."""
    found: dict[str, list[str]] = {}
    for command in COMMANDS:
        story = OWN_STORIES.get(command) or of_steps[command.rpartition(".")[2]]
        found.setdefault(story, []).append(command)
    return found
