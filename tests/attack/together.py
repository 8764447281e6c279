"""Pairs of people of whom one country hears on several threads: a return, a referral and a question, ended together.

One of a pair ends by asylum, the other by illness, whichever of the threads people name then. Questions that the other
country asks us are in `test_neutral_answers`. Used by `test_asylum_after_the_stop`.
"""

from dataclasses import dataclass
from typing import Any, Final

import msgspec

from node.protocol.letters.bodies_information import Finding
from node.service.information import answers
from node.service.information.answers import Confirm
from node.service.threads import opening
from node.service.threads.commands import FieldsOf, OpenThread
from tests.attack.pairs import Stage
from tests.attack.provoking import Poked, end, take_back
from tests.attack.return_pairs import Run, begin
from tests.letters_support import LETTER_ID
from tests.unit.service.information_support import BODY
from tests.unit.test_spine import ACCEPT
from tests.world import HER, Country

SERVICES: Final = BODY | {"purpose": "service_availability", "topics": ["shelter"]}  # answered by what there is
STAGES: Final = ("requested", "answered", "assessing", "decision")


@dataclass
class Person:
    """One person of a pair: each thread about her as the other country pokes it; `named`: the one that people end."""

    threads: list[Poked]
    named: int = 0

    async def ends(self, stage: Stage) -> None:
        """Once, for all threads."""
        await end(stage, self.threads[self.named])

    async def takes_back(self, stage: Stage) -> None:
        """A part of what she allowed, where she is ours."""
        await take_back(stage, self.threads[0])


async def on_several_threads(stage: Stage, first: int, many: int) -> list[list[Person]]:
    """A return at one of four stages, a referral that was offered or accepted, a question that waits or is answered."""
    runs = [
        [Run(first + one, cause, STAGES[one % len(STAGES)]) for cause in ("asylum", "illness")] for one in range(many)
    ]
    await begin(stage, [run for pair in runs for run in pair])
    xd, xa = stage.world["XD"], stage.world["XA"]
    referrals = {run.thread: (await xd.offer("XA", run.case)).thread for pair in runs for run in pair}
    questions = {
        run.thread: await _asked(xd, run.case, SERVICES if one % 3 == 0 else BODY)
        for one, pair in enumerate(runs)
        for run in pair
    }
    await stage.world.settle()
    for one, pair in enumerate(runs):
        for run in pair:
            if one % 2:
                await _accepts(xa, xd.tokens(referrals[run.thread])[HER], referrals[run.thread])
            if one % 3 == 0:
                found = Confirm(findings=(Finding("shelter", "yes"),))
                await answers.answer(xa.node, xa.coordinator, questions[run.thread], found)
    await stage.world.settle()
    made = []
    for pair in runs:
        named = stage.chance.randrange(3)
        threads = [(run, (run.thread, referrals[run.thread], questions[run.thread])) for run in pair]
        made.append([Person([_poked(stage, run, thread) for thread in of], named) for run, of in threads])
    return made


async def _asked(xd: Country, case: str, body: dict[str, Any]) -> str:
    names = (FieldsOf(person_id=HER, fields=("given_name",)),) if body is BODY else ()
    command = OpenThread(
        peer="XA", kind="info.request", body=msgspec.Raw(msgspec.json.encode(body)), disclose=names
    )  # fmt: skip
    return (await opening.open_thread(xd.node, xd.coordinator, case, command)).thread


async def _accepts(xa: Country, token: str, thread: str) -> None:
    needed = [{"person": token, "field": "given_name", "level": "L3"}]
    body = {**ACCEPT, "organisation": xa.haven, "persons": [token], "data_needed": needed}
    await xa.act(thread, "referral.accept", body)


def _poked(stage: Stage, run: Run, thread: str) -> Poked:
    own, ours = _letters_of(stage.world["XA"], thread)
    return Poked(
        run.pair, run.cause, "opener", 2, case=run.case, consent=run.consent, thread=thread, threads=[thread],
        token=stage.world["XD"].tokens(thread)[HER], theirs=own[0] if own else LETTER_ID, n=len(own), ours=len(ours),
    )  # fmt: skip


def _letters_of(xa: Country, thread: str) -> tuple[list[str], list[str]]:
    """What the other country wrote there, and what came to it."""
    rows: Any = xa.node.store.read_sync(lambda reader: reader.letters.of_thread("XD", thread))
    return tuple([row.letter_id for row in rows if row.direction == way] for way in ("out", "in"))  # type: ignore[return-value]
