"""What the pages of administration are handed: facts of this machine and of its configuration; reads, and no rule.

Source: interface O3, O7.
"""

import shutil

from node.clock import INVENTED_COUNTRY
from node.config import Loaded
from node.jobs import Jobs, Tick
from node.pager import channels_of
from node.public_holidays import days_left
from node.service.context import Node
from node.service.upkeep.overview import JobFact, Machine


def machine_of(node: Node, jobs: Jobs, loaded: Loaded) -> Machine:
    """The machine at this moment."""
    config = loaded.config
    return Machine(
        free_mb=shutil.disk_usage(node.store.folder).free // 1_000_000,
        min_free_mb=config.limits.min_free_mb,
        moved_clock=config.node.clock_file is not None,
        calls_by=channels_of(config.alarm),
        holidays_left=_holidays_left(node),
        jobs=tuple(_job(one) for one in jobs.ticks()),
    )


def _job(tick: Tick) -> JobFact:
    return JobFact(tick.name, round(tick.every_s), _whole(tick.age_s), _whole(tick.next_s), tick.failures, tick.is_late)


def _whole(seconds: float | None) -> int | None:
    return None if seconds is None else round(seconds)


def _holidays_left(node: Node) -> int | None:
    """For how many days our record knows public holidays; None where it lists none, or the country is invented."""
    own = node.view.country(node.country)
    if own is None or INVENTED_COUNTRY.fullmatch(node.country):
        return None
    return days_left(own.record.calendar.holidays, node.now())
