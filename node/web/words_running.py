"""What the pages of running a country call their own things: statistics, the directory, tokens, what is kept."""

from typing import Final

STATISTICS: Final[dict[str, str]] = {
    "statistics=age_by_gender": "People by age and gender",
    "statistics=matter_by_direction": "People by matter, and by who wrote first",
    "direction=sent": "We wrote first",
    "direction=received": "Another country wrote first",
}
WORDS: Final[dict[str, str]] = {**STATISTICS}
