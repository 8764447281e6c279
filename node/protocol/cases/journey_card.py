"""The card for the way: what she needs to be met, and no word that tells what she lived through, in no language.

Whoever finds the card, or reads it over her shoulder, learns that somebody travels. Her name and her code word are not
on it: the card can be lost. Source: interface C8; issue 4, paper; practice H18, H23.
"""

import re
import unicodedata
from collections.abc import Mapping
from itertools import pairwise, zip_longest
from typing import Final

ON_THE_CARD: Final = (
    "legs", "transport", "meeting_point", "meeting_time", "who_meets", "recognition", "arrangement_contact",
)  # fmt: skip
# Beginnings of words, folded as `_words` folds a text; two words stand for two that follow each other.
BEGINNINGS: Final = (
    # English, French, Spanish, Romanian
    "trafficked", "traffickers", "trafficking", "human traffick", "anti traffick", "antitraffick", "victim", "exploit",
    "slavery", "prostitut", "asylum", "refugee", "women shelter", "s shelter", "safehouse", "safe house", "esclav",
    "proxenet", "asile", "refugi", "trafiquant", "traite des", "traite humaine", "trata de", "explot", "asilo",
    "traficant", "trafic de", "trafico de", "exploat", "sclav", "azil", "adapost",
    # Ukrainian, Russian
    "торгівл людьми", "торговл людьми", "траффик", "трафікінг", "трафикинг", "жертв", "потерпіл", "потерпевш",
    "експлуат", "эксплуат", "рабств", "притул", "приют", "убежищ", "біжен", "беженц", "беженк", "проститу",
    # Arabic, without prefixes
    "اتجار", "ضحيه", "ضحايا", "استغلال", "عبوديه", "لجوء", "لاجي", "ماوي", "ملجا", "دعاره",
)  # fmt: skip
PREFIXES: Final = re.compile("^(?:و|ف)?(?:ال|بال|كال|لل|ب|ل)?")  # and, so; the, with the, like the, for the
ARABIC_FORMS: Final = str.maketrans({"ة": "ه", "ى": "ي", "ئ": "ي", "ؤ": "و", "أ": "ا", "إ": "ا", "آ": "ا"})


def card_of(named: Mapping[str, str]) -> dict[str, str]:
    """What of her recorded arrangements stands on the card, in its order; nothing else ever does."""
    return {name: named[name] for name in ON_THE_CARD if named.get(name)}


def telling(card: Mapping[str, str]) -> tuple[str, ...]:
    """The fields in which a word tells what she lived through, or who helps such people; () for a neutral card."""
    return tuple(name for name, text in card.items() if told_by(text))


def told_by(text: str) -> bool:
    """Whether a word of this text is on the list; accents, case and Arabic spellings make no difference. H18."""
    words = _words(text)
    pairs = [f"{one} {after}" for one, after in pairwise(words)]
    return any(_on_the_list(one, both) for one, both in zip_longest(words, pairs, fillvalue=""))


def _on_the_list(word: str, both: str) -> bool:
    arabic = PREFIXES.sub("", word)
    return any(_pair(both, one) if " " in one else word.startswith(one) or arabic.startswith(one) for one in BEGINNINGS)


def _pair(both: str, listed: str) -> bool:
    first, second = listed.split()
    one, _, other = both.partition(" ")
    return one.startswith(first) and other.startswith(second)


def _words(text: str) -> list[str]:
    """Small letters without accents and vowel signs, cut at whatever is no letter."""
    plain = unicodedata.normalize("NFKD", text.casefold().translate(ARABIC_FORMS))
    bare = "".join(one for one in plain if one != "ـ" and not unicodedata.combining(one))
    return "".join(one if one.isalpha() else " " for one in bare).split()
