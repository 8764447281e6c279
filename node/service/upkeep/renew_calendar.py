"""A new record with another calendar, to be signed by the country and the maintainers like any record.

The node signs it with its message key; nothing else changes but serial, predecessor and time. Source: registry.md 4.3.
"""

from node.service.upkeep.own_record import OwnRecord as OwnRecord
from node.service.upkeep.own_record import own_record as own_record
from node.service.upkeep.own_record import write_next
from node.service.upkeep.setup import Opened
from registry.record import Calendar, Record


def renew_calendar(opened: Opened, calendar: Calendar, out_of_hours: str | None = None) -> Record:
    """Write node-record.json with this calendar, this number if one is given, and the next serial; durable before it
    returns.
    """
    number = out_of_hours or own_record(opened).record.out_of_hours
    return write_next(opened, opened.node.keys.message, calendar=calendar, out_of_hours=number)
