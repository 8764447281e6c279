"""What people of a country may say in its own entry, and what an entry of another one says about an offer.

Pure. The shape of the letter keeps addresses out; here stand the rules that need a day or a word list.
Source: domain.md 5.11, 5.13; R29.
"""

from collections.abc import Iterator
from datetime import UTC, datetime

from node.protocol.directory.freshness import entry_days, standing
from node.protocol.directory.lint import address_like
from node.protocol.letters.bodies_directory import DirectoryBody
from node.protocol.letters.codes import Need
from node.protocol.rules import Objection
from node.protocol.threads.deadlines import REPLIES


def objections(body: DirectoryBody, now: int) -> Iterator[tuple[str, Objection]]:
    """(field, what is wrong) of an entry that is about to be published, in the order of its fields."""
    today = datetime.fromtimestamp(now, UTC).date().isoformat()
    for place, promise in enumerate(body.promises):
        row = REPLIES.get(promise.kind)
        most = 0 if row is None else row.routine.working_days
        if most and promise.working_days > most:
            yield (
                f"promises.{place}.working_days",
                Objection("H22", f"the handbook allows at most {most} working days", "promise less"),
            )
    for place, service in enumerate(body.services):
        if address_like(service.name):
            yield f"services.{place}.name", _an_address()
        if service.assured_date > today:
            yield f"services.{place}.assured_date", Objection("R29", "this day has not come yet", "say when you looked")
    named = (
        ("guardian_authority", body.legal.guardian_authority),
        ("data_protection_authority", body.legal.data_protection_authority),
    )
    for field, names in named:
        if any(address_like(name) for name in names):
            yield f"legal.{field}", _an_address()


def not_offered(body: DirectoryBody, received_at: int, needs: tuple[Need, ...], now: int) -> tuple[Need, ...]:
    """Those needs that a fresh entry shows no active service for; () where the entry cannot be relied on.

    A warning to whoever offers, never a refusal: the directory may be wrong, and asking is allowed.
    """
    days = entry_days(body.issued_at, received_at, now)
    if standing(days) != "fresh" or now >= body.valid_until:
        return ()
    offered = {service.category for service in body.services if service.status == "active"}
    return tuple(need for need in dict.fromkeys(needs) if need not in offered)


def _an_address() -> Objection:
    return Objection(
        "R29", "this name reads like an address or a way to a place", "give a name that tells nobody where"
    )
