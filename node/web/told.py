"""What a line of a case's timeline says: a letter by its kind, all else by a word for what happened."""

from typing import TYPE_CHECKING, Final

from node.service.cases.timeline import LETTER, TimelineLine
from node.web.words import WORDS, word

if TYPE_CHECKING:
    from node.web.language import Speech

OTHERWISE: Final = "case_changed"  # what no word tells


def told(speech: "Speech", line: TimelineLine) -> str:
    """One line of the timeline in words."""
    if line.what == LETTER:
        return word(speech, (line.letter and line.letter.kind) or "letter")
    is_known = f"told={line.what}" in WORDS or line.what in WORDS
    return word(speech, line.what if is_known else OTHERWISE, "told")
