"""Whole threads from vector files: each letter gets the receipt, and leaves the state, that its file says."""

from typing import Any

import pytest
from msgspec.structs import replace

from node.protocol.gate.facts import ThreadFacts
from node.protocol.gate.shown import receiver
from node.protocol.letters.decode import AnyLetter, decode
from node.protocol.letters.frame import ConsentEntry, Letter
from node.protocol.letters.kinds import LETTER
from node.protocol.matters import STOPS, matter_of
from node.protocol.threads.fold import refold
from node.protocol.threads.machine import receive, state
from node.protocol.threads.outcome import Verdict
from node.protocol.threads.thread import STOPPED, Entry, Shared, Thread, after_stop, entry_of, other
from node.protocol.threads.thread_facts import thread_facts
from tests.vectors_support import OWN, load_all

THREADS = [one for one in load_all(OWN).values() if one["kind"] == "thread"]
MAX_LIFE_S = 14 * 86_400


def as_read(vector: dict[str, Any], entries: list[Entry], letter: AnyLetter) -> Thread | None:
    """The thread as the reader of this letter holds it: everything before has counted."""
    if not entries:
        return None
    side = other(letter.sender_role)
    turn = 1 + max((one.n for one in entries if one.side != side and not after_stop(one.kind)), default=0)
    thread = Thread(letter.thread, vector["from"], side, matter_of(entries[0].kind).name, tuple(entries), turn=turn)
    if any(one.kind in STOPS for one in entries):
        return replace(thread, stopped=True, shared=STOPPED)
    return refold(thread)


@pytest.mark.parametrize("vector", THREADS, ids=lambda one: one["name"])
def test_each_letter_of_a_thread_gets_its_receipt_and_leaves_its_state(vector: dict[str, Any]) -> None:
    """Wire 3 row 13; domain 5.7: what a node in another language has to answer, letter by letter."""
    entries: list[Entry] = []
    stated: dict[str, ConsentEntry] = {}
    for step in vector["letters"]:
        letter = decode(step["payload"].encode(), LETTER)
        assert isinstance(letter, Letter)
        thread = as_read(vector, entries, letter)
        verdict = _judged(thread, letter, tuple(stated.values()), vector)

        assert verdict.status == ("refused" if step["status"] == 3 else "stored"), letter.kind
        assert verdict.reason == step["reason"], letter.kind
        if verdict.thread is not None:
            assert state(verdict.thread, vector["now"]) == step["state"], letter.kind
        entries.append(entry_of(letter))
        stated |= {one.token: one for one in letter.consent}

    assert vector["expect"]["ok"] == all(step["status"] == 1 for step in vector["letters"])


def _judged(
    thread: Thread | None, letter: AnyLetter, stated: tuple[ConsentEntry, ...], vector: dict[str, Any]
) -> Verdict:
    facts = ThreadFacts() if thread is None else thread_facts(thread, stated)

    def content(entry: Entry, known: Shared) -> int:
        objection = receiver(letter, facts)
        return 0 if objection is None else objection.reason

    return receive(
        thread, entry_of(letter), thread_id=letter.thread, peer=vector["from"], now=vector["now"],
        max_life_s=MAX_LIFE_S, content=content,
    )  # fmt: skip
