"""What a thread's file holds of each letter, also as files of before held it. Source: wire 7; domain 5.6."""

import msgspec
from msgspec.structs import replace

from node.protocol.threads.thread import NO_FACTS, Entry, Facts

PLAIN = Entry("opener", 3, 2, "referral.update", "ab" * 16, 1_800_000_000, 1_900_000_000)
NOTHING_BEFORE = b'["",[],false,"","",[],[],[],null,null,[],["","","",false,false,[]],null,null]'


def test_a_letter_without_facts_stores_none() -> None:
    """Nearly every letter is so, and the file is written whole with each."""
    stored = msgspec.json.encode(PLAIN)

    assert b'[],null,"applied",0]' in stored
    assert msgspec.json.decode(stored, type=Entry) == PLAIN
    assert PLAIN.facts == NO_FACTS


def test_facts_are_stored_where_there_are_any() -> None:
    """An alert is about persons."""
    alert = replace(PLAIN, kind="safety.alert", noted=Facts(tokens=("cd" * 16,)))

    assert msgspec.json.decode(msgspec.json.encode(alert), type=Entry).facts.tokens == ("cd" * 16,)


def test_a_file_of_before_is_read_as_it_is() -> None:
    """There every letter held all its facts, which are nothing for most."""
    stored = msgspec.json.encode(PLAIN).replace(b'[],null,"applied"', b"[]," + NOTHING_BEFORE + b',"applied"')

    assert msgspec.json.decode(stored, type=Entry).facts == NO_FACTS
    assert len(stored) > 1.5 * len(msgspec.json.encode(PLAIN))
