"""Every durable step of the program is killed somewhere in these tests, or stands here with the reason why not.

A step is a transaction that is asked for (`store.write`), and is named after the function that asks for it, as
`tests.crash.killed` names it. Source: issue 2; style, durable steps.
"""

import ast
import re
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
WRITES = {"write", "write_sync"}
STEP = re.compile(r"(?:before|after) ([a-z_0-9.]+)")
# A person's command, or one line of a sweep: one transaction, with nothing durable before or after it. What a kill
# leaves of it is shown by those of the same shape: `act`, `open_thread`, `open_letter`, `withdraw_consent`.
ALONE = {
    *(
        "wish_mail",
        "propose_old_send",
        "decide_old_send",
        "decide_change",
        "set_owner",
        "read_names",
        "search",
        "second_consent",
        "attach_scan",
        "open_scan",
        "remove_scan",
    ),
    *("save_draft", "drop_draft", "forget_old_drafts", "found_together", "let_out", "task_done", "confirm"),
    *("change_draft", "drop_entry_draft", "publish_draft", "assure_entry"),
    *("challenge", "publish_entry", "send_entries", "answer", "ask_erasure", "answer_for_case", "let_withdrawal_wait"),
    *("write_place", "open_place", "halt_return", "approve_plan", "ask_everybody", "report_breach", "take_paper"),
    *("check_card", "record_call", "correct", "confirm_alert", "refuse_alert", "send_medical"),
    *("raise_concern", "sign", "propose_distrust", "decide_distrust", "acknowledge", "update", "stand_down", "review"),
    *("informed", "record_contact", "confirm_contact", "set_on_call", "drop_on_call", "start_drill", "answer_drill"),
    *(
        "remind_of_drill",
        "end_session",
        "_seen",
        "_machine",
        "give_office",
        "disable_user",
        "set_backup",
        "sign_review",
    ),
    *("change_password", "reset_password", "make_token", "revoke_token", "make_year", "coming_of_age"),
    *("accept", "invite", "join", "take_back", "hide", "lock", "show_again", "_end", "end_sign_ins_of"),
    *(
        "propose_text",
        "publish_text",
        "begin_codes",
        "confirm_codes",
        "new_recovery_codes",
        "add_passkey",
        "remove_passkey",
    ),
    *("date_changed", "put_names_in_order", "heads", "climb", "to_post", "note_backup"),
}
OTHERWISE = {
    "raise_alert": "one of two transactions, never both: with a second person, or without",
    "_would_go": "undone whether killed or not: it only asks the gate",
    "_tried": "undone whether killed or not: a preview",
    "open_identity": "one of two transactions, never both: the names, or an alarm because they do not match",
    "sign_in": "counts the attempt, then starts the session; a kill between them costs a try of many",
    "right_password": "counts the attempt, then forgets it; a kill between them costs a try of many",
    "_open": "one of two transactions, never both: opened, or the refusal; the password was counted before",
    "_proved": "notes that a passkey was used, then the sign-in begins; a kill between them costs another touch",
    "sign_in_by_passkey": "after `_proved`: a kill between them costs another touch",
    "unlock_by_passkey": "after `_proved`: a kill between them costs another touch",
    "put_under_passkey": "after the passkey stands: without it the password is asked before names are shown",
    "first_user": "part of `init`, which refuses to go on with a folder that is half made",
    "recover": "a command for an empty chair: one transaction, repeated by hand",
    "new_sheets": "the sheets are printed before it is noted that they were; whoever is killed prints them again",
    "call_made": "`after page` kills between the call and this",
    "call_failed": "`after page` kills between the call and this",
    "destroy_spent": "`after destroyed keys` kills between the keys and this",
    "mail_left": "killed before it, the same mail, which says nothing, goes a second time",
    "keys": "`before emptied keys` and `before refresh_prekeys` kill before this, which only forgets what is old",
    "destroy_spent_at_start": "the same two steps as `destroy_spent`, before anything else runs",
    "open_journal": "tests/keep: a torn or missing journal is found at the start, whatever was noted",
    "after_restore": "tests/keep: a restore that was cut off is begun again; it holds everybody until people answer",
    "put_back": "tests/keep: a restore that was cut off is begun again",
    "begin_new_epoch": "tests/keep: one transaction at the first start after a restore, and again at the next",
    "_opened": "the first transaction of a new folder; claiming the same country twice changes nothing",
    "_claim": "part of `init`, which refuses to go on with a folder that is half made",
    "end_expired": "batches; each is whole, and the next hour goes on with what is left",
    "sweep": "batches, then the certificate of what is gone; its count is made from the rows themselves",
}


@cache
def asked_for() -> tuple[tuple[str, str], ...]:
    """(place, name) of every transaction that the program asks for outside the store."""
    return tuple(_asked_for())


def _asked_for() -> Iterator[tuple[str, str]]:
    for path in sorted((ROOT / "node").rglob("*.py")):
        if path.parent.name not in ("store", "demo"):
            for name in _written_in(ast.parse(path.read_text(encoding="utf-8")), ""):
                yield f"{path.relative_to(ROOT)}: {name}", name


def _written_in(tree: ast.AST, function: str) -> Iterator[str]:
    for node in ast.iter_child_nodes(tree):
        name = function
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            name = function or node.name  # what is defined inside belongs to the whole
        elif isinstance(node, ast.Call) and _writes(node.func):
            yield function
        yield from _written_in(node, name)


def _writes(call: ast.expr) -> bool:
    is_write = isinstance(call, ast.Attribute) and call.attr in WRITES
    return is_write and ast.unparse(call).split(".")[-2] == "store"


@cache
def killed() -> set[str]:
    """Every step at which a test of this folder kills a node."""
    here = Path(__file__)
    return {
        name
        for path in here.parent.glob("test_*.py")
        if path != here
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        for name in _named(node)
    }


def _named(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return STEP.findall(node.value)
    if isinstance(node, ast.JoinedStr):  # f"{when} reseal"
        return [str(part.value).strip() for part in node.values if isinstance(part, ast.Constant)]
    return []


def test_every_durable_step_is_killed_somewhere_or_says_why_not() -> None:
    """Whoever adds a transaction decides what a kill there leaves, and shows it."""
    missing = {place for place, name in asked_for() if name not in killed() | ALONE | set(OTHERWISE)}

    assert missing == set(), "kill a node there (tests/crash/killed.py), or say here why that shows nothing"


def test_what_is_said_of_a_step_is_said_of_one_that_there_is() -> None:
    names = {name for _, name in asked_for()}

    assert (ALONE | set(OTHERWISE)) - names == set()
    assert ALONE & set(OTHERWISE) == set()
    assert (ALONE | set(OTHERWISE)) & killed() == set(), "it is killed: say nothing of it"


def test_a_step_that_stands_alone_is_the_only_one_of_its_function() -> None:
    """A second transaction in the same function would be a state between the two that nobody looked at."""
    many = {place for place, count in Counter(place for place, _ in asked_for()).items() if count > 1}

    assert {place for place in many if place.rpartition(" ")[2] in ALONE} == set()
