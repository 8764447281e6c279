"""docs/hsds.md: our directory entry field by field, and where each field stands in HSDS 3 (Open Referral).

Rows only, and the page. A test holds that every field of the entry has its row, in order. `make docs` writes the page.
Source: domain.md 2.3, 5.11; HSDS 3.0 (service, organization, language, schedule, contact, service_capacity, attribute).
"""

from dataclasses import dataclass
from typing import Final

from node.protocol.letters.bodies_directory import (
    Contact,
    DirectoryBody,
    LegalFacts,
    Measured,
    OpenHours,
    Promise,
    Service,
)

HEAD = """# The directory in the words of HSDS 3

Made from `node/hsds.py` (`make docs`); do not edit. For a country that keeps its services in an Open Referral system,
and for whoever publishes ours there. *Profile*: our entry uses HSDS's words where HSDS has one, closed codes where HSDS
has free text, and nothing that could show a place. What stands as *attribute* is a row of HSDS's `attribute` table with
a term of our code list ([directory.publish](schemas/directory.publish.json)) as its taxonomy. No command exports yet.

**Never carried, though HSDS has it**: `location`, `address`, `service_at_location`, `phone`, `email`, `url`,
`contact.name`, `service_area`, `required_document`, `cost_option`, free text of any kind. A shelter is found through
the focal point or not at all (R29): an importer drops these, an exporter has nothing to put there.
"""


@dataclass(frozen=True, slots=True)
class Row:
    """One field of ours: the table and field of HSDS, and what changes on the way."""

    ours: str
    hsds: str
    how: str = "as it is"


SERVICE: Final = (
    Row(
        "id",
        "service.id",
        "ours is a category and a number within the country; HSDS wants a UUID: version 5 of `XX/id`",
    ),
    Row("name", "service.name", "without digits, commas or signs of an address; a longer or other one is not imported"),
    Row("category", "attribute (taxonomy: need)", "a code; HSDS has no category of its own"),
    Row("provider", "organization, attribute (taxonomy: organisation_type)", "the type only; no organisation is named"),
    Row("status", "service.status", "`temporarily_closed` is `temporarily closed` there"),
    Row("min_age", "service.minimum_age"),
    Row("max_age", "service.maximum_age"),
    Row("genders", "attribute (taxonomy: gender); service.eligibility_description", "codes; in words for people"),
    Row("languages", "language.code", "BCP 47; HSDS 3 wants ISO 639-1 or -3: the first subtag"),
    Row("interpretation", "service.interpretation_services", "yes or no; HSDS has text: non-empty is yes"),
    Row(
        "accessibility", "attribute (taxonomy: accessible)", "HSDS hangs accessibility on a location, and we have none"
    ),
    Row(
        "dependants", "attribute (taxonomy: age_band); service.eligibility_description", "age bands that may come along"
    ),
    Row("eligibility", "service.eligibility_description; service.application_process", "codes; imported by hand"),
    Row(
        "capacity",
        "service_capacity.available",
        "a band: `none` is 0 of the unit place; `few` and `available` have no number to export",
    ),
    Row(
        "starts_within",
        "attribute (taxonomy: starts_within)",
        "hours, days or weeks; `service.wait_time` is deprecated there",
    ),
    Row("duration_days", "attribute (taxonomy: duration)", "HSDS has no such field"),
    Row("assured_date", "service.assured_date", "the day of assurance; `service_capacity.updated` gets it too"),
)
ENTRY: Final = (
    Row("serial", "-", "only the highest is in force; HSDS keeps no versions"),
    Row("issued_at", "metadata.last_action_date", "UTC seconds; a day there"),
    Row("valid_until", "-", "HSDS has no end of an entry"),
    Row("roles", "attribute of the organization (taxonomy: role_played)", "origin, transit, destination, receiving"),
    Row("languages", "attribute of the organization (taxonomy: language)", "HSDS has languages of services only"),
    Row("hours", "schedule", "below"),
    Row("contacts", "contact", "below"),
    Row("on_call", "attribute (taxonomy: on_call)", "a promise, with its test"),
    Row("last_drill", "attribute (taxonomy: on_call)", "the day the promise was last tested"),
    Row("accepts", "attribute (taxonomy: accepted_matter)", "kinds of thread; nothing like it in HSDS"),
    Row("promises", "-", "below; HSDS has no service levels"),
    Row("measured", "-", "below; HSDS has no figures"),
    Row("services", "service", "above"),
    Row("legal", "-", "below; facts of law, not of a service"),
)
HOURS: Final = (
    Row("weekday", "schedule.byday", "1 is `MO`"),
    Row("opens", "schedule.opens_at", "minutes after midnight of the country's zone there as a time"),
    Row("closes", "schedule.closes_at", "as above"),
)
CONTACT: Final = (
    Row("role", "contact.title", "a role, never a person; `contact.name` stays empty"),
    Row("languages", "attribute of the contact (taxonomy: language)"),
)
PROMISE: Final = (Row("kind", "-"), Row("working_days", "-"))
MEASURED: Final = (Row("kind", "-"), Row("threads", "-"), Row("median_days", "-"), Row("in_time_tenths", "-"))
LEGAL: Final = (
    Row("recovery_days", "-"),
    Row("permits", "-"),
    Row("guardian_authority", "-"),
    Row("data_protection_authority", "-"),
    Row("safe_return_assessment", "-"),
)
TABLES: Final = (
    ("A service", Service, SERVICE),
    ("The entry of a country", DirectoryBody, ENTRY),
    ("Hours of the focal point", OpenHours, HOURS),
    ("A contact", Contact, CONTACT),
    ("A promise", Promise, PROMISE),
    ("A figure", Measured, MEASURED),
    ("Facts of law", LegalFacts, LEGAL),
)


def page() -> str:
    """The whole page."""
    return "\n".join([HEAD, *(_table(title, rows) for title, _, rows in TABLES)])


def _table(title: str, rows: tuple[Row, ...]) -> str:
    lines = [f"| `{row.ours}` | {row.hsds} | {row.how if row.hsds != '-' or row.how != 'as it is' else '-'} |"
             for row in rows]  # fmt: skip
    return "\n".join([f"## {title}\n", "| ours | HSDS 3 | on the way |", "|---|---|---|", *lines, ""])
