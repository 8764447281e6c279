"""`trm-node calendar`: how long the public holidays of our record are known, and a new record with those to come."""

from pathlib import Path

import click


@click.command()
@click.option("--renew", is_flag=True, help="Write a new record with the holidays of this year and the next.")
@click.option("--holiday", "holidays", multiple=True, help="With --renew: these days, YYYY-MM-DD, and no others.")
@click.option(
    "--weekend", multiple=True, type=click.IntRange(1, 7), help="With --renew: the days without work, 1 is Monday."
)
@click.option("--out-of-hours", help="With --renew: the telephone number at night and on holidays from now on.")
@click.pass_obj
def calendar(
    path: Path, renew: bool, holidays: tuple[str, ...], weekend: tuple[int, ...], out_of_hours: str | None
) -> None:  # fmt: skip
    """Say which public holidays our record lists and which number is answered then, and renew them.

    Deadlines are counted in the working days of a record. --renew works while the node is stopped and writes
    node-record.json in the data folder; give that to `trm-registry request`, and the request to the publisher.
    """
    from node.app import open_configured
    from node.config import load
    from node.errors import BadInput
    from node.init_checks import check_number, is_date
    from node.public_holidays import filled, known_until
    from node.service.upkeep.renew_calendar import own_record, renew_calendar
    from registry.record import Calendar

    wrong = next((day for day in holidays if not is_date(day)), None)
    if wrong is not None or ((holidays or weekend or out_of_hours is not None) and not renew):
        raise BadInput("--holiday is no date, or --renew is missing; write days like 2026-12-25", field="holidays")
    if out_of_hours is not None:
        check_number(out_of_hours)
    opened, _, _ = open_configured(load(path))
    try:
        record = own_record(opened).record
        if renew:
            old_number = record.out_of_hours
            old, known = record.calendar, filled(record.country, opened.node.now())
            days = holidays or (old.holidays if known is None else known.holidays)
            rest = weekend or old.weekend
            new = Calendar(time_zone=old.time_zone, weekend=list(rest), holidays=sorted(days))
            record = renew_calendar(opened, new, out_of_hours or old_number)
            click.echo(f"record {record.serial} is written: `trm-registry request`, then the publisher takes it")
        days = record.calendar.holidays
        click.echo(f"public holidays of record {record.serial}: {len(days)}, until {known_until(days) or 'none'}")
        click.echo(f"number at night and on holidays: {record.out_of_hours}")
        for day in days:
            click.echo(day)
    finally:
        opened.close()
