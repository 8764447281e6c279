"""The published figures of timeliness: how soon countries answer, from the times of the letters themselves.

Nothing is stored for it: the threads of the last year are read again when somebody asks.
Source: domain.md 5.13, 7; R35.
"""

from typing import cast

import msgspec

from node.protocol.letters.bodies_directory import Measured
from node.protocol.letters.codes_directory import PROMISED, Promised
from node.protocol.statistics.figures import Figure, Pending, answers_of, figures, pending
from node.service.context import DAY_S, Node
from node.service.information.ages import waiting_verifications
from node.service.threads.book import Book
from node.store.work import Reader

LOOK_BACK_S = 365 * DAY_S
LONGEST_DAYS = 730
SAYS = "Figures rest on at least 11 threads; what rests on fewer is not shown. null means from 1 to 10."


class Figures(msgspec.Struct, frozen=True, kw_only=True):
    """How soon answers came in the last 365 days, by kind and country, and identity verifications that wait."""

    us: str
    at: int
    figures: list[Figure]
    identity_pending: list[Pending]
    says: str


async def published_figures(node: Node) -> Figures:
    """The figures as of now; the same for everybody who may ask."""
    return await node.store.read(lambda reader: _figures(node, reader))


async def own_figures(node: Node) -> tuple[Measured, ...]:
    """How soon we answered, by kinds that a country may promise: what our directory entry says beside the promises."""
    shown = await published_figures(node)
    ours = (one for one in shown.figures if one.by == node.country and one.kind in PROMISED)
    return tuple(
        Measured(cast(Promised, one.kind), one.at_least, min(one.median_days, LONGEST_DAYS), one.in_time_tenths)
        for one in ours
    )


def _figures(node: Node, reader: Reader) -> Figures:
    now, book = node.now(), Book(node, reader)
    threads = [book.open_file(row).file.thread for row in reader.threads.begun(now - LOOK_BACK_S, now + 1)]
    answers = [one for thread in threads for one in answers_of(thread, node.country)]
    waiting = [
        (thread.thread_id, entry.written_at) for thread in threads for entry, _ in waiting_verifications(thread, now)
    ]
    return Figures(
        us=node.country, at=now, figures=figures(answers, node.country, now), identity_pending=pending(waiting, now),
        says=SAYS,
    )  # fmt: skip
