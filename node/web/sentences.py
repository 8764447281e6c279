"""Every sentence that a page may show, read from the sources: templates, pages, codes, and the sentences of the rules.

Python is read as a syntax tree, never run for it. A sentence with a part filled in (`f"at most {most} days"`) stands in
the catalogues with that part in braces, and is found again by its shape. Source: issue 4, languages.
"""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from jinja2 import Environment, nodes

from node.service import vocabulary
from node.web.words import WORDS, english

NODE: Final = Path(__file__).resolve().parents[1]
SAY: Final = frozenset({"_", "say", "N_"})
PLURAL: Final = "count"
# Calls whose words a person reads: refusals and their next steps, wherever a rule makes them.
RULES: Final = frozenset(
    {
        "hold", "cancel", "Objection", "Refusal", "ActNotAllowed", "refused_by", "_no", "_hold", "_cancel", "_shut",
        "_open", "_fault", "Missing", "_old", "_not_now",
    }
)  # fmt: skip
ERRORS: Final = frozenset(
    {
        "NotAllowed", "BadInput", "Conflict", "WrongRole", "TryLater", "NotFound", "NotSignedIn", "PeerError",
        "NamesShut",
    }
)  # fmt: skip
# Functions whose whole answer is a sentence for a page, and constants that are one.
ANSWERS: Final = frozenset({"_says", "fits_few_people", "warnings_of", "_while"})
CONSTANTS: Final = frozenset({
    "SCRIPT", "READS_ONLY", "NO_ANSWER_GOES", "NOT_ASKED", "NAMES_WRITTEN", "CONSENTS_CHANGED", "PLAN_CHANGED",
    "PLACE_WRITTEN",
})  # fmt: skip
# Where what is raised can reach a page; set-up and restore speak to the operator at a terminal, in English.
SHOWN: Final = ("web/", "protocol/", *(f"service/{name}" for name in (
    "access", "actor", "way_out", "cases/", "consent", "delivery/gating", "delivery/readmitted", "directory/",
    "information/", "paper/", "rights/", "returns/", "safety/", "staff/", "threads/", "statistics/", "keep/erasing",
    "seals", "scans/", "evidence/case_file",
)))  # fmt: skip
BRACED: Final = re.compile(r"\{\w+\}")


@cache
def plurals() -> dict[str, str]:
    """Sentences with a number: the form for one, and the form for many."""
    pairs = [*_plurals_of_pages(), *_plurals_of_templates()]
    return dict(sorted(set(pairs)))


@cache
def sentences() -> frozenset[str]:
    """Every sentence without a number, in English."""
    found = {*_codes(), *_of_templates(), *_of_pages(), *_of_rules()}
    told = (one for one in found if re.search(r"[A-Za-z]{2}", one))
    return frozenset(one for one in told if "{" not in one or _can_be_matched(one)) - plurals().keys()


def unmatched() -> list[str]:
    """Sentences that cannot be found again, because nothing but filled-in parts is in them: for whoever translates."""
    return sorted({one for one in _of_rules() if "{" in one and not _can_be_matched(one)})


def _can_be_matched(text: str) -> bool:
    return bool(re.search(r"[A-Za-z]{2}.*[A-Za-z]{2}", BRACED.sub("", text)))


def _codes() -> Iterator[str]:
    """Every code that a list gives, by its English word."""
    for code in (*vocabulary.fields_and_choices(), *vocabulary.of_the_desk(), *vocabulary.letters()):
        yield english(code)
    for of, codes in (("act", vocabulary.acts()), ("change", vocabulary.changes()), ("state", vocabulary.states())):
        yield from (english(code, of) for code in codes)
    yield from WORDS.values()


# --- templates ---


@cache
def _calls_of_templates() -> list[tuple[str, list[str]]]:
    env, found = Environment(autoescape=True), []
    for path in sorted((NODE / "web" / "templates").rglob("*.html")):
        for call in env.parse(path.read_text(encoding="utf-8")).find_all(nodes.Call):
            name = getattr(call.node, "attr", getattr(call.node, "name", ""))
            texts = [one.value for one in call.args if isinstance(one, nodes.Const) and isinstance(one.value, str)]
            found.append((name, texts))
    return found


def _of_templates() -> Iterator[str]:
    for name, texts in _calls_of_templates():
        if name in SAY and texts:
            yield texts[0]
        elif name in ("word", "label") and texts:
            yield english(*texts[:2])


def _plurals_of_templates() -> Iterator[tuple[str, str]]:
    yield from ((texts[0], texts[1]) for name, texts in _calls_of_templates() if name == PLURAL and len(texts) > 1)


# --- Python ---


@dataclass(frozen=True, slots=True)
class Source:
    """One file: its path below `node`, everything in its tree, and what each name in it is given."""

    path: str
    nodes: tuple[ast.AST, ...]
    given: dict[str, list[ast.AST]]
    imported: dict[str, str]


@cache
def _sources() -> dict[str, Source]:
    paths = [path for path in sorted(NODE.rglob("*.py")) if "demo" not in path.parts]
    return {one.path: one for one in (_read(path) for path in paths)}


def _read(path: Path) -> Source:
    walked = tuple(ast.walk(ast.parse(path.read_text(encoding="utf-8"))))
    given: dict[str, list[ast.AST]] = {}
    imported: dict[str, str] = {}
    for node in walked:
        if isinstance(node, ast.Assign):
            for target in node.targets:
                _note(given, target, node.value)
        elif isinstance(node, ast.AnnAssign) and node.value is not None:
            _note(given, node.target, node.value)
        elif isinstance(node, ast.ImportFrom) and (node.module or "").startswith("node."):
            where = f"{(node.module or '').removeprefix('node.').replace('.', '/')}.py"
            imported |= {one.asname or one.name: where for one in node.names}
    return Source(path.relative_to(NODE).as_posix(), walked, given, imported)


def _note(given: dict[str, list[ast.AST]], target: ast.AST, value: ast.AST) -> None:
    if isinstance(target, ast.Name):
        given.setdefault(target.id, []).append(value)
    elif isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple):
        for to, one in zip(target.elts, value.elts, strict=False):
            _note(given, to, one)


def _calls(*under: str) -> Iterator[tuple[str, ast.Call, Source]]:
    for path, source in _sources().items():
        if path.startswith(under):
            for node in source.nodes:
                if isinstance(node, ast.Call):
                    yield getattr(node.func, "attr", getattr(node.func, "id", "")), node, source


def _of_pages() -> Iterator[str]:
    yield from (texts[0] for name, texts in _calls_of_pages() if name in SAY and texts)


def _plurals_of_pages() -> Iterator[tuple[str, str]]:
    yield from ((texts[0], texts[1]) for name, texts in _calls_of_pages() if name == PLURAL and len(texts) > 1)


@cache
def _calls_of_pages() -> list[tuple[str, list[str]]]:
    return [
        (name, [one.value for one in call.args if isinstance(one, ast.Constant) and isinstance(one.value, str)])
        for name, call, _ in _calls("web/")
    ]


def _of_rules() -> Iterator[str]:
    yield from _of_refusals()
    for source in _sources().values():
        for node in source.nodes:
            if isinstance(node, ast.FunctionDef) and node.name in ANSWERS:
                told = (one for one in ast.walk(node) if isinstance(one, ast.Return | ast.Assign))
                yield from (text for one in told for text in _texts(one, source))
        for name in CONSTANTS & source.given.keys():
            yield from (text for one in source.given[name] for text in _texts(one, source))


def _of_refusals() -> Iterator[str]:
    for name, call, source in _calls(*SHOWN):
        for_user = [one.value for one in call.keywords if one.arg == "for_user"]
        if name in RULES:
            values = [*call.args, *(one.value for one in call.keywords if one.arg != "rule")]
        else:
            said = name == "NotAllowed" or (name in ERRORS and not for_user)  # a preview shows both of a NotAllowed
            values = [*for_user, *(call.args[:1] if said else [])]
        yield from (text for value in values for text in _texts(value, source))


def _texts(value: ast.AST, source: Source, deep: bool = True) -> Iterator[str]:
    """The sentences in an expression; a name stands for what is assigned to it in its own file or where it is from."""
    if isinstance(value, ast.Constant):
        if isinstance(value.value, str) and " " in value.value:
            yield value.value
    elif isinstance(value, ast.JoinedStr):
        yield _shape(value)
    elif isinstance(value, ast.Name | ast.Subscript) and deep:
        name = ast.unparse(value).partition("[")[0]
        yield from (text for one in _assigned(name, source) for text in _texts(one, source, deep=False))
    elif isinstance(value, ast.Call):
        if getattr(value.func, "attr", "") == "format":
            yield from _texts(value.func.value, source)  # type: ignore[attr-defined]
    else:
        for inner in ast.iter_child_nodes(value):
            yield from _texts(inner, source, deep)


def _shape(value: ast.JoinedStr) -> str:
    """A sentence with each filled-in part named in braces, by the last name in it."""
    parts = []
    for one in value.values:
        if isinstance(one, ast.Constant):
            parts.append(str(one.value))
        elif isinstance(one, ast.FormattedValue):
            names = re.findall(r"[A-Za-z]\w*", ast.unparse(one.value)) or ["value"]
            parts.append("{" + names[-1].lower() + "}")
    return "".join(parts)


def _assigned(name: str, source: Source) -> list[ast.AST]:
    """What this name is given in the file; for one that is imported, what the file it comes from gives it."""
    from_elsewhere = _sources().get(source.imported.get(name, ""))
    return source.given.get(name) or (from_elsewhere.given.get(name, []) if from_elsewhere else [])
