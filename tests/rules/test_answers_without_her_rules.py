"""An answer to a question rests on what she told the country that asks: taken back, or over, only one word is left."""

import pytest

from node.protocol.gate.facts import ThreadFacts, Withdrawn
from node.protocol.gate.shown import receiver
from node.protocol.letters.bodies import Body
from node.protocol.letters.bodies_information import NEUTRAL_ANSWER, Finding
from node.protocol.letters.frame import Letter
from tests.rules.test_information_rules import answer
from tests.rules.world import HER_TOKEN, NOW, entry, with_


def known(of: Letter[Body], shared: ThreadFacts) -> int:
    """The reason of the receiver's refusal where this was exchanged before, 0 for none."""
    objection = receiver(of, shared)
    return 0 if objection is None else objection.reason


@pytest.mark.parametrize("code", ["confirmed", "not_confirmed", "need_more"])
def test_r20_receiver_no_answer_but_the_neutral_one_is_told_once_she_took_it_back(code: str) -> None:
    """R20, R27: judged by what its writer knew; the neutral answer leaves whatever became of her consent."""
    gone = Withdrawn(token=HER_TOKEN, purposes=("identity_verification",), levels=(), n=2)
    shared = ThreadFacts(entries=(entry(),), withdrawn=(gone,))

    assert known(with_(answer(code), seen=2), shared) == 20
    assert known(with_(answer(code), seen=1), shared) == 0
    assert known(with_(answer("no_information_to_share"), seen=2), shared) == 0


def test_r22_receiver_no_answer_but_the_neutral_one_is_told_once_her_consent_has_ended() -> None:
    """R22: what the question rested on; a country's law is told of nobody, so that no end keeps it back."""
    ended = ThreadFacts(entries=(entry(until=NOW),))
    found = with_(NEUTRAL_ANSWER, answer="confirmed", findings=(Finding("shelter", "yes"),))
    of_law = with_(answer("confirmed"), body=found)

    assert known(with_(answer("confirmed"), written_at=NOW), ended) == 22
    assert known(with_(answer("confirmed"), written_at=NOW - 1), ended) == 0
    assert known(with_(answer("no_information_to_share"), written_at=NOW), ended) == 0
    assert known(with_(of_law, written_at=NOW), ended) == 0
