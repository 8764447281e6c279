"""Codes as words: what a person reads for every code of a letter, a state, a task or a field.

A code without a word of its own reads as it is spelt. All of them are in the catalogues of every language; the words
themselves stand in the files `words_*.py`, one a subject.
"""

import re
from typing import TYPE_CHECKING, Final

from node.web import (
    words_audit,
    words_changes,
    words_codes,
    words_fields,
    words_fields_more,
    words_letters,
    words_periods,
    words_recorded,
    words_running,
    words_states,
    words_told,
    words_work,
)
from node.web.marks import N_ as N_

if TYPE_CHECKING:
    from node.web.language import Speech

WORDS: Final[dict[str, str]] = {
    **words_fields.WORDS,
    **words_fields_more.WORDS,
    **words_codes.WORDS,
    **words_changes.WORDS,
    **words_letters.WORDS,
    **words_states.WORDS,
    **words_work.WORDS,
    **words_recorded.WORDS,
    **words_told.WORDS,
    **words_running.WORDS,
    **words_periods.WORDS,
    **words_audit.WORDS,
}
STEPS: Final = "caseworker|backup|coordinator|figures"
# Codes made of others: the steps of a ladder, and what another system noticed about a country.
MADE: Final[tuple[tuple[re.Pattern[str], str], ...]] = (
    (re.compile(rf"overdue_(?P<due>.+)_(?P<step>{STEPS})"), N_("Overdue: %(due)s; %(step)s")),
    (re.compile(rf"(?P<task>.+)_(?P<step>{STEPS})"), N_("%(task)s; %(step)s")),
    (re.compile(r"(?P<task>.+)_(?:still_open|overdue)"), N_("%(task)s: still open")),
    (re.compile(r"notice_(?P<notice>.+)"), N_("Notice about a country: %(notice)s")),
)  # fmt: skip


def word(speech: "Speech", code: str, of: str = "") -> str:
    """What a code is called in a language; `of` is the field it stands in, where the same code means several things."""
    if of in ("", "task") and code not in WORDS:
        for pattern, sentence in MADE:
            if hit := pattern.fullmatch(code):
                return speech.say(
                    sentence, **{name: word(speech, part, name) for name, part in hit.groupdict().items()}
                )
    return speech.say(english(code, of))


def english(code: str, of: str = "") -> str:
    """What a code is called in English: its own word, or itself spelt out."""
    own = WORDS.get(f"{of}={code}") or (of and WORDS.get(f"choice={code}")) or WORDS.get(code)
    if own is not None:
        return own
    spelt = code if code[:1].isdigit() else code.replace("-", " ").replace(".", ": ")
    spelt = spelt.replace("_", " ")
    return spelt[:1].upper() + spelt[1:]
