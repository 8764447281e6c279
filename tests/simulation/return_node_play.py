"""Voluntary returns over real nodes: what people of both countries do, with every gate asked, and the faults of a play.

The case of the country she leaves holds a plan in which everything was checked; what both countries have to say to each
other first is left to the moves. `agree` is her yes: a consent since the risk is known, and asked again on the day.
"""

from datetime import UTC, datetime
from typing import Any, Final

import msgspec

from node.errors import BadInput, Conflict, NotAllowed
from node.protocol.cases.case import Case, FirstIntake, Person
from node.protocol.cases.return_plan import Approval, Journey, PersonReturn, Recovery, ReturnPlan
from node.service.threads import opening
from node.service.threads.book import Book
from node.service.threads.commands import OpenThread
from node.store.work import Work
from tests.letters_return import RETURN_BODIES, TOKEN
from tests.rules.return_world import PROCEEDINGS, RISK, WISH
from tests.simulation.node_play import MOVES, Play
from tests.world import DAY_S, HER

RETURN_MOVES: Final = (*(one for one in MOVES if one not in ("offer", "act")), *["act"] * 6, "agree", "agree", "offer")
# One after the other, received in between; the letter of each step is made from its kind.
WAY: Final = (
    ("responder", "return.request_response"), ("opener", "return.risk_request"), ("responder", "return.risk_result"),
    ("opener", "return.risk_result"), ("responder", "return.traveldoc_status"),
    ("responder", "return.reintegration_plan"), ("opener", "return.decision"), ("responder", "return.decision"),
    ("opener", "consent.assertion"), ("opener", "return.travel_plan"), ("opener", "consent.assertion"),
    ("opener", "return.departure"), ("responder", "return.arrival"), ("responder", "return.followup"),
)  # fmt: skip
PLAN_AGREED: Final = 8  # the step at which she agrees to the plan; the later yes is of the day
PURPOSES: Final = ("enquiry", "risk_assessment", "family_tracing", "travel", "reintegration", "followup")
LEFT_OUT: Final = {"return.stopped", "return.identity_request", "return.identity_result", "return.family_request"}


class ReturnPlay(Play):
    """A play in which every matter is a return; withdrawals, stops and faults are those of any play."""

    async def begin(self, depth: int) -> None:
        """A request, and some quiet steps towards the journey and after it."""
        first, second = self.codes[:2]
        await self._offer(first, 0)
        await self.world.settle()
        for step, (side, kind) in enumerate(WAY[:depth]):
            await self._agree(first, step)
            for thread in self.threads(first):
                await self._do(first if side == "opener" else second, thread, kind, 2 if step == PLAN_AGREED else 1)
            await self.world.settle()

    async def _offer(self, code: str, number: int) -> None:
        others = [other for other in self.codes if other != code]
        peer, country = others[number % len(others)], self.world[code]
        if len(self.cases.setdefault(code, [])) >= 2:
            return
        case = await country.new_case(
            persons=(Person(person_id=HER, role="person", age_band="25-34", gender="woman", languages=("uk",)),),
            first_intake=FirstIntake(answered_at=self.now, answered_by="caseworker-1"),
            returns=(self._plan(peer),),
        )
        consent = await country.consent(case, peer, purposes=PURPOSES)
        self.cases[code].append((case, consent, peer))
        body = {name: value for name, value in RETURN_BODIES["return.request"].items() if name not in opening.PROFILE}
        command = OpenThread(peer=peer, kind="return.request", body=msgspec.Raw(msgspec.json.encode(body)))
        await opening.open_thread(country.node, country.caseworker, case, command)

    @property
    def now(self) -> int:
        return self.world.clock.now()

    def _plan(self, peer: str) -> ReturnPlan:
        """A plan of which the country she leaves has checked everything by itself."""
        arrives = self.now + 5 * DAY_S
        wish = msgspec.structs.replace(WISH, at=self.now - DAY_S)
        risk = msgspec.structs.replace(RISK, at=self.now - DAY_S)
        row = PersonReturn(
            person_id=HER, wish=wish, risk=risk, proceedings=PROCEEDINGS,
            recovery=Recovery(until=0), departure_asked_at=self.now,
        )  # fmt: skip
        return ReturnPlan(
            plan_id="0f" * 8, country=peer, persons=(row,), opened_at=self.now, changed_at=self.now,
            journey=Journey(arrives, arrives + 6 * 3600), authors=("caseworker-1",),
            approval=Approval(by="ben", organisation="haven", at=self.now),
        )  # fmt: skip

    async def _agree(self, code: str, number: int) -> None:
        """She is asked: a consent to travel, and whether she still wishes to go."""
        for case, _, peer in self.cases.get(code, []):
            await self.world[code].consent(case, peer, purposes=PURPOSES)
            await self.world[code].node.store.write(lambda work, case=case: self._asked(code, case, work))  # type: ignore[misc]

    def _asked(self, code: str, case_id: str, work: Work) -> None:
        book = Book(self.world[code].node, work)
        found = book.case(case_id)
        plans = tuple(
            msgspec.structs.replace(
                plan, persons=tuple(msgspec.structs.replace(row, departure_asked_at=self.now) for row in plan.persons)
            )
            for plan in found.case.returns
        )
        book.put_case(found, msgspec.structs.replace(found.case, returns=plans), self.now)

    async def _act(self, code: str, number: int) -> None:
        threads = self.threads(code)
        if not threads:
            return
        thread = threads[number % len(threads)]
        view = await self.world[code].view(thread)
        kinds = [one.kind for one in view.options if one.allowed and one.kind.startswith(("return.", "consent.assert"))]
        options = [kind for kind in kinds if kind not in LEFT_OUT and kind != "return.request"]
        if options:
            await self._do(code, thread, options[number % len(options)], number)

    async def _do(self, code: str, thread: str, kind: str, number: int) -> None:
        country = self.world[code]
        view = await country.view(thread)
        if not any(one.allowed and one.kind == kind for one in view.options):
            return
        tokens = list(country.tokens(thread).values())
        body = return_body(kind, tokens, self.now, number, self._journey(code, view.case))
        if kind == "return.followup":  # she was asked anew who may hear how she fares
            person = self._case(code, view.case).persons[0].person_id
            await country.consent(view.case, view.peer, person=person, purposes=("followup",))
        try:
            await country.act(thread, kind, body)
        except (NotAllowed, Conflict, BadInput):
            return  # the gates or the tables say no, which is theirs to say

    def _journey(self, code: str, case_id: str) -> Journey:
        """The journey that was approved; where she arrives nobody has one."""

        found = self._case(code, case_id)
        return next((plan.journey for plan in found.returns if plan.journey), None) or Journey(self.now, self.now)

    def _case(self, code: str, case_id: str) -> Case:
        node = self.world[code].node
        found: Case = node.store.read_sync(lambda reader: Book(node, reader).case(case_id).case)
        return found


def return_body(kind: str, tokens: list[str], now: int, number: int, journey: Journey) -> dict[str, Any]:
    """What somebody might say with this act; most say what goes on, every fifth what does not."""
    made: dict[str, Any] = msgspec.json.decode(
        msgspec.json.encode(RETURN_BODIES[kind]).replace(TOKEN.encode(), _token(tokens))
    )
    today, bad = datetime.fromtimestamp(now, UTC).date().isoformat(), number % 5 == 0
    said: dict[str, dict[str, Any]] = {
        "return.risk_result": {"assessed_date": today, "overall": "unacceptable" if bad else "acceptable"},
        "return.decision": {"decision": "do_not_proceed" if bad else "proceed"},
        "return.reintegration_plan": {"agreed_by_her": not bad},
        "consent.assertion": {"about": ("plan", "departure")[number % 2], "asked_at": now},
        "return.travel_plan": {
            "departure_starts_at": journey.window_starts_at - 3600, "departure_ends": journey.window_starts_at,
            "arrival_starts_at": journey.window_starts_at, "arrival_ends": journey.window_ends, "with_transit": False,
        },
        "return.departure": {"noted_at": now, "outcome": "postponed" if bad else "departed"},
        "return.arrival": {"noted_at": now, "arrived": not bad, "condition": "detained" if bad else "well",
                           "confirmed_by_her": not bad, "confirmed_how": [] if bad else ["call"]},
        "return.failed": {"noted_at": now, "cause": ("changed_mind", "document", "no_reception")[number % 3]},
        "return.close": {"outcome": ("not_returning", "support_completed")[number % 2]},
        "return.update": {"status": "delayed", "organisation": []} if number % 2 else {},
    }  # fmt: skip
    return made | said.get(kind, {})


def _token(tokens: list[str]) -> bytes:
    return (tokens[0] if tokens else "00" * 16).encode()
