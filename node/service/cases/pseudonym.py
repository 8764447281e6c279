"""Two words by which colleagues call a case, so that nobody needs her name to speak of it.

Made from the case's random id, so it says nothing of her and is the same every day. Source: interface 1.4.
"""

import hashlib
from typing import Final

COLOURS: Final = (
    "amber", "ash", "azure", "beige", "birch", "blue", "bronze", "calm", "cedar", "clear", "coral", "copper",
    "cream", "crystal", "dawn", "deep", "early", "east", "ebony", "fern", "field", "fir", "flint", "forest", "garnet",
    "gentle", "glass", "golden", "grand", "granite", "green", "hazel", "heather", "high", "indigo", "ivory", "jade",
    "lake", "larch", "lemon", "light", "lilac", "lime", "linen", "maple", "marble", "mellow", "mild", "mint", "misty",
    "moon", "mossy", "north", "oak", "ocean", "olive", "opal", "orange", "pale", "pearl", "pine", "plain", "quick",
    "quiet", "rain", "red", "reed", "river", "rose", "ruby", "rustic", "saffron", "sand", "scarlet", "shade", "silent",
    "silver", "slate", "snow", "soft", "south", "spring", "star", "steady", "stone", "straw", "summer", "sun", "swift",
    "teal", "tidal", "timber", "topaz", "umber", "velvet", "violet", "warm", "west", "white", "wide", "willow",
    "winter", "yellow", "zinc",
)  # fmt: skip
ANIMALS: Final = (
    "badger", "bee", "bison", "bittern", "crane", "cricket", "curlew", "deer", "dolphin", "dove", "duck", "eagle",
    "egret", "elk", "falcon", "finch", "fox", "gecko", "goose", "grebe", "gull", "hare", "hawk", "heron", "hoopoe",
    "horse", "ibex", "ibis", "jay", "kestrel", "kite", "lark", "linnet", "lynx", "magpie", "marten", "martin", "merlin",
    "mole", "moth", "newt", "oriole", "osprey", "otter", "owl", "panda", "pelican", "petrel", "pigeon", "pipit",
    "plover", "puffin", "quail", "rabbit", "raven", "robin", "rook", "ruff", "salmon", "seal", "siskin", "sparrow",
    "squirrel", "starling", "stork", "swallow", "swan", "swift", "teal", "tern", "thrush", "tiger", "toad", "trout",
    "turtle", "vole", "wagtail", "warbler", "whale", "wren",
)  # fmt: skip


def pseudonym(case_id: str) -> str:
    """Such as `amber-heron`; two cases may share one, so the short reference stands beside it."""
    mark = hashlib.sha256(b"trm/pseudonym\0" + case_id.encode()).digest()
    colour, animal = int.from_bytes(mark[:4], "big"), int.from_bytes(mark[4:8], "big")
    return f"{COLOURS[colour % len(COLOURS)]}-{ANIMALS[animal % len(ANIMALS)]}"
