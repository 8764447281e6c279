"""The text of HANDBOOK.md, made from the tables; `make docs` writes it, and a test compares the committed copy."""

import inspect
from collections.abc import Callable, Iterable, Iterator

from node.protocol.gate.ten_gates import GATES, GateState, Look
from node.protocol.letter_list import for_people
from node.protocol.matter import Crossing, Guard, Matter, Rule
from node.protocol.matters import MATTERS
from node.protocol.threads.deadlines import ESCALATION, REPLIES
from node.protocol.threads.thread import AFTER_STOP, EXPIRED, NONE

SIDES = {"opener": "sender", "responder": "receiver"}

HEAD = """# Handbook: who may do what, and when

Made from the tables in `node/protocol`; do not edit. Buttons, API answers, deadlines and tests come from the same rows.
The *sender* opens a thread, the *receiver* answers. *Rests on* names the rules of [docs/rules.md](docs/rules.md),
R01-R40 and H01-H35, and g1 to g10, the ten gates before a return is planned.
"""

GATES_HEAD = """## The ten gates of a return

Asked by the country she leaves before her journey is planned, and again before she leaves; each for every person.
"""

LETTERS = """## Every letter

What people send, and below it what the nodes say to each other. A dash: nobody owes an answer.
"""

STOPS = """### What holds in every state

- **The one stop**, `{stop}`: {who} may end the thread before its end, without a reason. It takes effect on
  arrival, voids the sender's lower numbers that were not applied, ends every timer and is never refused. (H01)
- A letter that crossed a stop is kept without effect. A later one is refused, except those that take effect on arrival.
- **On arrival, whatever its number, also after the end**: {on_arrival}.
- **Expired**: when the latest `thread_ends` of a letter that counts has passed, both show *{expired}*. A letter written
  before and delivered later counts as if in time.
- A letter is refused only if its writer could have known better. What nobody could know is a crossing, below.
"""


def handbook() -> str:
    """The whole handbook as Markdown."""
    parts = [HEAD, *(_matter(matter) for matter in MATTERS.values()), _gates(), _limits(), LETTERS, *for_people()]
    return "\n".join(parts)


def _matter(matter: Matter) -> str:
    stops = STOPS.format(
        stop=matter.stop,
        who="either side" if len(matter.stopped_by) > 1 else "only the sender",
        expired=EXPIRED,
        on_arrival=", ".join(f"`{k.rstrip('.')}`" for k in AFTER_STOP),
    )
    return "\n".join(
        [
            f"## {matter.name.capitalize()}\n",
            _table(("State", "What people read"), matter.words.items()),
            "### Who may send what\n",
            _table(
                ("In state", "The", "may send", "which gives", "answered by", "Rests on"),
                (_rule(matter, rule) for rule in matter.rules),
            ),
            *_asked_first(matter),
            _diagram(matter),
            stops,
            "### Letters that crossed on the way\n",
            "Both countries hold both letters. One counts first; the other counts too if it is then still possible.\n",
            _table(
                ("The sender sent", "The receiver sent", "First", "What both see"), map(_crossing, matter.crossings)
            ),
        ]
    )


def _rule(matter: Matter, rule: Rule) -> tuple[str, ...]:
    yes, no = matter.answers.get(rule.kind, ("yes", "no"))
    case = {"yes": f" ({yes})", "no": f" ({no})", "": ""}[rule.case]
    answers = ", ".join(f"`{kind}`" for kind in rule.answered_by) or "-"
    return rule.state, SIDES[rule.side], f"`{rule.kind}`{case}", rule.gives, answers, rule.source


def _asked_first(matter: Matter) -> Iterator[str]:
    """What the guards of each kind ask, in their own words: the first sentence of each, once."""
    asked = {rule.kind: dict.fromkeys(guard for one in matter.rules if one.kind == rule.kind for guard in one.guards)
             for rule in matter.rules if rule.guards}  # fmt: skip
    if asked:
        yield "### What both countries look at first\n"
        yield "A letter that lacks one of these has no effect; a sender that could have known is refused.\n"
        rows = [(f"`{kind}`", " ".join(_said(guard) for guard in guards)) for kind, guards in asked.items()]
        yield _table(("The letter", "counts only if"), rows)


def _gates() -> str:
    return f"{GATES_HEAD}\n{_table(('Gate', 'asks'), ((name, _said(gate)) for name, gate in GATES.items()))}"


def _said(asked: Guard | Callable[[Look], GateState]) -> str:
    said = inspect.cleandoc(asked.__doc__ or "").partition("\n\n")[0].replace("\n", " ")
    return said.partition(" Source: ")[0]


def _crossing(row: Crossing) -> tuple[str, ...]:
    return f"`{row.opener}`", f"`{row.responder}`", SIDES[row.first], row.then


def _diagram(matter: Matter) -> str:
    lines = dict.fromkeys(_arrow(rule) for rule in matter.rules)
    ends = (f"    {state} --> [*]" for state in sorted(matter.ends))
    return "\n".join(["```mermaid", "stateDiagram-v2", *lines, *ends, "```", ""])


def _arrow(rule: Rule) -> str:
    start = "[*]" if rule.state == NONE else rule.state
    case = {"yes": " yes", "no": " no", "": ""}[rule.case]
    return f"    {start} --> {rule.gives}: {SIDES[rule.side]} {rule.kind.split('.')[1]}{case}"


def _limits() -> str:
    rows = [
        (f"`{r.kind}`", r.routine.said(), r.priority.said(), r.urgent.said(), r.life_threat.said(), r.source)
        for r in REPLIES.values()
    ]
    steps = [(s.who, _after(s.routine.said()), _after(s.urgent.said())) for s in ESCALATION]
    return "\n".join(
        [
            "## Time limits\n",
            "Working days are those of the country that answers. The day of writing does not count; the last one does,",
            "to its end.\n",
            _table(("The answer to", "routine", "priority", "urgent", "life threat", "Rests on"), rows),
            "### When no answer comes\n",
            _table(("Who hears of it", "routine, priority", "urgent, life threat"), steps),
            "Before that, whoever owes or awaits the answer is reminded once: when the last working day begins; "
            "urgent 6 hours, life threat 1 hour before.\n",
        ]
    )


def _after(said: str) -> str:
    return "when it is due" if said.startswith("0 ") else f"{said} later"


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    def lines() -> Iterator[str]:
        yield "| " + " | ".join(head) + " |"
        yield "|" + "---|" * len(head)
        for row in rows:
            yield "| " + " | ".join(row) + " |"
        yield ""

    return "\n".join(lines())
