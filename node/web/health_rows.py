"""Countries and jobs on the health page: how each fares, and what to do where it does not. Source: interface O3."""

from typing import Final

from node.service.context import DAY_S
from node.service.upkeep.overview import JobFact, Overview, PeerFact
from node.web.health_lines import Line
from node.web.marks import N_

SILENT_S: Final = 7 * DAY_S
WAITS_LONG_S: Final = DAY_S


def of_peer(o: Overview, one: PeerFact) -> Line:
    """How a country is reached; `name` is its code."""
    phone = N_("Phone the operator there; the numbers are on the page of telephone numbers. Nothing is lost meanwhile.")
    seen = {"seen": one.last_contact_at or 0, "oldest": one.oldest_at or 0}
    if one.standing in ("suspended", "revoked", "expired"):
        return Line(
            one.peer,
            "warning",
            N_("The registry says that nothing goes there now."),
            seen,
            N_("Read why in the registry; ask the maintainers if it was not announced."),
        )
    if one.oldest_at is not None and o.now - one.oldest_at > WAITS_LONG_S:
        return Line(one.peer, "wrong", N_("A letter waits since %(oldest)s."), seen, phone)
    if one.tries and one.oldest_at is not None:
        return Line(one.peer, "warning", N_("The last try failed; it is tried again by itself."), seen, phone)
    if one.last_contact_at is None:
        return Line(one.peer, "ok", N_("It has never spoken to us yet."), seen)
    if o.now - one.last_contact_at > SILENT_S:
        return Line(one.peer, "warning", N_("It has been silent since %(seen)s."), seen, phone)
    return Line(one.peer, "ok", N_("It last spoke to us: %(seen)s"), seen)


def of_job(job: JobFact) -> Line:
    """How a sweep fares; `name` is that of its row."""
    fix = N_("Look into the log for its name, then restart the node. What is due stands in the database.")
    command = "journalctl -u opentrm | grep 'job failed'"
    if job.is_late:
        return Line(job.name, "wrong", N_("It is late."), {}, fix, command)
    if job.failures:
        return Line(
            job.name, "warning", N_("It failed %(times)s times in a row."), {"times": job.failures}, fix, command
        )
    return Line(job.name, "ok", N_("It runs."), {})
