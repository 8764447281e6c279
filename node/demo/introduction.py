"""What the demo prints: where each country's desk is and who signs in there, the twelve cases, and what to try.

A desk is printed by a name of its own, such as `xd.localhost`: a browser keeps one sign-in for each name, whatever the
port, so that several countries can be open side by side.
"""

import json
from collections.abc import Iterator, Sequence
from typing import Final
from urllib.parse import urlsplit

from node.demo.network import NAMES, DemoNode, Network
from node.demo.pace import SAYS
from node.demo.script import script
from node.demo.seeds import AWAY, SUSPENDED, Shown
from node.service.cases.pseudonym import pseudonym

ROLES: Final = {"XD": "destination", "XT": "transit", "XA": "origin", AWAY: "elsewhere", SUSPENDED: "elsewhere"}
ROW: Final = "{:<13}  {:<12} {:<27} {:<12} {:<20} {}\n"
TO_TRY: Final = {
    ("XD", "coordinator"): "refer somebody; take a consent back",
    ("XD", "caseworker"): "prepare a referral",
    ("XT", "coordinator"): "answer what is overdue",
    ("XT", "caseworker"): "see what no colleague has taken",
    ("XA", "coordinator"): "accept; erase; in another language too",
    ("XA", "caseworker"): "see what no colleague has taken",
    (AWAY, "coordinator"): "switch it on, and read what waited",
}
HINT: Final = """
"Code" stays empty; at the first sign-in the code of conduct is read. Where a browser does not find NAME.localhost, put
127.0.0.1 in its place, and open each country in a private window of its own.
"""
SEEDING: Final = """
Three days are played now, until twelve cases are there; that takes some ten seconds. You can look already; as days
pass, a sign-in may end meanwhile.
"""


def where_to_go(network: Network) -> Iterator[str]:
    """The table: country, role in a referral, address of its desk, login, password, what to try; then for programs."""
    yield "\n" + ROW.format("country", "role", "desk", "user", "password", "what to try")
    for code, node in sorted(network.nodes.items(), key=lambda one: list(ROLES).index(one[0])):
        begins = f"{code} {NAMES[code]}", ROLES[code], desk_of(node)
        for login, password in node.people.items():
            yield ROW.format(*begins, login, password, TO_TRY[code, login])
            begins = "", "", ""
    yield ROW.format(f"{SUSPENDED} {NAMES[SUSPENDED]}", ROLES[SUSPENDED], "in the registry only", "", "", "")
    yield HINT
    yield f"\nRegistry  {network.registry_url}\n"
    for code, node in sorted(network.nodes.items()):
        yield f"{code} API    {node.url}/api/v1  metrics {node.metrics_url}/metrics\n"
    yield from _token(network.nodes["XD"])
    yield SEEDING


def what_is_there(shown: Sequence[Shown], network: Network, language: str = "en", pace: int = 1) -> Iterator[str]:
    """The twelve cases, by the two words that each desk calls them, and the script in this language."""
    yield "\nTwelve cases are there. Look at them on the desk of the country that stands first, and under Cases:\n"
    for number, one in enumerate(shown, 1):
        codes = sorted(one.cases, key=lambda code: code != one.seed.at)
        words = "  ".join(f"{code} {pseudonym(one.cases[code]):<16}" for code in codes)
        yield f"  {number:>2}  {words:<40} {one.seed.shows}\n"
    desks = {code.lower(): desk_of(node) for code, node in network.nodes.items()}
    yield script(language, desks, {code.lower(): NAMES[code] for code in network.nodes})
    if pace > 1:
        yield SAYS[language].format(pace=pace)


def _token(node: DemoNode) -> Iterator[str]:
    body = json.dumps({"login": "caseworker", "password": node.people["caseworker"]})
    yield f"A token for the API:\n    curl -H 'Content-Type: application/json' -d '{body}' {node.url}/api/v1/sessions\n"


def desk_of(node: DemoNode) -> str:
    """The address of a country's desk in a browser of this machine."""
    return f"http://{node.code.lower()}.localhost:{urlsplit(node.url).port}"
