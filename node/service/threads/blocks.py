"""A country that must hear no more of her: every thread with it gets the one stop, by itself, at the next slot.

It looks like any other stop from there (H01), comes whatever waited in the outbox, and is left out only where two
people decided so. Source: R10, H01, H03, H05; README of the design, decision 10.
"""

from node.protocol.cases.case import Case, CaseThread, Person, asked_to_be_unknown_to, asylum_blocks, person_of
from node.protocol.cases.safeguards import and_parents
from node.service.context import Node
from node.service.safety.alarms import nobody_phones
from node.service.threads.book import OpenCase
from node.service.threads.ending import end_contact, told_of_with
from node.store.work import Work


def stop_blocked_threads(node: Node, work: Work, case: OpenCase, now: int) -> int:
    """Queue the stop on every open thread of this case whose country is closed now, and on what ends with it; returns
    how many. Safe to repeat.
    """
    blocked = [one for one in case.case.threads if _is_blocked(case.case, one, now)]
    stopped = 0
    for country in dict.fromkeys(one.country for one in blocked):
        named = {one.thread for one in blocked if one.country == country}
        seeds = told_of_with(node, work, case, named)
        for found in seeds:
            nobody_phones(node, work, country, found.row.thread_id, now)
        stopped += len(end_contact(node, work, case, seeds, "node", "H01", now))
    return stopped


def is_closed_to(case: Case, country: str, now: int) -> bool:
    """Whether this country may hear nothing about somebody of this case; then nobody telephones it either."""
    return any(_closes(person, country, now) for person in case.persons)


def _is_blocked(case: Case, thread: CaseThread, now: int) -> bool:
    found = [person_of(case, person_id) for person_id in thread.persons] or list(case.persons)
    persons = and_parents(case, (person for person in found if person is not None))
    return any(_closes(person, thread.country, now) for person in persons)


def _closes(person: Person, country: str, now: int) -> bool:
    return asylum_blocks(person, country, now) or asked_to_be_unknown_to(person, country)
