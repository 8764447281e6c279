"""Codes as words: every code of every list has one, and none has a word that no list gives."""

import ast
import re
from pathlib import Path
from typing import get_args

import pytest
from msgspec import inspect

from node.service import vocabulary
from node.service.cases.requests import CaseView, PersonView
from node.web import (
    words_audit,
    words_changes,
    words_codes,
    words_fields,
    words_fields_more,
    words_letters,
    words_recorded,
    words_running,
    words_states,
    words_told,
    words_work,
)
from node.web.language import speech
from node.web.sentences import plurals, sentences
from node.web.words import MADE, WORDS, english, word
from registry.trust import Status

ROOT = Path(__file__).resolve().parents[2]
SPELT = re.compile(r"[a-z]+_[a-z]+")


def literals(folder: str) -> set[str]:
    """Every string that stands alone in the code of a folder."""
    trees = [ast.parse(path.read_text(encoding="utf-8")) for path in (ROOT / folder).rglob("*.py")]
    return {
        node.value
        for tree in trees
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }


def test_every_letter_act_change_and_state_has_a_word_of_its_own():
    """A caseworker never reads a code."""
    lists = {
        "": vocabulary.letters(),
        "act=": vocabulary.acts(),
        "change=": vocabulary.changes(),
        "state=": vocabulary.states(),
    }
    lacking = [f"{of}{code}" for of, codes in lists.items() for code in codes if f"{of}{code}" not in WORDS]

    assert lacking == []


def test_no_code_reads_as_code():
    every = (*vocabulary.fields_and_choices(), *vocabulary.of_the_desk(), *vocabulary.letters())

    assert [code for code in every if SPELT.search(english(code)) or "." in english(code)] == []


def test_every_task_that_the_services_give_has_a_word():
    """Read from the code, as the operator's page is."""
    text = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "node").rglob("*.py"))
    given = set(re.findall(r'(?:tasks\.add\(|_task\(work, found, letter, |ask_somebody\(.*)\s*"(\w+)"', text))
    given |= {code for code in literals("node/service") if code.startswith(("danger_", "majority_"))} - {"danger_grows"}

    assert len(given) > 25
    assert [code for code in sorted(given) if code not in WORDS] == []


def test_every_act_that_any_line_of_the_audit_tells_has_a_sentence_in_every_language():
    """O6: read from the code, where each line is written; an act that is added is asked for here."""
    acts = audited_acts()

    assert len(acts) > 100
    assert sorted(acts) == sorted(words_audit.ACTS)
    for code in ("fr", "es", "ro", "uk", "ru", "ar"):
        said = speech(code, "UTC")
        english_still = [act for act in acts if said.say(english(act, "audited")) == english(act, "audited")]
        assert english_still == [], code


def test_an_act_that_this_program_no_longer_writes_is_shown_as_it_is_spelt():
    assert word(speech("en", "UTC"), "thing_of_old", "audited") == "Thing of old"


def audited_acts() -> set[str]:
    """Every act that `audit.append` is given: written there, in a constant, or by whoever calls the function."""
    found: set[str] = set()
    for path in (ROOT / "node").rglob("*.py"):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        for function in ast.walk(tree):
            if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
                for call in ast.walk(function):
                    if isinstance(call, ast.Call) and ast.unparse(call.func).endswith("audit.append"):
                        found |= _acts_of(call.args[2], tree, function)
    return found


def _acts_of(act: ast.AST, tree: ast.Module, function: ast.AST) -> set[str]:
    if isinstance(act, ast.Constant):
        return {str(act.value)}
    if isinstance(act, ast.IfExp):
        return _acts_of(act.body, tree, function) | _acts_of(act.orelse, tree, function)
    assert isinstance(act, ast.Name), ast.unparse(act)
    if act.id.isupper():
        return {_constants(tree)[act.id]}
    return {one for whose in ast.walk(tree) for one in _handed_on(act.id, whose, tree)}


def _constants(tree: ast.Module) -> dict[str, str]:
    """What the names at the top of a file are."""
    found: dict[str, str] = {}
    for line in tree.body:
        if isinstance(line, ast.Assign | ast.AnnAssign) and line.value is not None:
            target = line.targets[0] if isinstance(line, ast.Assign) else line.target
            pairs = (
                zip(target.elts, line.value.elts, strict=True)
                if isinstance(target, ast.Tuple) and isinstance(line.value, ast.Tuple)
                else [(target, line.value)]
            )
            found |= {
                name.id: str(value.value)
                for name, value in pairs
                if isinstance(name, ast.Name) and isinstance(value, ast.Constant)
            }
    return found


def _handed_on(name: str, whose: ast.AST, tree: ast.Module) -> set[str]:
    """What a function's argument of this name is in the calls of the same file."""
    names = [one.arg for one in whose.args.args] if isinstance(whose, ast.FunctionDef | ast.AsyncFunctionDef) else []
    if name not in names or not isinstance(whose, ast.FunctionDef | ast.AsyncFunctionDef):
        return set()
    calls = [one for one in ast.walk(tree) if isinstance(one, ast.Call) and ast.unparse(one.func) == whose.name]
    given = [one.args[names.index(name)] for one in calls if len(one.args) > names.index(name)]
    return {str(one.value) for one in given if isinstance(one, ast.Constant)}


def test_no_word_is_left_over_from_a_code_that_is_gone():
    known = {*vocabulary.fields_and_choices(), *vocabulary.of_the_desk(), *vocabulary.letters()}
    known |= {f"act={one}" for one in vocabulary.acts()} | {f"change={one}" for one in vocabulary.changes()}
    known |= {f"state={one}" for one in vocabulary.states()} | recorded()
    known |= {f"country={one}" for one in get_args(Status)}
    written = literals("node/service") | literals("node/protocol")
    code = re.compile(r"(?:\w+=)?([\w.+-]+)")
    parts = re.compile(r"new_|letter_|printed_|notice=|due=|step=")

    left = [
        one
        for one in WORDS
        if one not in known
        and code.fullmatch(one)[1] not in known | written  # type: ignore[index]
        and parts.sub("", one) not in written
        and not all(part in known for part in re.split(r"[.=]", one))
    ]

    assert left == []


def test_no_code_has_two_words():
    """The files of words do not overrule each other."""
    files = (
        words_fields,
        words_fields_more,
        words_codes,
        words_changes,
        words_letters,
        words_states,
        words_work,
        words_recorded,
        words_running,
        words_told,
        words_audit,
    )
    seen: dict[str, str] = {}
    twice = [code for one in files for code in one.WORDS if seen.setdefault(code, one.__name__) != one.__name__]

    assert twice == []


@pytest.mark.parametrize(
    ("code", "of", "says"),
    [
        ("referral.accept", "", "Acceptance"),
        ("referral.accept", "act", "Accept"),
        ("overdue_reply_backup", "", "Overdue: Answer; the deputy looks"),
        ("danger_now_coordinator", "task", "Somebody is in danger now; the coordinator looks"),
        ("notice_rotation", "task", "Notice about a country: its keys were changed"),
        ("opened", "due", "Opening by a person"),
        ("interpreter", "", "Does she need an interpreter?"),
        ("interpreter", "present", "Interpreter"),
        ("not_in_any_list", "", "Not in any list"),
    ],
)
def test_a_code_is_said_as_it_stands_where_it_stands(code: str, of: str, says: str):
    assert word(speech("en", "UTC"), code, of) == says


def test_the_sentences_of_templates_pages_and_rules_are_found():
    """One of each source; a kind of sentence that the search misses would stay English for everybody."""
    found = sentences()
    for text in (
        "Needs an answer from us",  # a template
        "Choose an age; a guess will do.",  # a page
        "Somebody changed this meanwhile",  # a table of a page
        "no consent of this person names that country; record it first",  # the gate
        "this act belongs to the other side",  # a matter
        "You are signed out. Sign in again.",  # an error for the person at the screen
        "possible while it is {names}",  # a sentence with a part filled in
        "She has arrived",  # a state
        "Send the travel plan",  # an act
        *(sentence for _, sentence in MADE),
    ):
        assert text in found, text
    assert "Only this %(n)s field will leave this country" in plurals()


def test_a_timeline_says_what_happened_and_never_what_to_do():
    """C6: every event of a case has a sentence of its own; the word on a button would read as an order."""
    told = events() - UNTOLD
    orders = {english(code.removeprefix("change="), "change") for code in WORDS if code.startswith("change=")}

    assert len(told) > 60
    assert sorted(one for one in told if f"told={one}" not in WORDS) == []
    assert {says for code, says in WORDS.items() if code.startswith("told=")} & orders == HAPPENED


UNTOLD = {"held_for_review", "review_ended"}  # H17
HAPPENED = {"A child was born", "A lawyer looked at nationality and asylum", "She was found again", "She was heard"}


def events() -> set[str]:
    """What the log calls the changes of a case: names that stand beside the rule they follow."""
    source = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "node/protocol/cases").glob("*.py"))
    return {*re.findall(r'(?:(?<!=)|event=)"([a-z]+_[a-z_]+)",(?: rule=)? ?"[RH]\d\d"', source), *OF_ONE_RULE}


OF_ONE_RULE = ("care_begun", "care_changed", "care_place_written", "care_ended")  # their rule stands once for all


def test_what_is_recorded_of_a_case_and_how_a_country_stands_have_words():
    """Read from the types: a field that is added is asked for here."""
    catalogue = speech("uk", "UTC").catalogue

    spelt = {name for name in recorded() if catalogue.gettext(english(name)) == english(name)}
    assert spelt == {"held_for_review"}  # which is shown nowhere (H17)
    assert [one for one in get_args(Status) if f"country={one}" not in WORDS] == []


def recorded() -> set[str]:
    """The names of all facts on the page of what is recorded."""
    of_case = ("trafficking_status", "first_intake_answered_at", "place_is_detention", "distrust", "retention")
    case = inspect.type_info(CaseView)
    assert isinstance(case, inspect.StructType)
    shown = [inspect.type_info(PersonView), *(one.type for one in case.fields if one.encode_name in of_case)]
    return {name for top in shown for name in _fields(top)} | set(of_case)


def _fields(kind: inspect.Type) -> set[str]:
    """The names of the fields of a type, and of what they hold."""
    if isinstance(kind, inspect.StructType):
        return {one.encode_name for one in kind.fields} | {name for one in kind.fields for name in _fields(one.type)}
    held = getattr(kind, "types", None) or getattr(kind, "item_types", None) or [getattr(kind, "item_type", None)]
    return {name for one in held if isinstance(one, inspect.Type) for name in _fields(one)}
