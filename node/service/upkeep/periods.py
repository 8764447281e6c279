"""Every period this node counts, and the rule each rests on: read from the tables and constants that are in force.

Nothing is typed here a second time: a period that is changed where it is used is changed on the page. Of a country's
recovery period its own entry tells. Source: interface C9, O7.
"""

import re
from typing import Final

import msgspec
from msgspec.structs import replace

from node.protocol.cases.case import Retention
from node.protocol.cases.coming_of_age import HELP_GOES_ON_S, WARNED_BEFORE_S
from node.protocol.consent.record import DEFAULT_CONSENT_SECONDS, MAX_CONSENT_SECONDS, MAX_PROVISIONAL_SECONDS
from node.protocol.directory.freshness import HIDDEN_DAYS, UNVERIFIED_DAYS
from node.protocol.ladders import LADDERS
from node.protocol.letters.codes_rights import BREACH_NOTICE_S
from node.protocol.retention import LONGEST_HOLD_S, LONGEST_WISH_S, LONGEST_WORD_S
from node.protocol.return_gates import AFTER_RELEASE_S, RISK_DAYS, SILENT_S
from node.protocol.rules import RULES
from node.protocol.threads.deadlines import (
    ARRIVAL_AFTER_WINDOW_S,
    CARE_S,
    DEPARTURE_TOLD_S,
    ESCALATION,
    REMIND_BEFORE,
    REPLIES,
    Reply,
    Step,
)
from node.protocol.transit import CONFIRMED_AFTER_S
from node.service.cases.drafts import DRAFT_LIFE_S
from node.service.context import DAY_S, Node
from node.service.directory.shelf import body_of
from node.service.rights.breach import TELL_HER_S
from node.service.safety.on_call import DRILL_EVERY_S
from node.service.staff.invitations import LIFE_S
from node.service.staff.review import EVERY_S
from node.service.staff.sign_in import SignInLimits
from node.service.threads.longer_withdrawals import LONGEST_S
from node.store.work import Reader

NAMED: Final = re.compile(r"\b[RH][0-9]{2}\b")
CITED: Final = re.compile(r"GDPR [0-9()]+")


class Period(msgspec.Struct, frozen=True):
    """One period: seconds, or whole months; the rules it rests on."""

    name: str
    seconds: int
    rules: tuple[str, ...] = ()
    months: int = 0


FIXED: Final = (
    Period("consent_usual", DEFAULT_CONSENT_SECONDS, ("R22",)),
    Period("consent_longest", MAX_CONSENT_SECONDS, ("R22",)),
    Period("provisional_longest", MAX_PROVISIONAL_SECONDS, ("R22",)),
    Period("withdrawal_waits_longest", LONGEST_S, ("H16",)),
    Period("risk_assessment_counts", RISK_DAYS * DAY_S, ("R08",)),
    Period("origin_silent", SILENT_S, ("H23",)),
    Period("asked_after_release", AFTER_RELEASE_S, ("H25",)),
    Period("departure_told", DEPARTURE_TOLD_S, ("R32",)),
    Period("passage_told", CONFIRMED_AFTER_S, ("R32",)),
    Period("arrival_told", ARRIVAL_AFTER_WINDOW_S, ("R32", "H06")),
    Period("matter_open_after_acceptance", CARE_S, ("R25",)),
    Period("breach_told_abroad", BREACH_NOTICE_S, ("R33",)),
    Period("breach_told_to_her", TELL_HER_S, ("R33",)),
    Period("of_age_warned", WARNED_BEFORE_S, ("H27", "R12")),
    Period("child_help_goes_on", HELP_GOES_ON_S, ("H27", "R12")),
    Period("kept_after_end", 0, ("R25",), months=Retention().months_after_closure),
    Period("kept_from_abroad_longest", LONGEST_WORD_S, ("R25",)),
    Period("held_longest", LONGEST_HOLD_S, ("R25",)),
    Period("her_wish_longest", LONGEST_WISH_S, ("H34",)),
    Period("entry_doubtful", UNVERIFIED_DAYS * DAY_S, ("H21",)),
    Period("entry_hidden", HIDDEN_DAYS * DAY_S, ("H21",)),
    Period("drill_every", DRILL_EVERY_S, ("H21",)),
    Period("access_reviewed", EVERY_S, ("R24",)),
    Period("draft_kept", DRAFT_LIFE_S, ("R25",)),
    Period("invitation_open", LIFE_S, ("R24",)),
)

SET_HERE: Final = (  # how long, the operator says
    Period("evidence_kept", 0, ("R25",)),
    Period("desk_locks", 0, ("R24",)),
    Period("sign_in_ends", 0, ("R24",)),
)


class Alarm(msgspec.Struct, frozen=True):
    """One ladder of alarms: by when a person should have it, when each step is taken, how often the last repeats."""

    ladder: str
    due_s: int
    steps_s: tuple[int, ...]
    again_s: int
    rules: tuple[str, ...]


class Recovery(msgspec.Struct, frozen=True):
    """The recovery period that a country's law gives her, as its entry says; None where it says none."""

    country: str
    days: int | None


class Periods(msgspec.Struct, frozen=True):
    """Everything the page shows."""

    replies: list[Reply]
    steps: list[Step]
    remind_s: dict[str, int]
    alarms: list[Alarm]
    fixed: list[Period]
    set_here: list[Period]
    recovery: list[Recovery]


async def periods(node: Node, limits: SignInLimits) -> Periods:
    """Every period in force here."""
    return Periods(
        replies=list(REPLIES.values()),
        steps=list(ESCALATION),
        remind_s={str(urgency): seconds for urgency, seconds in REMIND_BEFORE.items()},
        alarms=[
            Alarm(name, one.due_s, tuple(step.after_s for step in one.steps), one.again_s, one.rules)
            for name, one in LADDERS.items()
        ],
        fixed=list(FIXED),
        set_here=_set_here(node, limits),
        recovery=await node.store.read(lambda reader: _recovery(node, reader)),
    )


def rules_in(source: str) -> tuple[str, ...]:
    """The rules that the source of a row names."""
    return tuple(NAMED.findall(source))


def law_of(rules: tuple[str, ...], source: str = "") -> list[str]:
    """The law behind these rules and what a source cites itself; a rule of practice has none but itself."""
    laws = {one.id: one.source for one in RULES}
    cited = (*CITED.findall(source), *(laws[rule] for rule in rules))
    return list(dict.fromkeys(law for law in cited if any(sign.isdigit() for sign in law) and "practice" not in law))


def _set_here(node: Node, limits: SignInLimits) -> list[Period]:
    seconds = (node.limits.limitation_s, limits.idle_s, limits.max_s)
    return [replace(one, seconds=length) for one, length in zip(SET_HERE, seconds, strict=True)]


def _recovery(node: Node, reader: Reader) -> list[Recovery]:
    said = {row.country: next(iter(body_of(row).legal.recovery_days), None) for row in reader.directory.all()}
    return [Recovery(code, said.get(code)) for code in sorted(node.view.countries)]
