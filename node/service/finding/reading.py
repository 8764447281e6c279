"""What a case is found by, read from its own names and from those that other countries sealed to us.

Only names and telephone numbers are taken; nothing of it is shown, so that no opening is told or logged. Source: C11.
"""

import re
from collections.abc import Iterable
from typing import Final

from node.crypto.errors import OpenFailed
from node.crypto.suite import KemKey
from node.errors import OpenTRMError
from node.service.cases.identity import open_received, read_identity
from node.service.context import Node
from node.service.finding.alike import Spelling, spellings
from node.service.finding.names import SAME_END, Known, Names
from node.service.seals import Erased
from node.service.threads.book import Book, OpenCase
from node.service.threads.keeping import decode_kept
from node.store.work import Reader

ALONE: Final = ("given_name", "family_name", "name_used")
NUMBERS: Final = ("safe_contact", "guardian_contact", "family_contacts", "arrangement_contact")
NUMBER: Final = re.compile(r"\+?\d(?:[\s()./-]{0,3}\d){6,}")
SEPARATE: Final = re.compile(r"[,;/]")


def numbers_in(text: str) -> tuple[str, ...]:
    """The last digits of every telephone number in a text, whatever digits it is written with."""
    plain = "".join(str(int(one)) if one.isdecimal() else one for one in text)
    found = ("".join(one for one in hit if one.isdigit()) for hit in NUMBER.findall(plain))
    return tuple(dict.fromkeys(one[-SAME_END:] for one in found))


def read_case(node: Node, reader: Reader, case_id: str, office: KemKey, names: Names, mark: int) -> None:
    """Put what one case is found by; one that was erased, or that this key does not open, is found by nothing."""
    try:
        case = Book(node, reader).case(case_id)
        own = [("", read_identity(node, reader, case, office))]
    except (OpenTRMError, OpenFailed):
        own, case = [], None
    received = [] if case is None else _received(node, reader, case, office)
    known = (_known(letter, persons.values()) for letter, persons in (*own, *received))
    names.put(case_id, tuple(one for one in known if one.names or one.phones), mark)


def _received(
    node: Node, reader: Reader, case: OpenCase, office: KemKey
) -> list[tuple[str, dict[str, dict[str, str]]]]:
    found = []
    for row in reader.letters.of_case(case.id):
        if row.direction != "in" or row.sealed is None:
            continue
        try:
            letter = decode_kept(Book(node, reader).payload(row))
            if letter.sealed_identity is not None:
                found.append((row.letter_id, open_received(letter, row.peer, node.country, office)))
        except (OpenTRMError, OpenFailed, Erased):
            continue  # another office's block, or one that does not fit: whoever opens the letter is told
    return found


def _known(letter: str, persons: Iterable[dict[str, str]]) -> Known:
    names: dict[Spelling, None] = {}
    phones: dict[str, None] = {}
    for fields in persons:
        texts = [
            f"{fields.get('given_name', '')} {fields.get('family_name', '')}",
            *(fields.get(one, "") for one in ALONE),
        ]
        names |= dict.fromkeys(one for text in texts for part in SEPARATE.split(text) for one in spellings(part))
        phones |= dict.fromkeys(one for field in NUMBERS for one in numbers_in(fields.get(field, "")))
    return Known(letter, tuple(names), tuple(phones))
