"""What the demo prints: where each country's desk is and who signs in there, the twelve cases, and what to try.

A desk is printed by a name of its own, such as `xd.localhost`: a browser keeps one sign-in for each name, whatever the
port, so that two countries can be open side by side.
"""

from collections.abc import Iterator, Sequence
from typing import Final
from urllib.parse import urlsplit

from node.demo.network import NAMES, DemoNode, Network
from node.demo.seeds import SUSPENDED, Shown
from node.service.cases.pseudonym import pseudonym

ROW: Final = "{:<12} {:<27} {:<12} {:<21} {}\n"
TO_TRY: Final = {
    ("XD", "coordinator"): "everything: send, answer, take consent back",
    ("XD", "caseworker"): "prepare a referral or a return",
    ("XT", "coordinator"): "answer the offer that is overdue",
    ("XT", "caseworker"): "a desk on which nothing waits",
    ("XA", "coordinator"): "accept, open a name with a reason, erase",
    ("XA", "caseworker"): "in another language: choose it at the top",
    ("XB", "coordinator"): "switched off once the twelve cases are there",
}
SEEDING: Final = (
    "\nThree days are played now, until twelve cases are there; that takes some ten seconds. You can look already,\n"
    "but a sign-in may end meanwhile, as days pass.\n"
)
HINT: Final = """
The first time, each of them reads the code of conduct and agrees. "Code" stays empty. Where a browser does not find
NAME.localhost, put 127.0.0.1 there, and open each country in a private window of its own.
"""
SCRIPT: Final = """
Try this, in a browser:
  1  Send       {xd} as coordinator: "Start a referral"; do the five tasks from top to bottom (country: Arvenia);
                then "Check and send", "Sign and send to Arvenia".
  2  See it     The page that opens says "received" once Arvenia's node has signed for it.
  3  Accept     {xa} as coordinator: on the desk the new letter stands at the end of "Needs an answer from us"; open
                it, "Read", go back, "Accept"; tick given_name, "Check", "Sign and send". Destinia sees "Accepted".
  4  Withdraw   {xd}: the case, "Consent", "She takes it back".
  5  Wiping     {xa}: on the desk "erase"; open it, confirm item by item. Destinia sees what was erased, and when.

Switch a country off, and on again, from a second terminal in this folder; letters to it wait, and arrive later:
    make demo OFF=XT
    make demo ON=XT

All people are invented. Press Ctrl-C to end; nothing is left behind.
"""


def where_to_go(network: Network) -> Iterator[str]:
    """The table: country, address of its desk, role, login and password, what to try; then the rest."""
    yield "\n" + ROW.format("country", "desk", "login", "password", "what to try")
    for code, node in network.nodes.items():
        place, address = f"{code} {NAMES[code]}", desk_of(node)
        for login, password in node.people.items():
            yield ROW.format(place, address, login, password, TO_TRY.get((code, login), ""))
            place = address = ""
    yield ROW.format(
        f"{SUSPENDED} {NAMES[SUSPENDED]}", "(no node)", "", "", "its keys are suspended, once the cases are there"
    )
    yield HINT
    yield f"\nRegistry {network.registry_url}\n"
    for code, node in network.nodes.items():
        yield f"{code} for programs: {node.url}/api/v1, metrics {node.metrics_url}/metrics\n"


def what_is_there(shown: Sequence[Shown], network: Network) -> Iterator[str]:
    """The twelve cases, by the two words that the desk shows, and the script."""
    yield "\nTwelve cases are there. Each desk calls a case by two words of its own:\n"
    for number, one in enumerate(shown, 1):
        yield f"  {number:>2}  {one.seed.at}  {pseudonym(one.case):<18} {one.seed.shows}\n"
    yield SCRIPT.format(**{code.lower(): desk_of(node) for code, node in network.nodes.items()})


def desk_of(node: DemoNode) -> str:
    """The address of a country's desk in a browser of this machine."""
    return f"http://{node.code.lower()}.localhost:{urlsplit(node.url).port}"
