"""What the pages of administration are handed: facts of this machine and of its configuration; reads, and no rule.

Source: interface O3, O7.
"""

import shutil

from node.clock import INVENTED_COUNTRY
from node.config import Config, Loaded, sections
from node.crypto.certificates import holds_until
from node.crypto.errors import BadKey
from node.jobs import Jobs, Tick
from node.pager import channels_of
from node.public_holidays import days_left
from node.service.context import Node
from node.service.upkeep.overview import JobFact, Machine
from node.web.administration import Setting


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
        certificate_ends_at=certificate_ends(config),
    )


def certificate_ends(config: Config) -> int | None:
    """When the node's own certificate of TLS ends; None where it has none, or the file cannot be read now."""
    if config.tls.cert_file is None:
        return None
    try:
        return holds_until(config.tls.cert_file.read_bytes())
    except (OSError, BadKey):
        return None


def settings_of(loaded: Loaded) -> list[Setting]:
    """Every value of the configuration and where it was set; secrets stand in files, of which only the name is said."""
    found = []
    for section in sections():
        table = getattr(loaded.config, section)
        for key in table.__struct_fields__:
            name = f"{section}.{key}"
            found.append(Setting(name, _shown(getattr(table, key)), loaded.origin(name)))
    return found


def _shown(value: object) -> str:
    if isinstance(value, tuple):
        return ", ".join(map(str, value))
    return "" if value is None else str(value)


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
