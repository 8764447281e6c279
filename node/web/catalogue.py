"""The catalogues of the desk: `python -m node.web.catalogue` writes them from the sources, `--missing fr` lists gaps.

A catalogue holds every sentence of `sentences.py` and no other; what is not translated yet stands in it empty, what no
page shows any more is taken out. The same sources give the same bytes: no dates, no line numbers, sorted.
Source: issue 4, languages.
"""

import io
import re
import sys
from functools import cache
from pathlib import Path
from typing import Final

from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po, write_po

from node.web.language import ENGLISH, LANGUAGES, LOCALE
from node.web.sentences import plurals, sentences, unmatched

TRANSLATED: Final = tuple(code for code in LANGUAGES if code != ENGLISH)
PLACEHOLDER: Final = re.compile(r"%\((\w+)\)s|\{(\w+)\}")
EMPTY: Final = re.compile(r'^msgid "(?:[^"\\]|\\.)+"\nmsgstr ""\n(?:\n|\Z)', re.MULTILINE)
HEAD: Final = """\
# The desk in {name}. Written by `python -m node.web.catalogue`; change the translations only.
# The person spoken of is a woman in the English text; write it so that it fits anybody where the language allows.
# Keep %(name)s and {{name}} as they are.
msgid ""
msgstr ""
"Language: {code}\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"
"Plural-Forms: {plural}\\n"

"""


def translations(code: str, folder: Path = LOCALE) -> Catalog:
    """What is translated into a language, as it stands in its file; empty where there is none."""
    path = folder / f"{code}.po"
    return _read(code, path, path.stat().st_mtime_ns) if path.is_file() else Catalog(locale=code)


@cache
def _read(code: str, path: Path, _written_at: int) -> Catalog:
    """Empty entries are left out: where a merge kept an empty and a translated one, the translation stays."""
    text = EMPTY.sub("", path.read_text(encoding="utf-8"))
    return read_po(io.BytesIO(text.encode("utf-8")), locale=code)


def updated(code: str, folder: Path = LOCALE) -> str:
    """The file of a language as it should be: every sentence, with the translation it has."""
    known, fresh = translations(code, folder), Catalog(locale=code, fuzzy=False)
    for text in sentences():
        fresh.add(text, _said(known, text, 1))
    for one, many in plurals().items():
        fresh.add((one, many), _said(known, one, fresh.num_plurals))
    for message in fresh:
        message.flags = set()
    out = io.BytesIO()
    write_po(out, fresh, width=0, no_location=True, omit_header=True, sort_output=True, ignore_obsolete=True)
    head = HEAD.format(code=code, name=known.locale.english_name if known.locale else code, plural=fresh.plural_forms)
    return head + out.getvalue().decode("utf-8").lstrip("\n")


def missing(code: str, folder: Path = LOCALE) -> list[str]:
    """Sentences that this language does not have, sorted."""
    known = translations(code, folder)
    wanted = [(text, 1) for text in sentences()] + [(text, known.num_plurals) for text in plurals()]
    return sorted(text for text, forms in wanted if not all(_forms(_said(known, text, forms))))


def unused(code: str, folder: Path = LOCALE) -> list[str]:
    """Sentences of the file that no page shows."""
    wanted = sentences() | plurals().keys()
    return sorted(text for one in translations(code, folder) if (text := _id(one)) and text not in wanted)


def differing(code: str, folder: Path = LOCALE) -> list[str]:
    """Sentences whose translation has other filled-in parts than the English; a plural form may lack its number."""
    wrong = []
    for one in translations(code, folder):
        english = one.id if isinstance(one.id, str) else one.id[1]
        for text in _forms(one.string or ""):
            said, wanted = _parts(text), _parts(english)
            if text and (said - wanted or (isinstance(one.id, str) and said != wanted)):
                wrong.append(_id(one))
    return sorted(set(wrong))


def _parts(text: str) -> set[str]:
    return {a or b for a, b in PLACEHOLDER.findall(text)}


def _id(message: Message) -> str:
    return message.id if isinstance(message.id, str) else message.id[0]


def _said(known: Catalog, text: str, forms: int) -> str | tuple[str, ...]:
    found = known.get(text)
    said = (found.string if found is not None else "") or ""
    if forms == 1:
        return said if isinstance(said, str) else said[0]
    return tuple(said) if isinstance(said, tuple | list) and len(said) == forms else ("",) * forms


def _forms(said: str | tuple[str, ...] | list[str]) -> tuple[str, ...]:
    return (said,) if isinstance(said, str) else tuple(said)


def main(arguments: list[str]) -> int:
    """Write all catalogues, or with `--missing CODE` list what one lacks; `--unmatched` what cannot be translated."""
    if arguments[:1] == ["--missing"]:
        gaps = [text for code in arguments[1:] or TRANSLATED for text in missing(code)]
        sys.stdout.writelines(f"{text}\n" for text in dict.fromkeys(gaps))
        return 1 if gaps else 0
    if arguments[:1] == ["--unmatched"]:
        sys.stdout.writelines(f"{text}\n" for text in unmatched())
        return 0
    LOCALE.mkdir(exist_ok=True)
    for code in TRANSLATED:
        (LOCALE / f"{code}.po").write_text(updated(code), encoding="utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
