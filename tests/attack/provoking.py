"""A country that pokes a referral after it ended, with everything a node can send, and what it gets back.

The letters are forged with its real keys, so that nothing of its own node keeps it from sending them: every kind, on
the thread or about it, with wrong numbers, sides and persons, unknown kinds, broken bytes. Whoever works at the other
desk does what is asked, if it may be done. Used by `test_asylum_after_the_stop`.
"""

import asyncio
import hashlib
import json
import random
from dataclasses import dataclass, field
from typing import Any, Final, cast

from node.crypto.receipts import Hint
from node.protocol.letters.kinds import KINDS, LETTER
from node.service.cases.cases import change_case
from node.service.cases.requests import SetProtection, SetTie
from node.service.delivery.incoming import receive
from node.service.rights import access, complaints
from node.service.rights.complaints import AnswerComplaint
from node.service.safety import following
from node.service.safety.requests import Acknowledge, StandDown, UpdateAlert
from node.service.threads import reading
from node.service.threads.book import Book
from node.service.threads.commands import Withdraw
from node.service.threads.withdrawals import withdraw_consent
from node.store.work import Reader
from tests.attack.forged_posts import answer, forged_chain
from tests.attack.pairs import HOUR, ID, Seen, Stage, tried
from tests.attack.return_pairs import Run
from tests.letters_support import LETTER_ID, NOTHING, TOKEN, document, to_bytes
from tests.unit.service.rights_support import NAMES
from tests.unit.test_spine import ACCEPT
from tests.world import DAY_S, HER, Country

ON_THE_THREAD: Final = tuple(name for name, kind in KINDS.items() if kind.letter_class == LETTER)
ASKS: Final = ("erasure.request", "access.request", "safety.alert", "consent.withdrawal", "complaint.open")
ABOUT: Final = ("complaint.open", "referral.offer", "ident.support_request", "safety.alert", "info.request")
WRONG: Final = ("unknown kind", "broken", "wrong side", "number used", "another person", "answers nothing", "no letter")
ARRANGE: Final = {
    "modes": ["road"], "met_by": "receiving_organisation", "interpreters": [], "escorts": [], "costs": [],
}  # fmt: skip
UPHELD: Final = AnswerComplaint(
    outcome="upheld", body="ombudsperson-xd", body_kind="ombudsperson", measures=("decision_changed",),
    next_routes=("court",),
)  # fmt: skip
ANSWERED_BY: Final[dict[str, tuple[str, dict[str, Any]]]] = {
    "referral.offer": ("referral.decline", {"reason": "no_capacity", "alternatives": [], "retry_after": []}),
    "ident.support_request": ("ident.support_response", {"offers": [], "available_from": [], "findings": []}),
}


@dataclass
class Poked:
    """One referral of a pair. `role`: our side; `stage`: how far it had come; `threads`: it, and those about it."""

    pair: int
    cause: str
    role: str
    stage: int
    case: str = ""
    consent: str = ""
    person: str = HER
    thread: str = ""
    token: str = ""
    theirs: str = ""  # a letter of theirs on the thread
    before: str = ""  # a thread about her that ended before, and her token there
    token_before: str = ""
    n: int = 0
    ours: int = 0
    alerts: list[str] = field(default_factory=list)
    threads: list[str] = field(default_factory=list)
    answers: list[Seen] = field(default_factory=list)
    done: set[str] = field(default_factory=set)


@dataclass(frozen=True)
class Poke:
    """What is sent: a kind; on the thread, on one of its own about it, on one that ended before; what is wrong."""

    kind: str
    about: bool
    seen_ours: bool
    before: bool
    wrong: str

    @staticmethod
    def drawn(chance: random.Random) -> "Poke":
        """One of everything that can be sent; what asks for something is the likeliest."""
        about = chance.random() < 0.25
        kinds = ABOUT if about else ASKS if chance.random() < 0.65 else ON_THE_THREAD
        wrong = chance.choice(WRONG) if chance.random() < 0.25 else ""
        return Poke(chance.choice(kinds), about, chance.random() < 0.7, chance.random() < 0.3, wrong)


async def refer(stage: Stage, runs: list[Poked]) -> None:
    """Every referral up to its stage; both of a pair alike. Half are XD's own, half came from XA."""
    world = stage.world
    await asyncio.gather(*(_offered(stage, run) for run in runs))
    await world.settle()
    await asyncio.gather(*(_answered(stage, run) for run in runs))
    await world.settle()
    await asyncio.gather(*(_named_and_arranged(stage, run) for run in runs if run.stage > 1))
    await world.settle()
    for run in runs:
        view = await world["XA"].view(run.thread)
        own = [one for one in view.letters if one.direction == "out"]
        run.n, run.ours = len(own), len(view.letters) - len(own)
        run.theirs = own[0].letter_id if own else LETTER_ID


def poked(stage: Stage, run: Run) -> Poked:
    """A return as the origin pokes it."""
    rows = stage.world["XA"].node.store.read_sync(lambda reader: reader.letters.of_thread("XD", run.thread))
    theirs = [row.letter_id for row in rows if row.direction == "out"]
    return Poked(
        run.pair, run.cause, "opener", 2, case=run.case, consent=run.consent, thread=run.thread, threads=[run.thread],
        token=stage.world["XD"].tokens(run.thread)[HER], theirs=theirs[0], n=len(theirs), ours=len(rows) - len(theirs),
    )  # fmt: skip


async def _offered(stage: Stage, run: Poked) -> None:
    opener, other = _opener(stage, run), _other(stage, run).code
    case = await opener.new_case()
    await opener.write_identity(case, {HER: dict(NAMES)})
    run.consent = await opener.consent(case, other)
    run.thread = (await opener.offer(other, case)).thread
    run.token = opener.tokens(run.thread)[HER]
    run.threads.append(run.thread)
    if run.role == "opener" and run.pair % 3 == 0:
        run.before = (await opener.offer(other, case)).thread
        run.token_before = opener.tokens(run.before)[HER]
        run.threads.append(run.before)


async def _answered(stage: Stage, run: Poked) -> None:
    run.case, run.person = case_of(stage.world["XD"], run.thread)
    if run.before:
        await stage.world["XA"].act(run.before, *ANSWERED_BY["referral.offer"])
    if run.stage:
        needed = [{"person": run.token, "field": name, "level": "L3"} for name in NAMES]
        accepting = _other(stage, run)
        body = {**ACCEPT, "organisation": accepting.haven, "persons": [run.token], "data_needed": needed}
        await accepting.act(run.thread, "referral.accept", body)


async def _named_and_arranged(stage: Stage, run: Poked) -> None:
    opener, window = _opener(stage, run), stage.world.clock.now() + 9 * DAY_S
    await opener.act(run.thread, "referral.disclose", {"complete": True}, disclose={HER: list(NAMES)})
    arrange = {**ARRANGE, "window_starts_at": window, "window_ends": window + DAY_S}
    await tried(opener.act(run.thread, "referral.arrange", arrange))


async def end(stage: Stage, run: Poked) -> None:
    """The one difference between the two of a pair: she asks for asylum, or she is ill and people here end it."""
    xd = stage.world["XD"]
    if run.cause == "illness":
        await xd.stop(run.thread)
        return
    tie = SetTie(person_id=run.person, country="XA", kind="nationality", feared="yes")
    for change in (tie, SetProtection(person_id=run.person, protection="sought")):
        await change_case(xd.node, xd.coordinator, run.case, change)


async def take_back(stage: Stage, run: Poked) -> None:
    """She takes back a part of what she allowed, where she is ours: a letter that only we begin, and before the end."""
    xd = stage.world["XD"]
    if run.role == "opener" and not run.before:
        await withdraw_consent(xd.node, xd.coordinator, run.case, run.consent, Withdraw(levels=("L3",)))


async def send(stage: Stage, pair: list[Poked], poke: Poke) -> None:
    """XA sends it about both of a pair."""
    await send_all(stage, [(run, poke) for run in pair])


async def send_all(stage: Stage, pokes: list[tuple[Poked, Poke]]) -> None:
    """XA sends all this in one post, with keys of its own and nothing to hold it back; what comes back is noted."""
    world, xa = stage.world, stage.world["XA"].node
    was = xa.store.read_sync(lambda reader: reader.channels.out_head("XD", xa.epoch))
    letters = [letter_bytes(stage, run, poke) for run, poke in pokes]
    posted = forged_chain(world, "XA", "XD", letters, was)
    last = posted[-1]
    hashed = hashlib.sha256(last.s_bytes).digest()
    await xa.store.write(lambda work: work.channels.advance_out("XD", was, last.statement.seq, hashed))
    slots, _ = await receive(world["XD"].node, [one.envelope for one in posted])
    for (run, poke), sent, slot in zip(pokes, posted, slots, strict=True):
        said = answer(world, "XA", "XD", sent, slot)
        told = ("hint", said.code) if isinstance(said, Hint) else (int(said.status), said.reason)
        run.answers.append((world.clock.now() - stage.began, poke.kind, *told, len(slot)))


def letter_bytes(stage: Stage, run: Poked, poke: Poke) -> bytes:
    return b'{"kind":"access.request",' if poke.wrong == "broken" else to_bytes(_letter(stage, run, poke))


def _letter(stage: Stage, run: Poked, poke: Poke) -> dict[str, Any]:
    about, before = poke.about and KINDS[poke.kind].opens, run.before if poke.before else ""
    letter = _frame(stage, poke.kind)
    run.n += 0 if about or poke.wrong == "number used" else 1
    side = "opener" if about or run.role == "responder" else "responder"
    letter |= {
        "thread": stage.ids.randbytes(16).hex() if about else before or run.thread,
        "n": 1 if about else max(run.n, 1) + (50 if before else 0),
        "seen": 0 if about or not poke.seen_ours else run.ours + 9,
        "sender_role": {"opener": "responder", "responder": "opener"}[side] if poke.wrong == "wrong side" else side,
        "kind": "referral.surprise" if poke.wrong == "unknown kind" else poke.kind,
    }
    if about:
        run.threads.append(letter["thread"])
        letter["relates_to"] = None if poke.kind == "safety.alert" else before or run.thread
    if poke.wrong == "answers nothing":
        letter["in_reply_to"] = "ab" * 16
    stage.letters[letter["letter_id"]] = letter["thread"]
    if poke.kind == "safety.alert" and not about:
        run.alerts.append(letter["letter_id"])
    hers = run.token_before if before and not about else run.token
    names = {TOKEN: "cd" * 16 if poke.wrong == "another person" else hers, LETTER_ID: _named(run, poke)}
    for name in ("body", "consent"):
        text = json.dumps(letter[name])
        for placeholder, drawn in names.items():
            text = text.replace(placeholder, drawn)
        letter[name] = json.loads(text)
    return letter


def _frame(stage: Stage, kind: str) -> dict[str, Any]:
    """A letter as this kind needs it: nothing sealed, nothing disclosed, consent where it begins a thread.

    Ids grow, so that the letters of one second are dealt with in the order in which they were sent.
    """
    now = stage.world.clock.now()
    letter_id = f"{len(stage.letters):08x}{stage.ids.randbytes(12).hex()}"
    letter = document(kind) | {"letter_id": letter_id, "written_at": now}
    if kind == "referral.offer":
        letter["body"]["dependants"] = []
    if KINDS[kind].stop:
        return letter
    consent = letter["consent"] if KINDS[kind].opens and not kind.startswith("safety.") else []
    letter |= {**NOTHING, "consent": consent, "reply_by": now + 7 * DAY_S, "thread_ends": now + 60 * DAY_S}
    letter |= {"lawful_basis": "legal_obligation", "retention_until": now + 300 * DAY_S}
    if kind.startswith("safety."):
        letter |= {"lawful_basis": "vital_interests", "urgency": "urgent"}
    return letter


def _named(run: Poked, poke: Poke) -> str:
    """The letter that a body names: one of theirs, their last alert, or one that nobody knows."""
    if poke.kind in ("safety.update", "safety.acknowledged", "safety.stand_down") and run.alerts:
        return run.alerts[-1]
    return LETTER_ID if poke.wrong == "no letter" else run.theirs


async def work(stage: Stage, run: Poked) -> None:
    """Whoever sits at the desk opens what came about her, and does what is asked, if it may be done."""
    xd = stage.world["XD"]
    for thread, letter_id in xd.node.store.read_sync(lambda reader: _come_in(reader, run)):
        run.done.add(letter_id)
        await tried(_dealt_with(xd, run, thread, letter_id))


def _come_in(reader: Reader, run: Poked) -> list[tuple[str, str]]:
    rows = [row for thread in run.threads for row in reader.letters.of_thread("XA", thread)]
    new = [row for row in rows if row.direction == "in" and row.letter_id not in run.done]
    return [(row.thread_id or "", row.letter_id) for row in new]


async def _dealt_with(xd: Country, run: Poked, thread: str, letter_id: str) -> None:
    opened = await reading.open_letter(xd.node, xd.coordinator, letter_id)
    kind, body = str(opened["kind"]), cast(Any, opened["body"])
    if kind in ("erasure.request", "consent.withdrawal"):
        items = body.get("items") or [{"letter_id": letter_id, "levels": ["L3"]}]
        told = [{**one, "result": "erased", "kept": []} for one in items]
        confirm = {"token": body["token"], "items": told, "onward": []}
        await xd.act(thread, "erasure.confirm", confirm, in_reply_to=letter_id)
    elif kind == "access.request":
        await access.answer(xd.node, xd.coordinator, thread, access.AnswerAccess(request=letter_id))
    elif kind in ("safety.alert", "safety.medical"):
        await tried(following.acknowledge(xd.node, xd.coordinator, letter_id, Acknowledge(action="acting")))
        await tried(following.update(xd.node, xd.coordinator, letter_id, UpdateAlert(status="danger_lessens")))
        await tried(following.stand_down(xd.node, xd.coordinator, letter_id, StandDown(reason="found_safe")))
    elif kind == "complaint.open":
        await complaints.answer(xd.node, xd.coordinator, thread, UPHELD)
    elif kind in ANSWERED_BY and thread != run.thread:  # nobody decides about her own referral here
        await xd.act(thread, *ANSWERED_BY[kind])


def _opener(stage: Stage, run: Poked) -> Country:
    return stage.world["XD" if run.role == "opener" else "XA"]


def _other(stage: Stage, run: Poked) -> Country:
    return stage.world["XA" if run.role == "opener" else "XD"]


def case_of(country: Country, thread: str) -> tuple[str, str]:
    node = country.node

    def find(reader: Any) -> tuple[str, str]:
        row = reader.threads.find(thread)
        return row.case_id, Book(node, reader).case(row.case_id).case.persons[0].person_id

    return node.store.read_sync(find)


def at_times(stage: Stage, ends: int, many: int) -> list[int]:
    """When it pokes: before the end, in the hours until the slot, and after the stop has come."""
    return sorted(stage.between(ends - 6 * HOUR, ends + 40 * HOUR) for _ in range(many))


def everything_of(run: Poked, seen: dict[str, list[Seen]]) -> list[str]:
    """All that the other country ever gets back about her: letters on the thread and on those about it, receipts.

    Without ids, which are drawn at random.
    """
    told = [*run.answers, *(one for thread in run.threads for one in seen[thread])]
    return sorted(ID.sub("id", repr(one)) for one in told)
