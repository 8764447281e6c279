"""From what both countries exchanged on a return's thread to what the ten gates ask. Source: domain 5.7; H23."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Final, cast

from node.protocol.cases.return_plan import RiskOverall
from node.protocol.gate.facts import ThreadFacts
from node.protocol.gate.ten_gates import DAY_S, Exchanged, RiskSaid
from node.protocol.threads.return_facts import NO_WAY, Risk

# H23: fifteen working days, as both countries can count them, and the five of the ladder until the coordinator.
SILENT_S: Final = (21 + 7) * DAY_S
EXISTS: Final = frozenset({"held", "issued"})
NOTHING: Final = Exchanged()


def exchanged(shared: ThreadFacts | None, now: int) -> Exchanged:
    """What the letters say so far; nothing where no thread was begun. `now` is UTC seconds."""
    if shared is None or shared.way == NO_WAY:
        return NOTHING
    way = shared.way
    asked = way.risk_asked_at
    return Exchanged(
        organisation=shared.organisation or "",
        risk_host=_risk(way.risk_host),
        risk_origin=_risk(way.risk_origin),
        risk_asked_at=asked or None,
        risk_silent=bool(asked) and way.risk_origin.told_at < asked <= now - SILENT_S,
        document_issued=way.document in EXISTS,
        document_refused=way.document == "refused",
        document_until=_end_of(way.document_until),
        reception_asked_at=shared.opened_at or None,
        plan_stands=way.plan.n > 0,
    )


def _risk(risk: Risk) -> RiskSaid | None:
    if not risk.overall:
        return None
    assessed = int(datetime.combine(date.fromisoformat(risk.on), time(), UTC).timestamp())
    return RiskSaid(cast(RiskOverall, risk.overall), assessed, risk.told_at, risk.independent)


def _end_of(day: str) -> int | None:
    """The end of a document's last day, UTC seconds."""
    if not day:
        return None
    after = date.fromisoformat(day) + timedelta(days=1)
    return int(datetime.combine(after, time(), UTC).timestamp())
