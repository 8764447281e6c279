"""A renewed calendar goes the way of every record: signed by node and country, published, and then it counts."""

from datetime import UTC, date, datetime

from node.service.threads.times import calendar_of
from node.service.upkeep.renew_calendar import own_record, renew_calendar
from node.service.upkeep.setup import RECORD_FILE
from registry.ceremony import publish_update
from registry.record import Calendar
from registry.request import make_request
from tests.world import NOW, make_world

MONDAY = datetime(2026, 11, 23, tzinfo=UTC).date()


async def test_a_renewed_calendar_is_published_and_moves_the_deadlines_of_other_countries(tmp_path):
    """Domain 5.13: working days are those that the record of the answering country says."""
    world = make_world(tmp_path, "XD", "XA")
    xa = world["XA"]
    before = own_record(xa.opened)
    renewed = renew_calendar(
        xa.opened, Calendar(time_zone="UTC", weekend=[6, 7], holidays=[MONDAY.isoformat(), "2027-01-07"])
    )

    data = (tmp_path / "XA" / RECORD_FILE).read_bytes()
    publish_update(world.registry.publisher, make_request(data, world.registry.keys["XA"].role, NOW, version=2))
    world.refresh()

    seen = world["XD"].node.view.country("XA")
    assert seen is not None
    assert (seen.serial, renewed.prev_sha256) == (before.record.serial + 1, before.sha256.hex())
    assert not calendar_of(world["XD"].node, "XA").works_on(MONDAY)
    assert calendar_of(world["XD"].node, "XA").works_on(date(2026, 11, 24))
    assert own_record(xa.opened).record == seen.record
    await world.close()
