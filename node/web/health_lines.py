"""The health page line by line: how each part of the node fares, in a sentence, and what to do where it does not.

A line that is not well always says the remedy, and the command where there is one. Source: interface O3.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final, Literal

from node.service.context import DAY_S
from node.service.keep.copies import LAST_BACKUP, LAST_KEYS, LAST_TRIED, standing
from node.service.upkeep.overview import Machine, Overview
from node.web.marks import N_

Level = Literal["ok", "warning", "wrong"]
LEVELS: Final[dict[Level, str]] = {"ok": N_("Well"), "warning": N_("Look at this"), "wrong": N_("Wrong")}
CLOCK_BEHIND_S: Final = 300
KEY_ENDS_SOON_S: Final = 45 * DAY_S
CERTIFICATE_ENDS_SOON_S: Final = 21 * DAY_S
PREKEYS_END_SOON_S: Final = 28 * DAY_S
FEW_HOLIDAYS_DAYS: Final = 60
MANY_WRONG: Final = 20
MANY_FREE: Final = 3  # times what is asked for: below it the disk is on its way to full
DOCTOR: Final = "trm-node doctor"
CHANGE_OFFICE: Final = "trm-node keys office --why somebody_left --second LOGIN --sheets NEW-FOLDER"


@dataclass(frozen=True, slots=True)
class Line:
    """One part: what it is, how it fares, the sentence with its values (moments are ints above 2001), the remedy."""

    name: str
    level: Level
    says: str
    values: Mapping[str, object]
    fix: str = ""
    command: str = ""

    @property
    def mark(self) -> str:
        """The level as a word, so that no colour is needed."""
        return LEVELS[self.level]


def lines(o: Overview, m: Machine) -> list[Line]:
    """Every line but those of countries and jobs, in the order in which one would repair things."""
    return [line for part in PARTS for line in part(o, m)]


def worst(found: list[Line]) -> Level:
    """The gravest of these."""
    levels = {one.level for one in found}
    return next((level for level in ("wrong", "warning") if level in levels), "ok")


def _database(o: Overview, _: Machine) -> Iterator[Line]:
    name = N_("Database")
    if o.problem is not None:
        yield Line(
            name,
            "wrong",
            N_("The database takes nothing; the node only reads: %(why)s"),
            {"why": o.problem},
            N_(
                "Free the disk, or look at it; the node writes again by itself. If it does not, stop it and run"
                " the doctor."
            ),
            DOCTOR,
        )
    else:
        yield Line(name, "ok", N_("The database is read and written."), {})


def _disk(_: Overview, m: Machine) -> Iterator[Line]:
    name, values = N_("Disk"), {"free": f"{m.free_mb} MB", "wanted": f"{m.min_free_mb} MB"}
    if not m.min_free_mb:  # nobody told this desk of its machine
        return
    if m.free_mb < m.min_free_mb:
        yield Line(
            name,
            "wrong",
            N_("Only %(free)s are free; %(wanted)s are asked for."),
            values,
            N_("Make room on the disk of the data folder. A full disk stops all work."),
            "df -h",
        )
    elif m.free_mb < MANY_FREE * m.min_free_mb:
        yield Line(
            name,
            "warning",
            N_("%(free)s are free; that is little."),
            values,
            N_("Make room on the disk of the data folder before it is full."),
            "df -h",
        )
    else:
        yield Line(name, "ok", N_("%(free)s are free."), values)


def _clock(o: Overview, m: Machine) -> Iterator[Line]:
    name = N_("Clock")
    if o.registry_at > o.now + CLOCK_BEHIND_S:
        yield Line(
            name,
            "wrong",
            N_("The clock of this machine is behind: the registry was signed in its future."),
            {},
            N_("Set the clock and turn on time service. Deadlines and signatures hang on it."),
            "timedatectl set-ntp true",
        )
    elif m.moved_clock:
        yield Line(
            name,
            "warning",
            N_("The time comes from a file, as in a demo."),
            {},
            N_("Take the clock file out of the configuration."),
            "node.clock_file",
        )
    else:
        yield Line(name, "ok", N_("The clock does not contradict the registry: %(now)s"), {"now": o.now})


def _registry(o: Overview, _: Machine) -> Iterator[Line]:
    name, values = N_("Registry"), {"at": o.registry_at}
    fix = N_("Bring a mirror of the registry within reach, then look at the clock.")
    if not o.registry_at:
        yield Line(name, "wrong", N_("No registry was verified yet; nothing can be sent."), {}, fix, DOCTOR)
    elif o.registry == "queue_only":
        yield Line(
            name, "wrong", N_("The newest registry is too old: letters only queue. Signed: %(at)s"), values, fix, DOCTOR
        )
    elif o.registry in ("stale", "two_person"):
        says = {
            "stale": N_("The registry was not renewed for two days. Signed: %(at)s"),
            "two_person": N_("The registry is a week old: sending needs two people. Signed: %(at)s"),
        }
        yield Line(name, "warning", says[o.registry], values, fix, DOCTOR)
    else:
        yield Line(name, "ok", N_("The registry is fresh. Signed: %(at)s"), values)


def _registry_lies(o: Overview, _: Machine) -> Iterator[Line]:
    if o.registry_lies:
        yield Line(
            N_("What mirrors of the registry serve"),
            "wrong",
            N_(
                "Mirrors or countries whose files do not verify, are older than before, or are left out: %(count)s."
                " The last good list stays in use."
            ),
            {"count": o.registry_lies},
            N_("Somebody may be attacking it. Telephone a maintainer, and take that mirror out of the configuration."),
            "registry.mirrors",
        )


def _keys(o: Overview, _: Machine) -> Iterator[Line]:
    yield _ends(
        o,
        N_("Our record in the registry"),
        o.record_ends_at,
        KEY_ENDS_SOON_S,
        N_("Write the next record and send it to the maintainers."),
        "trm-node calendar --renew; trm-registry request node-record.json --key role-XX --version N",
    )
    yield _ends(
        o,
        N_("The role that signs our record"),
        o.role_ends_at,
        KEY_ENDS_SOON_S,
        N_("Send the next record, signed by the role, to the maintainers before that day."),
        "trm-registry request node-record.json --key role-XX --version N",
    )
    yield _ends(
        o,
        N_("Keys that others seal to"),
        o.prekeys_end_at,
        PREKEYS_END_SOON_S,
        N_("A job makes new ones each week. Look at the jobs below, and restart the node if one is late."),
        DOCTOR,
    )
    if o.waits_for_office_key:
        yield Line(
            N_("Office key"),
            "warning",
            N_("Somebody who read names was shut out, and the office key is still the same."),
            {},
            N_("Two people change it within seven days; then the record goes to the registry."),
            CHANGE_OFFICE,
        )


def _ends(o: Overview, name: str, at: int | None, soon_s: int, fix: str, command: str) -> Line:
    if at is None:
        return Line(name, "warning", N_("It is not there yet."), {}, fix, command)
    if at <= o.now:
        return Line(name, "wrong", N_("It ended: %(at)s"), {"at": at}, fix, command)
    level: Level = "warning" if at - o.now < soon_s else "ok"
    return Line(
        name,
        level,
        N_("It holds until: %(at)s"),
        {"at": at},
        "" if level == "ok" else fix,
        "" if level == "ok" else command,
    )


def _certificate(o: Overview, m: Machine) -> Iterator[Line]:
    if m.certificate_ends_at is not None:
        yield _ends(
            o,
            N_("Certificate of this node"),
            m.certificate_ends_at,
            CERTIFICATE_ENDS_SOON_S,
            N_("Renew it, then restart the node. Without it no country and no browser reaches you."),
            "tls.cert_file",
        )


def of_backup(o: Overview) -> Line:
    """How old the last copy of the database is."""
    return _copy(
        o, N_("Backup"), LAST_BACKUP, o.backup_at,
        (N_("No backup was ever made."), N_("The last copy was made, opened and checked: %(at)s")),
        N_("Make a copy now, and every night. Keep the copy of the keys apart from it."),
        "trm-node backup /mnt/copies/node-DAY.db",
    )  # fmt: skip


def _copies(o: Overview, _: Machine) -> Iterator[Line]:
    yield of_backup(o)
    yield _copy(
        o, N_("Copy of the keys"), LAST_KEYS, o.keys_copied_at,
        (N_("The keys were never copied; without them no backup opens."), N_("The keys were last copied: %(at)s")),
        N_("Copy them now, and every week, to another place. Destroy each copy after 30 days."),
        "trm-node backup --keys /mnt/other/keys-DAY",
    )  # fmt: skip
    yield _copy(
        o, N_("Restore that was tried"), LAST_TRIED, o.restore_tried_at,
        (
            N_("Nobody has tried whether a node comes out of the copies."),
            N_("A node last came out of the copies: %(at)s"),
        ),
        N_("Try the newest copies now, and every month. Nothing of the node is changed by it."),
        "trm-node restore --try /mnt/copies/node-DAY.db --keys /mnt/other/keys-DAY",
    )  # fmt: skip


def _copy(
    o: Overview, name: str, done: str, at: int | None, says: tuple[str, str], fix: str, command: str
) -> Line:  # fmt: skip
    how = standing(done, at, o.now)
    level: Level = "wrong" if how == "never" else how
    values = {} if at is None else {"at": at}
    return Line(name, level, says[at is not None], values, *(("", "") if level == "ok" else (fix, command)))


def _calls(_: Overview, m: Machine) -> Iterator[Line]:
    name = N_("Calling people about danger")
    if m.calls_by:
        yield Line(name, "ok", N_("People on call can be reached."), {})
    else:
        yield Line(
            name,
            "wrong",
            N_("Nobody is called when a letter about danger arrives."),
            {},
            N_("Name a mail server or a pager in the configuration, then restart the node."),
            "alarm.smtp_host, alarm.sender; alarm.command",
        )


def _calendar(_: Overview, m: Machine) -> Iterator[Line]:
    if m.holidays_left is not None and m.holidays_left < FEW_HOLIDAYS_DAYS:
        yield Line(
            N_("Public holidays"),
            "warning",
            N_("Our record lists them for %(days)s more days only."),
            {"days": max(0, m.holidays_left)},
            N_("Write the next record and send it to the maintainers."),
            "trm-node calendar --renew",
        )


def _sign_ins(o: Overview, _: Machine) -> Iterator[Line]:
    name, values = N_("Sign-ins"), {"wrong": o.wrong_passwords, "locked": o.locked_sign_ins}
    says = N_("Wrong passwords in a day: %(wrong)s. Sign-ins that have to wait now: %(locked)s.")
    if o.wrong_passwords >= MANY_WRONG or o.locked_sign_ins:
        yield Line(
            name,
            "warning",
            says,
            values,
            N_(
                "Ask whoever it was. If it was nobody here, somebody is guessing: tell the coordinator, who gives"
                " new passwords."
            ),
            "trm-node user password LOGIN",
        )
    else:
        yield Line(name, "ok", says, values)


PARTS: Final[tuple[Callable[[Overview, Machine], Iterator[Line]], ...]] = (
    _database,
    _disk,
    _clock,
    _registry,
    _registry_lies,
    _keys,
    _certificate,
    _copies,
    _calls,
    _calendar,
    _sign_ins,
)
