"""A gate that blocks names itself: g-number where it is one of the ten, rule, one plain sentence, what would open it.

Asked of all: the ten gates, every objection of the gate for letters, every refusal of the tables, every act that cannot
be done now, and every change of a case that is refused.
"""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from node.protocol.gate.returns import ASKED
from node.protocol.gate.ten_gates import GATES
from node.protocol.letters.codes import REASON_NAMES
from node.protocol.matter import OVER_RULE, UNKNOWN_RULE, Matter
from node.protocol.matters import MATTERS
from node.protocol.rules import BY_ID
from node.protocol.tables import handbook
from node.protocol.threads import machine
from node.protocol.threads.thread import Shared
from tests.rules.return_world import returning
from tests.rules.test_return_gates_rules import shut
from tests.rules.test_return_letters_rules import exchanged, says
from tests.rules.world import HER, both, drafting, tie, with_

PROTOCOL = Path(__file__).resolve().parents[2] / "node" / "protocol"
OF_THE_GATE = {"Objection": (0, 1, 2), "hold": (0, 1, 2), "cancel": (0, 1, 2), "_no": (0, 1, 2)}  # rule, says, opens
OF_THE_TABLES = {"Refusal": (3, 1, 2), "refused_by": (0, 1, 2)}
OF_THE_TEN = {"_shut": (1, 2, 3)}
OTHERS = {("threads/machine.py", "cancel")}  # the same words for something else


@cache
def functions() -> list[tuple[str, ast.FunctionDef, list[ast.AST]]]:
    """Every function of the protocol with all that is in it, and the file it stands in."""
    return [
        (path.relative_to(PROTOCOL).as_posix(), function, list(ast.walk(function)))
        for path in sorted(PROTOCOL.rglob("*.py"))
        for function in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(function, ast.FunctionDef)
    ]


def calls(names: dict[str, tuple[int, int, int]]) -> Iterator[tuple[str, list[str], list[str], list[str]]]:
    """Where one of these is called, with every text that its rule, its sentence and its opener may be."""
    for path, function, inside in functions():
        if function.name in ("_no", "hold", "cancel", "refused_by", "_shut"):
            continue
        given = {arg.arg for arg in function.args.args}
        local = {node.targets[0].id: node.value for node in inside
                 if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name)}  # fmt: skip
        for call in (node for node in inside if isinstance(node, ast.Call)):
            name = call.func.id if isinstance(call.func, ast.Name) else ""
            if name in names and (path, name) not in OTHERS:
                parts = [_argument(call, place) for place in names[name]]
                texts = [_texts(part, local, given) for part in parts]
                yield f"{path}:{call.lineno}", texts[0], texts[1], texts[2]


def _argument(call: ast.Call, place: int) -> ast.expr | None:
    named = {0: "rule", 1: "sentence", 2: "next_step"}
    return call.args[place] if place < len(call.args) else next(
        (one.value for one in call.keywords if one.arg == named.get(place)), None)  # fmt: skip


def _texts(part: ast.expr | None, local: dict[str, ast.expr], given: set[str]) -> list[str]:
    """Every text this expression may be; a name of another place counts as one, for it is checked where it is made."""
    match part:
        case None:
            return [""]
        case ast.Constant(value=str(text)):
            return [text]
        case ast.JoinedStr():
            return ["".join(str(one.value) if isinstance(one, ast.Constant) else "x" for one in part.values)]
        case ast.IfExp():
            return [*_texts(part.body, local, given), *_texts(part.orelse, local, given)]
        case ast.Name(id=name) if name in local and name not in given:
            return _texts(local[name], {}, given)
    return []


def is_one_plain_sentence(text: str) -> bool:
    """Lower case but for a country, no dot at its end, not two sentences, and more than a code."""
    return len(text.split()) > 1 and ". " not in text and not text.endswith(".") and not text[0].isupper()


@cache
def every() -> list[tuple[str, list[str], list[str], list[str]]]:
    return [*calls(OF_THE_GATE), *calls(OF_THE_TABLES), *calls(OF_THE_TEN)]


def test_the_search_finds_all_of_them():
    """A test that looks at nothing would be green: there are far over a hundred."""
    found = {where.partition(":")[0] for where, *_ in every()}

    assert len(every()) > 150
    assert {
        "gate/guards.py",
        "gate/shown.py",
        "gate/ten_gates.py",
        "return_gates.py",
        "departure_gates.py",
        "threads/fold.py",
    } <= found


def test_a_refusal_has_a_rule_one_sentence_and_what_would_open_it():
    """The issue: g-number, a rule of docs/rules.md, one plain sentence, what would open it."""
    for where, rules, sentences, opens in every():
        assert set(rules) <= set(BY_ID), where
        assert all(is_one_plain_sentence(said) for said in sentences), where
        assert all(is_one_plain_sentence(said) or (len(said.split()) == 1 and len(said) > 4) for said in opens), where


def test_every_shut_gate_names_itself_its_rule_and_its_opener():
    """The ten as the checklist shows them, each shut by an empty plan and by a claim of asylum."""
    claim = returning(with_(HER, protection="sought", ties=(tie("XA"),)))
    empty = returning(plans=())
    empty = with_(empty, returns=(with_(returning().returns[0], journey=None, approval=None),))
    bare = with_(empty, returns=(with_(empty.returns[0], persons=(type(empty.returns[0].persons[0])("p1"),)),))
    found: dict[str, Any] = {**shut(bare, consents=(), said=_nothing()), **shut(claim)}
    found |= shut(returning(place_is_detention=True))

    assert set(found) >= set(GATES) - {"g6"}
    for name, state in found.items():
        assert state.gate == name
        assert state.rule in BY_ID
        assert is_one_plain_sentence(state.sentence)
        assert state.opens_with
        assert state.turn


@pytest.mark.parametrize("kind", ASKED)
def test_an_objection_of_a_gate_to_a_letter_begins_with_its_name(kind):
    """g4 too: whoever reads why a letter of a return does not go reads which gate it was."""
    if not kind.startswith("return."):
        return
    claim = with_(HER, protection="sought", ties=(tie("XA"),))
    made = says(kind)
    asylum = drafting(made, case=returning(claim), shared=exchanged())[0]
    detained = drafting(made, case=returning(place_is_detention=True), shared=exchanged())

    assert (asylum.rule, asylum.sentence.partition(":")[0]) == ("R10", "g4")
    assert "only she opens it" in asylum.next_step
    assert any(one.sentence.startswith("g9: ") for one in detained)
    assert both(made, case=returning(claim), shared=exchanged())


@pytest.mark.parametrize("matter", MATTERS.values(), ids=lambda one: one.name)
def test_every_act_that_cannot_be_done_says_why_by_which_rule_and_what_would_open_it(matter: Matter):
    """In every state, for both sides, begun or not: the buttons that are grey."""
    states = {rule.state for rule in matter.rules} | set(matter.ends) | {"none"}
    grey = 0
    for side in ("opener", "responder"):
        for state in sorted(states):
            thread = with_(machine.open_thread("24" * 16, "XA", side, matter.name), shared=Shared(state, 2_000_000_000))
            for option in (one for one in machine.allowed(thread, 1_795_000_000) if not one.allowed):
                grey += 1
                assert option.rule in BY_ID, option
                assert is_one_plain_sentence(option.why), option
                assert option.opens_with, option
    assert grey


@pytest.mark.parametrize("matter", MATTERS.values(), ids=lambda one: one.name)
def test_every_row_of_a_table_rests_on_a_rule_or_a_gate_that_a_stranger_finds(matter: Matter):
    """R01-R40 and H01-H35 stand in docs/rules.md, g1-g10 in HANDBOOK.md; a section of a design page nobody finds."""
    for row in matter.rules:
        first, *others = row.source.split(", ")

        assert first in BY_ID, row
        assert all(one in BY_ID or one in GATES or one == "g1-g10" for one in others), row


def test_an_act_of_a_thread_that_nobody_knows_or_that_is_over_names_a_rule_too():
    """What no row says: an unknown thread, an answer to nothing, the end of its time."""
    assert {UNKNOWN_RULE, OVER_RULE, *machine.RIGHTS.values()} <= set(BY_ID)


def test_the_handbook_names_rules_and_gates_and_no_section_of_a_design_page():
    """What its last column says is on a page of ours; the gates have a table of their own."""
    page = handbook()
    sources = [line.rsplit("|", 2)[1].strip() for line in page.splitlines() if line.startswith("| ")]

    assert not [said for said in sources if re.match(r"\d+\.\d|wire|practice", said)]
    assert all(f"| {name} | " in page for name in GATES)


@pytest.mark.parametrize("where", sorted(PROTOCOL.rglob("*.py")), ids=lambda one: str(one.relative_to(PROTOCOL)))
def test_a_change_of_a_case_that_is_refused_names_its_rule_and_a_next_step(where: Path):
    """NotAllowed in the protocol: a rule, and what to do, in a sentence of its own or behind the semicolon."""
    tree = ast.parse(where.read_text(encoding="utf-8"))
    lacking = []
    for call in (one for one in ast.walk(tree) if isinstance(one, ast.Call)):
        if not (isinstance(call.func, ast.Name) and call.func.id == "NotAllowed"):
            continue
        named = {one.arg for one in call.keywords}
        message = " ".join(_texts(call.args[0], {}, set())) if call.args else ""
        if "rule" not in named or not ("for_user" in named or ";" in message):
            lacking.append(call.lineno)

    assert lacking == []


def test_a_number_on_a_receipt_has_a_name_that_people_read():
    """Wire 4: what came back from the other country is a rule or a few words."""
    assert all(REASON_NAMES.values())


def _nothing() -> Any:
    from node.protocol.gate.return_facts import NOTHING

    return NOTHING
