"""Every kind of letter in one table, for HANDBOOK.md (people) and docs/protocol.md (whoever builds another node).

Made from the same rows as everything else: kinds, acts, time limits, consent, what a letter may carry.
"""

from collections.abc import Iterable, Iterator

from node.protocol.gate.facts import DUTIES, MAY_DISCLOSE, Duty
from node.protocol.letters.carries import CARRIES
from node.protocol.letters.fields import FIELDS
from node.protocol.letters.kinds import KINDS, LETTER, Kind
from node.protocol.letters.meanings import MEANINGS
from node.protocol.matters import MATTERS
from node.protocol.threads.deadlines import REPLIES

SPECIAL_PURPOSE = {
    "info.request": "by its purpose",
    "return.family_request": "family_tracing, or family_contact where `steps` hold contact",
}


def for_people() -> Iterator[str]:
    """Lines of a table: the letter, when it is sent, what the other side does, who answers with what, how soon."""
    yield from _table(
        ("Letter", "Sent when", "The other side", "Answered by", "Within (routine / urgent)"),
        ((f"`{kind}`", MEANINGS[kind].sent, MEANINGS[kind].then, _answers(kind), _within(kind)) for kind in KINDS),
    )


def for_builders() -> Iterator[str]:
    """Lines of a table: shape, side, place in the thread, consent, what it may carry, meaning, answer."""
    yield from _table(
        ("Letter", "By", "Stands", "Rests on", "May carry", "Sent when; the receiver then", "Answered by, within"),
        (_row(kind) for kind in KINDS.values()),
    )


def _row(kind: Kind) -> tuple[str, ...]:
    said = MEANINGS[kind.name]
    answer, within = _answers(kind.name), _within(kind.name)
    due = f"{answer}; {within}" if kind.name in REPLIES else answer
    return (
        f"[`{kind.name}`](schemas/{kind.name}.json)",
        _sides(kind),
        _stands(kind),
        _rests(kind),
        _carried(kind.name),
        f"{said.sent}. *Then:* {said.then}",
        due.replace("-; ", "no letter; "),
    )


def _sides(kind: Kind) -> str:
    if kind.letter_class != LETTER:
        return "class 2"
    sides = {rule.side for matter in MATTERS.values() for rule in matter.rules if rule.kind == kind.name}
    return sides.pop() if len(sides) == 1 else "either"


def _stands(kind: Kind) -> str:
    words = {
        "opens": kind.opens,
        "stop": kind.stop,
        "effect on arrival": kind.on_arrival and not kind.stop,
        "bare": kind.bare,
    }
    return ", ".join(word for word, holds in words.items() if holds) or ("in order" if kind.letter_class == 1 else "-")


def _rests(kind: Kind) -> str:
    duty = DUTIES.get(kind.name)
    if duty is None or not duty.rests_on_consent:
        return "-"
    return f"{SPECIAL_PURPOSE.get(kind.name, duty.purpose)}{_new(duty)}"


def _new(duty: Duty) -> str:
    return "; tells something new" if duty.discloses else ""


def _carried(kind: str) -> str:
    if kind in CARRIES:
        return " ".join(sorted(CARRIES[kind]))
    named = {"referral.disclose": "`data_needed`", "info.request": "its purpose's", "rectification": "the corrected"}
    return named[kind] if kind in MAY_DISCLOSE else "four, below" if kind == "safety.medical" else _alert(kind)


def _alert(kind: str) -> str:
    return "as below" if kind == "safety.alert" else "-"


def _answers(kind: str) -> str:
    rows = [rule for matter in MATTERS.values() for rule in matter.rules if rule.kind == kind]
    found = dict.fromkeys(answer for rule in rows for answer in rule.answered_by)
    found |= dict.fromkeys([MEANINGS[kind].answer] if MEANINGS[kind].answer else [])
    return ", ".join(f"`{answer}`" for answer in found) or "-"


def _within(kind: str) -> str:
    reply = REPLIES.get(kind)
    return "-" if reply is None else f"{reply.routine.said()} / {reply.urgent.said()}"


def fields() -> Iterator[str]:
    """Lines of a list: every field about a person, by level and category; *item* needs a tick of its own."""
    for level in sorted({field.level for field in FIELDS}):
        groups: dict[str, list[str]] = {}
        for field in FIELDS:
            if field.level == level:
                name = f"{field.category} (item)" if field.item else field.category
                groups.setdefault(name, []).append(field.name)
        yield f"- {level}: " + "; ".join(f"{name}: `{' '.join(names)}`" for name, names in groups.items())
    yield ""


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> Iterator[str]:
    yield "| " + " | ".join(head) + " |"
    yield "|" + "---|" * len(head)
    for row in rows:
        yield "| " + " | ".join(row) + " |"
    yield ""
