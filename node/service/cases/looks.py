"""Who looked at a case, and what about it was unusual: the rules are rows, each with a sentence on the page.

A mark accuses nobody: who is on call looks at night. It shows a coordinator where to ask. Source: interface C12; R24;
practice H14.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from node.protocol.directory.hours import is_open
from node.service.access import may_work_on
from node.service.actor import Actor
from node.service.cases.requests import LookView
from node.service.context import Node
from node.service.directory.shelf import body_of
from node.service.threads.times import DAY_FROM, DAY_UNTIL, calendar_of
from node.store.audit import AuditRow
from node.store.cases import CaseRow
from node.store.work import Reader

LOOKS: Final = (
    "identity_opened", "letter_opened", "case_taken", "identity_written", "found_beyond", "printed", "scan_attached",
    "scan_opened", "scan_removed", "case_exported", "note_written",
    "notes_opened", "talk_opened",
)  # fmt: skip
OPENED: Final = ("identity_opened", "letter_opened", "scan_opened", "notes_opened", "talk_opened", "found_beyond")
MANY: Final = 30  # things opened by one person in one hour
HOUR_S: Final = 3600
NEAR: Final = 5000  # lines of the audit on either side that are counted through
GIVEN: Final = "assigned:"  # begins the outcome of a line that tells whose a case became
NOBODY: Final = "nobody"
UNKNOWN: Final = "?"  # whose a case was: a line of before this was written down


class Around:
    """What has to be known beside a line to judge it; each thing is asked for once."""

    def __init__(self, node: Node, reader: Reader, case: CaseRow) -> None:
        self._reader = reader
        self._calendar = calendar_of(node, node.country)
        entry = reader.directory.get(node.country)
        self._hours = () if entry is None else body_of(entry).hours
        self._owners = _owners(reader, case)
        self._counted: dict[tuple[str, int], int] = {}

    def is_open_at(self, at: int) -> bool:
        """Whether the office is open: by its published hours, else on working days from morning to evening."""
        if self._hours:
            return is_open(self._hours, self._calendar, at)
        there = datetime.fromtimestamp(at, self._calendar.zone)
        return self._calendar.works_on(there.date()) and DAY_FROM <= there.hour < DAY_UNTIL

    def is_theirs(self, line: AuditRow) -> bool:
        """Whether the case was this caseworker's, nobody's, or of whom they stand in for; true for coordinators."""
        user = self._reader.people.get(line.actor)
        if user is None or user.role != "caseworker":
            return True
        owner = next((owner for seq, owner in self._owners if seq <= line.seq), None)
        return owner in (None, UNKNOWN, line.actor) or self._reader.people.backup_of(owner) == line.actor

    def opened_in_that_hour(self, line: AuditRow) -> int:
        """How many different things this person opened in the hour of this line."""
        hour = line.at // HOUR_S * HOUR_S
        if (line.actor, hour) not in self._counted:
            lines = self._reader.audit.of_actor(line.actor, hour, hour + HOUR_S, (line.seq - NEAR, line.seq + NEAR))
            self._counted[line.actor, hour] = len({one.ref for one in lines if one.act in OPENED})
        return self._counted[line.actor, hour]


@dataclass(frozen=True, slots=True)
class Mark:
    """One rule: its name, whose sentence the page shows as `mark=`, and when a line has it."""

    name: str
    is_met: Callable[[AuditRow, Around], bool]


MARKS: Final = (
    Mark("beyond_caseload", lambda line, around: not around.is_theirs(line)),
    Mark("break_glass", lambda line, _: line.act == "found_beyond"),
    Mark("outside_hours", lambda line, around: line.act in OPENED and not around.is_open_at(line.at)),
    Mark("many_at_once", lambda line, around: line.act in OPENED and around.opened_in_that_hour(line) >= MANY),
)


async def who_looked(node: Node, actor: Actor, case_id: str) -> list[LookView]:
    """Who opened the case's names or letters, newest first: everybody who may work on it sees this."""
    return await node.store.read(lambda reader: _looks(node, reader, may_work_on(reader, actor, case_id)))


def _looks(node: Node, reader: Reader, row: CaseRow) -> list[LookView]:
    refs = [row.case_id, *(letter.letter_id for letter in reader.letters.of_case(row.case_id))]
    found = [line for ref in refs for line in reader.audit.lines(ref=ref, limit=1000) if line.act in LOOKS]
    found.sort(key=lambda line: -line.seq)
    around = Around(node, reader, row)
    return [
        LookView(
            at=line.at, who=line.actor, what=_what(node, line), ref=line.ref, reason=line.outcome.partition(":")[0],
            marks=[mark.name for mark in MARKS if mark.is_met(line, around)],
        )
        for line in found
    ]  # fmt: skip


def _what(node: Node, line: AuditRow) -> str:
    """The act; of a print also which paper, which stands covered in the log."""
    return f"{line.act}_{node.seals.uncover(line.rule).split(' ')[1]}" if line.act == "printed" else line.act


def _owners(reader: Reader, case: CaseRow) -> list[tuple[int, str | None]]:
    """From which line on whose the case was, newest first."""
    found: list[tuple[int, str | None]] = []
    for line in reader.audit.lines(ref=case.case_id, limit=1000):
        if line.act == "case_opened":
            maker = reader.people.get(line.actor)
            found.append((line.seq, line.actor if maker is not None and maker.role == "caseworker" else UNKNOWN))
        elif line.act == "case_taken":
            owner = line.outcome.removeprefix(GIVEN) if line.outcome.startswith(GIVEN) else UNKNOWN
            found.append((line.seq, None if owner == NOBODY else owner))
    return found
