"""The desk in seven languages: nothing missing, nothing left over, the same parts filled in, the right letters.

Its place is beside the generated documents: whoever adds a sentence sees here what is still to be translated
(`python -m node.web.catalogue --missing CODE`). Source: issue 4, languages.
"""

import re
import shutil
from pathlib import Path

import pytest

from node.web import catalogue
from node.web.language import LANGUAGES, LOCALE, speech
from node.web.language import catalogue as spoken

CEDILLAS = "şţŞŢ"
NOT_WORDS = re.compile(r"%\(\w+\)s|\{\w+\}|\b(?:L[1-4]|g\d+|XA-\d+|EUR|ISO|QR|PDF|JPEG|PNG|TOTP)\b")
FOREIGN = {
    "uk": re.compile("[A-Za-zыэёъЫЭЁЪ]"),
    "ru": re.compile("[A-Za-zіїєґІЇЄҐ]"),
    "ar": re.compile("[A-Za-zА-я]"),
    "fr": re.compile("[А-я\u0600-\u06ff]"),
    "es": re.compile("[А-я\u0600-\u06ff]"),
    "ro": re.compile(f"[А-я\u0600-\u06ff{CEDILLAS}]"),
}


def sayings(code: str) -> list[tuple[str, str]]:
    """English and translation, each form of a plural by itself."""
    found = []
    for one in catalogue.translations(code):
        english = one.id if isinstance(one.id, str) else one.id[0]
        forms = (one.string,) if isinstance(one.string, str) else tuple(one.string or ())
        found += [(english, str(form)) for form in forms if english]
    return found


def test_the_seven_languages_are_the_decided_ones():
    assert LANGUAGES == ("en", "fr", "es", "ro", "uk", "ru", "ar")
    assert {path.stem for path in LOCALE.iterdir()} == set(catalogue.TRANSLATED)


@pytest.mark.parametrize("code", catalogue.TRANSLATED)
def test_every_sentence_is_translated(code: str):
    """A caseworker reads no English she did not choose. What is listed here is to be translated."""
    assert catalogue.missing(code) == []


@pytest.mark.parametrize("code", catalogue.TRANSLATED)
def test_no_sentence_is_left_that_no_page_shows(code: str):
    assert catalogue.unused(code) == []


@pytest.mark.parametrize("code", catalogue.TRANSLATED)
def test_a_translation_fills_in_the_same_parts(code: str):
    """A name of a part that is lost or spelt otherwise would break the page that shows it."""
    assert catalogue.differing(code) == []


@pytest.mark.parametrize("code", catalogue.TRANSLATED)
def test_a_translation_is_written_in_the_letters_of_its_language(code: str):
    """Romanian with comma below; no Latin look-alike in Cyrillic; nothing of one language in another's file."""
    wrong = [said for _, said in sayings(code) if FOREIGN[code].search(NOT_WORDS.sub("", said))]

    assert wrong == []


@pytest.mark.parametrize("code", ("uk", "ru", "ar"))
def test_what_reads_like_the_english_was_not_translated(code: str):
    """In languages of another script nothing but parts filled in can be the same."""
    assert [said for english, said in sayings(code) if said == english and re.search(r"[a-z]{3} ", english)] == []


@pytest.mark.parametrize("code", catalogue.TRANSLATED)
def test_the_committed_catalogue_is_as_the_tool_writes_it(code: str):
    """Deterministic: no dates, no line numbers, sorted. If this fails: make docs."""
    assert (LOCALE / f"{code}.po").read_text(encoding="utf-8") == catalogue.updated(code)


def test_a_lost_sentence_an_extra_one_and_a_broken_part_are_found(tmp_path: Path):
    """The four searches find what they are for."""
    shutil.copy(LOCALE / "fr.po", tmp_path / "fr.po")
    text = (tmp_path / "fr.po").read_text(encoding="utf-8")
    text = re.sub(r'msgid "Desk"\nmsgstr "[^"]*"', 'msgid "Desk"\nmsgstr ""', text)
    text = re.sub(r'(msgid "%\(task\)s: still open"\nmsgstr ")[^"]*"', r'\1%(tache)s"', text)
    (tmp_path / "fr.po").write_text(f'{text}\nmsgid "never shown"\nmsgstr "jamais"\n', encoding="utf-8")

    assert "Desk" in catalogue.missing("fr", tmp_path)
    assert catalogue.unused("fr", tmp_path) == ["never shown"]
    assert catalogue.differing("fr", tmp_path) == ["%(task)s: still open"]
    assert "never shown" not in catalogue.updated("fr", tmp_path)


def test_a_merge_that_kept_an_empty_and_a_translated_entry_loses_no_translation(tmp_path: Path):
    """Two people add sentences to one file; git keeps the lines of both."""
    text = (LOCALE / "fr.po").read_text(encoding="utf-8")
    (tmp_path / "fr.po").write_text(f'{text}\nmsgid "Desk"\nmsgstr ""\n', encoding="utf-8")

    assert catalogue.updated("fr", tmp_path) == text


def test_plural_forms_follow_the_language():
    """Ukrainian has three, Arabic six."""
    one, many = "Only this %(n)s field will leave this country", "Only these %(n)s fields will leave this country"
    ukrainian = [speech("uk", "UTC").count(one, many, number) for number in (1, 2, 5, 21)]
    arabic = {speech("ar", "UTC").count(one, many, number) for number in (0, 1, 2, 3, 11, 100)}

    assert ["поле" in said or "поля" in said for said in ukrainian] == [True, True, False, True]
    assert "полів" in ukrainian[2] and "21 поле" in ukrainian[3]
    assert len(arabic) == 6


def test_a_sentence_with_a_part_filled_in_and_one_of_two_halves_are_said_in_the_language():
    """The rules make sentences at run time; pages show them translated all the same."""
    french = speech("fr", "UTC")

    assert french.say("not possible while the thread is offered") == (
        "impossible tant que la démarche est à l’état\u00a0: Proposée, attend une réponse"
    )
    assert french.say("possible while it is offered or accepted").endswith("Proposée, attend une réponse / Acceptée")
    assert (
        french.say("she took this consent back: ask her again") == "elle a retiré ce consentement\u00a0: redemandez-lui"
    )
    assert french.say("g4: she named this country") == "g4\u00a0: elle a nommé ce pays"
    assert french.say("something nobody wrote: at all") == "something nobody wrote: at all"


@pytest.mark.parametrize(
    ("code", "word", "other"),
    [
        ("uk", "випад", r"\b[Сс]прав[аиуіо]?\b"), ("ru", "случа", r"\b[Дд]ел(?:а|о|у|е|ом)?\b"),
        ("ar", "حال", "ملف"),  # also a file on a disk
    ],
)  # fmt: skip
def test_a_case_has_one_word_in_a_language(code: str, word: str, other: str):
    """README, glossary: one thing, one word. Whoever reads two words looks for two things."""
    named = [(english, said) for english, said in sayings(code) if re.search(r"\b[Cc]ases?\b", english)]

    assert len(named) > 100
    assert [said for _, said in named if re.search(other, said) and word not in said.lower()] == []


def test_names_of_countries_and_languages_come_from_the_cldr():
    arabic, romanian = speech("ar", "UTC"), speech("ro", "UTC")

    assert (romanian.country("MD"), arabic.country("UA")) == ("Republica Moldova", "أوكرانيا")
    assert (romanian.language("uk"), arabic.language("ti")) == ("ucraineană", "التغرينية")
    assert arabic.direction == "rtl" and romanian.direction == "ltr"


def test_english_needs_no_catalogue():
    assert spoken("en")[1] == () and speech("en", "UTC").say("Desk") == "Desk"
