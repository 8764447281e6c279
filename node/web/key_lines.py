"""The page of our keys line by line: what the registry has, what waits for it, and what is still to do.

The same lines are what `trm-node keys show` prints. Source: interface O2; registry 4.5.
"""

from collections.abc import Iterator
from typing import Final

from node.service.upkeep.key_state import KeyState, Listed
from node.web.health_lines import CHANGE_OFFICE, Line
from node.web.marks import N_

REQUEST: Final = "trm-registry request node-record.json --key role-XX --version N"
RECORD: Final = "trm-node keys record"
ELSEWHERE: Final = N_(
    "The registry lists another key than this node has. It came from a copy made before a change, or somebody else"
    " published a record."
)
PHONE: Final = N_(
    "Telephone the maintainers now. If it is an old copy, put back a newer one. An office key comes back with two of"
    " its recovery sheets."
)
BACK: Final = "trm-node keys office --why routine --with-sheets ONE OTHER --second LOGIN --sheets NEW-FOLDER"
UNWRITTEN: Final = N_("It was changed, and no record says so yet.")
WRITE: Final = N_("Stop the node, write the record, and send it to the registry.")
WAITS: Final = N_("A new one waits for the registry; until then other countries use the one before.")
SEND: Final = N_("Make the request on the offline machine and send it to the publisher.")
UNKNOWN: Final = N_("The registry does not list us yet.")
JOIN: Final = N_("Send the request to the maintainers, who telephone and compare twelve groups.")


def lines(s: KeyState) -> list[Line]:
    """Every line, in the order of what is to be done first."""
    return [*_record(s), *_office(s), *_older(s), *_message(s), *_fallback(s), *_next(s), *_copies(s)]


def gravest(s: KeyState) -> list[Line]:
    """What stands on the page of health too: keys that no record lists, or that a copy brought back."""
    return [line for line in lines(s) if line.says in (ELSEWHERE, UNWRITTEN)]


def _record(s: KeyState) -> Iterator[Line]:
    name, values = N_("Our record in the registry"), {"here": s.record_here or 0, "there": s.record_there or 0}
    if s.record_there is None:
        yield Line(name, "warning", UNKNOWN, {}, JOIN, REQUEST)
    elif s.record_here is not None and s.record_here > s.record_there:
        says = N_("Record %(here)s waits to be signed and published; the registry has record %(there)s.")
        yield Line(name, "warning", says, values, SEND, REQUEST)
    else:
        says = N_("The registry has our newest record, number %(there)s, made: %(at)s")
        yield Line(name, "ok", says, {**values, "at": s.record_there_at or 0})


def _office(s: KeyState) -> Iterator[Line]:
    name = N_("Office key, which opens names")
    if s.asked_for:
        says = N_("Somebody who read names was shut out, and the office key is still the same.")
        fix = N_("Two people change it within seven days; then the record goes to the registry.")
        yield Line(name, "wrong", says, {}, fix, CHANGE_OFFICE)
    elif s.office == "yes" and s.office_waits_until > s.now:
        says = N_("The new one is published; other countries use it from: %(at)s")
        yield Line(name, "ok", says, {"at": s.office_waits_until})
    else:
        yield _stands(name, s.office, BACK)


def _older(s: KeyState) -> Iterator[Line]:
    if not s.older_offices:
        return
    name, values = N_("Office keys before it"), {"count": s.older_offices, "at": s.older_last_letter}
    if s.now < s.older_last_letter:
        says = N_("Kept, so that what was sealed to them opens: %(count)s. The last such letter can come until: %(at)s")
        yield Line(name, "ok", says, values)
    else:
        yield Line(
            name, "warning", N_("Still kept: %(count)s. No letter sealed to them can come any more."), values,
            N_("Seal our own names to the new key, and destroy those that no letter needs."),
            "trm-node keys settle",
        )  # fmt: skip


def _message(s: KeyState) -> Iterator[Line]:
    yield _stands(N_("Message key, which signs letters"), s.message, "trm-node keys message NEXT-KEY-FILE")


def _fallback(s: KeyState) -> Iterator[Line]:
    if s.fallback != "yes":
        yield _stands(N_("Fallback key, for what must not wait"), s.fallback, RECORD)


def _next(s: KeyState) -> Iterator[Line]:
    name, command = N_("Message key that comes next"), "trm-node keys announce NEXT-KEY-FILE"
    if s.next_published:
        yield Line(name, "ok", N_("It is announced; in an emergency other countries take it at once."), {})
    elif s.next_announced:
        yield Line(name, "warning", N_("It is written in a record that is not published yet."), {}, SEND, REQUEST)
    else:
        yield Line(
            name, "warning", N_("None is announced: a change in an emergency would set us apart for 72 hours."), {},
            N_("Announce one, and keep its file away from this machine and from the role keys."), command,
        )  # fmt: skip


def _copies(s: KeyState) -> Iterator[Line]:
    if not s.copied_since:
        yield Line(
            N_("Backup"), "wrong",
            N_("No copy of database and keys was made since a key changed; an older one does not open what comes now."),
            {}, N_("Make both copies now, try them, and destroy the older ones when nobody needs them."),
            "trm-node backup; trm-node backup --keys; trm-node restore --try",
        )  # fmt: skip


def _stands(name: str, listed: Listed, again: str) -> Line:
    """How a key stands with the registry."""
    return {
        "yes": Line(name, "ok", N_("It is the one that the registry lists."), {}),
        "waits": Line(name, "warning", WAITS, {}, SEND, REQUEST),
        "unwritten": Line(name, "wrong", UNWRITTEN, {}, WRITE, RECORD),
        "elsewhere": Line(name, "wrong", ELSEWHERE, {}, PHONE, again),
        "unknown": Line(name, "warning", UNKNOWN, {}, JOIN, REQUEST),
    }[listed]
