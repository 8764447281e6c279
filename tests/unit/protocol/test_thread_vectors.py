"""Whole threads from vector files: each letter gets the receipt, and leaves the state, that its file says."""

import json
from typing import Any

import pytest
from msgspec.structs import replace

from node.protocol.gate.facts import ThreadFacts
from node.protocol.gate.once_told import NOTHING_TOLD, telling
from node.protocol.gate.shown import receiver
from node.protocol.letters.codes import Role
from node.protocol.letters.decode import AnyLetter, decode
from node.protocol.letters.frame import ConsentEntry, Letter
from node.protocol.letters.kinds import LETTER
from node.protocol.matters import STOPS, matter_of
from node.protocol.threads.fold import refold
from node.protocol.threads.machine import receive, refused_by_peer, state
from node.protocol.threads.outcome import Verdict
from node.protocol.threads.thread import STOPPED, Entry, Shared, Thread, entry_of, other
from node.protocol.threads.thread_facts import thread_facts
from tests.vectors_support import OWN, load_all

THREADS = [one for one in load_all(OWN).values() if one["kind"] == "thread"]
MAX_LIFE_S = 14 * 86_400


class Nodes:
    """The node of each side of one vector: what it sent, and what it made of what came."""

    def __init__(self, vector: dict[str, Any]) -> None:
        self.now, self.peer = vector["now"], vector["from"]
        self.threads: dict[Role, Thread] = {}
        self.letters: dict[str, AnyLetter] = {}
        kinds = [json.loads(one["payload"])["kind"] for one in vector["letters"]]
        self.matter = next((one.name for one in map(matter_of, kinds) if one.opening), "")

    def send(self, side: Role, letter: AnyLetter) -> None:
        """The sender's own node counts its letter as released."""
        thread = self.threads.get(side) or Thread(letter.thread, self.peer, side, self.matter)
        thread = replace(thread, entries=(*thread.entries, replace(entry_of(letter), side=side)))
        if letter.kind in STOPS:
            thread = replace(thread, stopped=True, shared=STOPPED)
        self.letters[letter.letter_id], self.threads[side] = letter, refold(thread)

    def read(self, side: Role, letter: AnyLetter) -> Verdict:
        """What the other node answers; what it refuses the sender undoes."""
        reader = other(side)
        thread = self.threads.get(reader)

        passed: list[Entry] = []  # of letters that have their turn at once, the later ones know the earlier

        def content(entry: Entry, known: Shared) -> int:
            objection = receiver(self.letters[entry.letter_id], self._known(thread, known, passed))
            if objection is not None:
                return objection.reason
            passed.append(entry)
            return 0

        verdict = receive(
            thread, entry_of(letter), thread_id=letter.thread, peer=self.peer, now=self.now, max_life_s=MAX_LIFE_S,
            content=content,
        )  # fmt: skip
        if verdict.thread is not None:
            self.threads[reader] = verdict.thread
        refused = [(letter.letter_id, verdict.reason)] if verdict.status == "refused" else []
        for letter_id, reason in (*refused, *verdict.late_refusals):
            self.threads[side] = refused_by_peer(self.threads[side], letter_id, reason).thread
        return verdict

    def shown(self, side: Role) -> str:
        """The state that this side shows."""
        return state(self.threads[side], self.now) if side in self.threads else "none"

    @property
    def settled(self) -> bool:
        """Whether both sides know the thread and nothing waits for a letter that is still on its way."""
        return len(self.threads) == 2 and not any(
            one.status == "waiting" for thread in self.threads.values() for one in thread.entries
        )

    def _known(self, thread: Thread | None, known: Shared, passed: list[Entry]) -> ThreadFacts:
        if thread is None:
            return ThreadFacts()
        stated: dict[str, ConsentEntry] = {}
        once = NOTHING_TOLD
        for entry in (*(one for one in thread.entries if one.status == "applied"), *passed):
            if entry.side == "opener":
                stated |= {one.token: one for one in self.letters[entry.letter_id].consent}
                once = telling(once, self.letters[entry.letter_id])
        return replace(
            thread_facts(thread, tuple(stated.values()), once), accepted=known.accepted, data_needed=known.data_needed,
            organisation=known.organisation or None, changed_at=known.changed_at, opened_at=known.opened_at,
            way=known.way,
        )  # fmt: skip


@pytest.mark.parametrize("vector", THREADS, ids=lambda one: one["name"])
def test_each_letter_of_a_thread_gets_its_receipt_and_leaves_its_state(vector: dict[str, Any]) -> None:
    """Wire 3 row 13; domain 5.7: what a node in another language has to answer, and that both sides end alike."""
    nodes, ids = Nodes(vector), [json.loads(step["payload"])["letter_id"] for step in vector["letters"]]
    for step in vector["letters"]:
        letter, side = decode(step["payload"].encode(), LETTER), step["from"]
        assert isinstance(letter, Letter)
        nodes.send(side, letter)
        verdict = nodes.read(side, letter)

        assert verdict.status in (("refused",) if step["status"] == 3 else ("stored", "waiting")), letter.kind
        assert verdict.reason == step["reason"], letter.kind
        assert list(verdict.late_refusals) == [(ids[place], reason) for place, reason in step.get("late", [])]
        assert nodes.shown(other(side)) == step["state"], letter.kind
        assert not nodes.settled or nodes.shown(side) == step["state"], letter.kind

    assert vector["expect"]["ok"] == all(step["status"] == 1 and "late" not in step for step in vector["letters"])
