"""What only we know of somebody, row by row, and letters of the other country about her, sent one by one.

`KNOWN`: a state is one row, and is compared with the row `beside` it. `in_turn` says what each answer took here:
statements, rows of every table and index, records of the journal. Used by `test_unseen_states`.
"""

import hashlib
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from typing import Final

from node.crypto.receipts import Hint, Receipt
from node.service.cases.cases import change_case
from node.service.cases.change import Change
from node.service.cases.confirming import decide_change
from node.service.cases.keep_requests import CloseCase, HoldForLaw, KeepAtHerRequest
from node.service.cases.requests import (
    BlockCountries,
    Detained,
    DoubtAge,
    HoldForReview,
    RecordDistrust,
    SetProtection,
    SetTie,
)
from node.service.cases.requests_life import RecordBirth, RecordDeath, RecordIncapacity
from node.service.cases.requests_people import CheckCustody, SuspectFamily
from node.service.cases.requests_safety import RecordDisappearance
from node.service.delivery.incoming import receive
from node.store.work import Reader
from tests.attack.forged_posts import answer, forged_chain
from tests.attack.pairs import Stage
from tests.attack.provoking import Poke, Poked, letter_bytes, poked, refer
from tests.attack.return_pairs import Run, begin
from tests.forge import Forged
from tests.world import DAY_S, NOW, World

NOTHING, STOPPED = "nothing", "stopped for illness"
Record = Callable[[World, Poked], Awaitable[None]]


@dataclass(frozen=True)
class State:
    """What is known of her here, how it is recorded, and what it is compared with."""

    name: str
    record: Record
    beside: str = NOTHING


@dataclass(frozen=True)
class Took:
    """What one answer took: what it says, what the database was asked, how many rows each table and each index of
    some rows alone has more, and how many records the journal.
    """

    said: tuple[object, ...]
    asked: tuple[str, ...]
    written: tuple[tuple[str, int], ...]
    journal: int


@dataclass
class Seen:
    """What the database of XD is asked, without values, and what its journal takes."""

    asked: list[str] = field(default_factory=list)
    noted: list[bytes] = field(default_factory=list)
    counts: str = ""

    def forget(self) -> None:
        self.asked.clear()
        self.noted.clear()

    def counted(self, world: World) -> dict[str, int]:
        """The rows of every table of XD, and of every index in which only some rows stand."""
        reader = world["XD"].node.store.read_sync
        self.counts = self.counts or reader(_counts)
        return dict(reader(lambda one: one.connection.execute(self.counts).fetchall()))

    def watch(self, world: World) -> None:
        """Every record of the journal from now on."""
        store, writer = world["XD"].node.store, world["XD"].node.store._writing()
        append = writer.journal
        assert append is not None

        def noted(entries: list[bytes]) -> None:
            self.noted.extend(entries)
            append(entries)

        store.journal_to(noted)


def _counts(reader: Reader) -> str:
    """One query that counts them all."""
    query = "select type, name, tbl_name, sql from sqlite_master where sql is not null and name not like 'sqlite_%'"
    parts = []
    for kind, name, table, sql in reader.connection.execute(query).fetchall():
        _, _, some = sql.partition(" where ")
        if kind == "table" or some:
            where = f" where {some}" if kind == "index" else ""
            parts.append(f"select '{kind} {name}', (select count(*) from \"{table}\"{where})")
    return " union all ".join(parts)


def changes(*made: Callable[[str], Change]) -> Record:
    """Changes of her case that people of ours make; her id is given."""

    async def record(world: World, run: Poked) -> None:
        for one in made:
            await _changed(world, run, one(run.person))

    return record


async def _changed(world: World, run: Poked, change: Change) -> None:
    """By one person, and by a second one where it needs two."""
    xd = world["XD"]
    done = await change_case(xd.node, xd.coordinator, run.case, change)
    if done.pending is not None:
        await decide_change(xd.node, xd.caseworker, run.case, done.pending, True)


async def _nothing(world: World, run: Poked) -> None:
    """We know what the other country told us."""


async def _stopped(world: World, run: Poked) -> None:
    await world["XD"].stop(run.thread)


async def _waits_for_a_second_person(world: World, run: Poked) -> None:
    xd = world["XD"]
    change = RecordDistrust(target="country", value="XT")
    assert (await change_case(xd.node, xd.coordinator, run.case, change)).pending is not None


FEARED: Final = changes(
    lambda her: SetTie(person_id=her, country="XA", kind="nationality", feared="yes"),
    lambda her: SetProtection(person_id=her, protection="sought"),
)
KNOWN: Final[tuple[State, ...]] = (
    State(NOTHING, _nothing),
    State("nothing again", _nothing),
    State(STOPPED, _stopped),
    State("asylum", FEARED, beside=STOPPED),
    State("asylum, from nobody knows where", changes(lambda her: SetProtection(person_id=her, protection="sought"))),
    State("named", changes(lambda her: BlockCountries(person_id=her, countries=("XA",))), beside=STOPPED),
    State("pressed", changes(lambda her: HoldForReview(person_id=her))),
    State("detained", changes(lambda her: Detained())),
    State("family suspected", changes(lambda her: SuspectFamily(person_id=her))),
    State("distrusted", changes(lambda her: RecordDistrust(target="country", value="XA"))),
    State("gone", changes(lambda her: RecordDisappearance(person_id=her, what="lost_contact"))),
    State("dead", changes(lambda her: RecordDeath(person_id=her, on="2026-11-18"))),
    State("newborn", changes(lambda her: RecordBirth(parent=her, on="2026-11-18"))),
    State("age doubted", changes(lambda her: DoubtAge(person_id=her))),
    State(
        "custody disputed",
        changes(
            lambda her: DoubtAge(person_id=her),
            lambda her: CheckCustody(person_id=her, status="disputed", checked_on="2026-11-18"),
        ),
    ),
    State("cannot decide", changes(lambda her: RecordIncapacity(person_id=her, since=NOW - DAY_S, lasting="for_now"))),
    State("kept at her request", changes(lambda her: KeepAtHerRequest(until=NOW + 900 * DAY_S))),
    State("held for law", changes(lambda her: HoldForLaw(ground="criminal_proceedings", until=NOW + 900 * DAY_S))),
    State("closed here", changes(lambda her: CloseCase())),
    State("a second person is waited for", _waits_for_a_second_person),
)


async def send_one(stage: Stage, run: Poked, kind: str, seen: Seen) -> Took:
    """XA sends a letter with its own keys and nothing to hold it back; what its answer took at XD.

    `+` before the kind: it begins a thread of its own, about this one.
    """
    poke = Poke(kind.lstrip("+"), kind.startswith("+"), seen_ours=True, before=False, wrong="")
    (sent,) = await _chained(stage, [letter_bytes(stage, run, poke)])
    slots, took = await _taken(stage.world, [sent.envelope], seen)
    told = answer(stage.world, "XA", "XD", sent, slots[0])
    said = ("hint",) if isinstance(told, Hint) else (int(told.status), told.reason, len(slots[0]))
    return replace(took, said=said)


async def _chained(stage: Stage, letters: list[bytes]) -> list[Forged]:
    """Envelopes of XA that follow what it sent before."""
    xa = stage.world["XA"].node
    was = xa.store.read_sync(lambda reader: reader.channels.out_head("XD", xa.epoch))
    sent = forged_chain(stage.world, "XA", "XD", letters, was)
    last, hashed = sent[-1].statement.seq, hashlib.sha256(sent[-1].s_bytes).digest()
    await xa.store.write(lambda work: work.channels.advance_out("XD", was, last, hashed))
    return sent


async def _taken(world: World, envelopes: list[bytes], seen: Seen) -> tuple[list[bytes], Took]:
    """One post at XD: its slots, and what they took."""
    before = seen.counted(world)
    seen.forget()
    slots, _ = await receive(world["XD"].node, envelopes)
    asked, noted = tuple(seen.asked), len(seen.noted)
    written = tuple((name, many - before[name]) for name, many in seen.counted(world).items() if many != before[name])
    return slots, Took((), asked, written, noted)


async def referrals(stage: Stage, role: str, many: int) -> dict[str, list[Poked]]:
    """So many accepted referrals for each state, XD's own (`opener`) or XA's; then what XD alone knows is recorded."""
    made = {one.name: [Poked(number, one.name, role, 2) for number in range(many)] for one in KNOWN}
    await refer(stage, [run for runs in made.values() for run in runs])
    return await _recorded(stage, made)


async def returns(stage: Stage, name: str, many: int) -> dict[str, list[Poked]]:
    """The same of returns at this stage; all go through a third country."""
    runs = {one.name: [Run(number, one.name, name, through=True) for number in range(many)] for one in KNOWN}
    await begin(stage, [run for several in runs.values() for run in several])
    return await _recorded(stage, {state: [poked(stage, run) for run in several] for state, several in runs.items()})


async def _recorded(stage: Stage, made: dict[str, list[Poked]]) -> dict[str, list[Poked]]:
    for state in KNOWN:
        for run in made[state.name]:
            await state.record(stage.world, run)
    await stage.world.sweep()
    await send_one(stage, made[NOTHING][0], "+info.request", Seen())  # the first of an hour is noted as contact
    return made


async def in_turn(stage: Stage, made: dict[str, list[Poked]], kind: str, seen: Seen) -> dict[str, list[Took]]:
    """A letter of this kind on every thread, in an order drawn for the kind; what each took, by state."""
    runs = [(state, run) for state, several in made.items() for run in several]
    random.Random(kind).shuffle(runs)
    took: dict[str, list[Took]] = {state: [] for state in made}
    for state, run in runs:
        took[state].append(await send_one(stage, run, kind, seen))
    return took


async def send_many(stage: Stage, runs: list[Poked], seen: Seen) -> Took:
    """XA sends an update on each thread, all in one post; `said`: the place of each receipt in the chain, and when."""
    poke = Poke("referral.update", about=False, seen_ours=True, before=False, wrong="")
    sent = await _chained(stage, [letter_bytes(stage, run, poke) for run in runs])
    slots, took = await _taken(stage.world, [one.envelope for one in sent], seen)
    told = [answer(stage.world, "XA", "XD", one, slot) for one, slot in zip(sent, slots, strict=True)]
    receipts = [one for one in told if isinstance(one, Receipt)]
    first = receipts[0]
    return replace(took, said=tuple((one.index - first.index, one.at - first.at, one.status) for one in receipts))
