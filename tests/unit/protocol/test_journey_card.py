"""The card for the way: what stands on it, and the words that keep it from being printed, in seven languages."""

import pytest

from node.protocol.cases.journey_card import card_of, telling, told_by
from node.protocol.letters.fields import ARRANGEMENTS

TELLS = (
    "Centre for trafficking victims", "Agency against human-trafficking", "the women's shelter", "asylum office",
    "foyer pour demandeurs d’asile", "service de lutte contre la traite des êtres humains", "VICTIMES",
    "Oficina contra la trata de personas", "explotación", "Agenția trafic de persoane", "Adăpost",
    "Центр протидії торгівлі людьми", "потерпілі", "Приют", "центр для жертв", "المأوى", "ضحيّة",
    "مركز مكافحة الاتجار بالبشر", "للضحايا",
)  # fmt: skip
SAYS_NOTHING = (
    "Terminal 2, desk of the airline", "Victoria station, bus shelter", "Gare routière, quai 4", "торгівля квітами",
    "Дом торговли", "Полиция вокзала", "مطار بغداد", "الباب الثاني", "+999 000 0101",
)  # fmt: skip


@pytest.mark.parametrize("text", TELLS)
def test_a_word_that_tells_is_found_in_whatever_language_and_spelling(text: str):
    assert told_by(text)
    assert telling({"who_meets": text, "legs": "XA-100"}) == ("who_meets",)


@pytest.mark.parametrize("text", SAYS_NOTHING)
def test_what_any_traveller_writes_is_let_through(text: str):
    assert not told_by(text)


def test_the_card_holds_arrangements_and_neither_her_name_nor_her_code_word():
    """H18: it can be lost."""
    everything = dict.fromkeys((*ARRANGEMENTS, "given_name", "return_locality", "safe_contact"), "x")

    assert set(card_of(everything)) < ARRANGEMENTS - {"code_word", "return_locality", "collection_point"}
    assert card_of({"legs": ""}) == {}
