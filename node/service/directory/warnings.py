"""What the check page says before an offer goes: their entry does not show what she needs, or few people fit.

Warnings only: an entry may be wrong, and asking is allowed (domain 5.6, "B offers category"; H28).
"""

from node.protocol.directory.entry import not_offered
from node.protocol.gate.gate import fits_few_people
from node.protocol.letters.bodies import Body, OfferBody
from node.service.directory.shelf import body_of
from node.store.work import Reader


def warnings_of(reader: Reader, peer: str, body: Body, now: int) -> tuple[str, ...]:
    """Sentences for whoever offers; () for any other letter."""
    if not isinstance(body, OfferBody):
        return ()
    row = reader.directory.get(peer)
    lacking = () if row is None else not_offered(body_of(row), row.received_at, body.needs, now)
    said = [f"The directory shows no {need} in this country. Phone them, or ask another one." for need in lacking]
    few = fits_few_people(body)
    return (*said, *((few,) if few else ()))
