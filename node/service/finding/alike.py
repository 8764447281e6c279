"""How alike two names are, whatever script each is written in. Pure: text in, numbers out; a person decides.

Three scores: the letters word by word, the letters as they follow each other, and the consonants alone, because Arabic
and Hebrew write no short vowels. Chinese characters are also read the Vietnamese way. Source: interface, finding 9.
"""

import re
import unicodedata
from typing import Final, Literal

import msgspec
from anyascii import anyascii
from rapidfuzz import fuzz
from rapidfuzz.distance import JaroWinkler

from node.service.finding.characters import VIETNAMESE

Likeness = Literal["same", "written", "sounds"]

LONGEST: Final = 200  # characters of a name that are compared
WRITTEN_FROM: Final = 84
FOLLOWS_FROM: Final = 94
SOUNDS_FROM: Final = 88
FEWEST_CONSONANTS, FEWEST_BARE, SHORT = 3, 2, 90
ARTICLE: Final = re.compile(r"(?<!\w)\u0627\u0644(?=\w{3})")  # the Arabic article, but not that of God's name
# What one sound is written as in one country's letters and in another's; the longest first.
SOUNDS: Final = (
    ("shch", "s"), ("sch", "s"), ("xh", "j"), ("tsch", "c"), ("tch", "c"), ("dzh", "j"), ("dj", "j"), ("sz", "s"),
    ("cz", "c"), ("sh", "s"), ("zh", "z"), ("ch", "c"), ("kh", "h"), ("gh", "g"), ("ph", "f"), ("th", "t"), ("dh", "d"),
    ("ts", "c"), ("tz", "c"), ("ck", "k"), ("q", "k"), ("x", "ks"), ("w", "v"),
)  # fmt: skip
VOWELS: Final = re.compile(r"[aeiouyj]")
DOUBLED: Final = re.compile(r"(.)\1+")
PARTICLES: Final = frozenset({"al", "el", "ul", "l", "bin", "ben", "ibn", "bn", "bint", "bnt"})


class Spelling(msgspec.Struct, frozen=True):
    """A name in plain Latin letters, its words in order of the alphabet, and its consonants alone.

    `has_vowels` is False for what was written in a script that leaves them out; then `w` is as often one of them, and
    `bare` are the consonants without it.
    """

    letters: str
    consonants: str
    bare: str
    has_vowels: bool


class Alike(msgspec.Struct, frozen=True):
    """How two names are alike, and how much of a hundred."""

    how: Likeness
    score: int


def spellings(name: str) -> tuple[Spelling, ...]:
    """Every way a name is compared; none where nothing of it can be."""
    plain = unicodedata.normalize("NFC", name)[:LONGEST]
    readings = [_latin(plain)]
    if any(one in VIETNAMESE for one in plain):
        readings.append(_latin("".join(f" {VIETNAMESE[one]} " if one in VIETNAMESE else one for one in plain)))
    has_vowels = not any(_leaves_vowels_out(one) for one in plain)
    made = [_spelling(letters, has_vowels) for letters in readings if letters]
    return tuple(dict.fromkeys(made))


def alike(one: str, other: str) -> Alike | None:
    """How alike two names are by the best of their spellings; None below all thresholds."""
    found = [_alike(left, right) for left in spellings(one) for right in spellings(other)]
    return max((hit for hit in found if hit is not None), key=lambda hit: hit.score, default=None)


def _alike(one: Spelling, other: Spelling) -> Alike | None:
    bare = not (one.has_vowels and other.has_vowels)
    sounds = sounding(one.bare if bare else one.consonants, other.bare if bare else other.consonants, bare)
    both = (written_alike(one.letters, other.letters), sounds)
    return max((hit for hit in both if hit is not None), key=lambda hit: hit.score, default=None)


def written_alike(one: str, other: str) -> Alike | None:
    """How alike two names are by their letters."""
    if one == other:
        return Alike("same", 100)
    written = round(fuzz.ratio(one, other))
    follows = round(100 * JaroWinkler.normalized_similarity(one, other))
    enough = written >= WRITTEN_FROM or follows >= FOLLOWS_FROM
    return Alike("written", min(99, max(written, follows))) if enough else None


def sounding(left: str, right: str, bare: bool) -> Alike | None:
    """How alike two names sound by their consonants; two of them are enough only where one script has no vowels."""
    fewest = min(len(left), len(right))
    if fewest < (FEWEST_BARE if bare else FEWEST_CONSONANTS) or (fewest < FEWEST_CONSONANTS and left != right):
        return None
    sounds = round(fuzz.ratio(left, right))
    return Alike("sounds", min(SHORT if fewest < FEWEST_CONSONANTS else 99, sounds)) if sounds >= SOUNDS_FROM else None


def _latin(text: str) -> str:
    """Small plain letters, each Chinese character a word of its own, the words in order of the alphabet."""
    spaced = "".join(f" {one} " if "\u4e00" <= one <= "\u9fff" else one for one in _without_article(text))
    letters = "".join(one if one.isalpha() and one.isascii() else " " if one in " -_/.,\t\n" else ""
                      for one in anyascii(spaced).lower())  # fmt: skip
    return " ".join(sorted(letters.split()))


def _spelling(letters: str, has_vowels: bool) -> Spelling:
    words = [_bones(word, has_vowels) for word in letters.split() if word not in PARTICLES]
    consonants = "".join(sorted(word for word in words if word))
    return Spelling(letters, consonants, consonants.replace("v", ""), has_vowels)


def _bones(word: str, has_vowels: bool) -> str:
    for written, sound in SOUNDS:
        word = word.replace(written, sound)
    last = r"(?<=[aeiouym])h$" if has_vowels else r"(?<=..)h$"  # a silent h, or the letter that stands for an a
    return DOUBLED.sub(r"\1", VOWELS.sub("", re.sub(last, "", word)))


def _without_article(text: str) -> str:
    return ARTICLE.sub("", text)


def _leaves_vowels_out(character: str) -> bool:
    return "\u0590" <= character <= "\u077f" or "\u08a0" <= character <= "\u08ff" or "\ufb1d" <= character <= "\ufefc"
