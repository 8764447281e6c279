"""Deadlines as an iCalendar file: when, and the two words of a case; no country, no kind of letter, no reference.

It will lie on a telephone, and with whoever keeps that telephone's calendar. Whatever stands in it is said by us, and
an entry keeps its id, so that a later file replaces an earlier one. Source: interface C9; RFC 5545.
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Final

from node.service.cases.pseudonym import pseudonym
from node.service.context import Node
from node.service.threads.desk import DueView

LINE_BYTES: Final = 75


def calendar(node: Node, title: str, due: list[DueView]) -> bytes:
    """A file of one entry for each deadline, the earliest first; `title` is what each is called, before its case."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//OpenTRM//desk//EN", "METHOD:PUBLISH"]
    for one in sorted(due, key=lambda each: each.due_at):
        lines += [
            "BEGIN:VEVENT",
            f"UID:{node.seals.blind('calendar', one.thread, one.letter, one.code)}",
            f"DTSTAMP:{_moment(node.now())}",
            f"DTSTART:{_moment(one.due_at)}",
            f"SUMMARY:{_text(title)}: {pseudonym(one.case)}",
            "CLASS:PRIVATE",
            "TRANSP:TRANSPARENT",
            "END:VEVENT",
        ]
    lines.append("END:VCALENDAR")
    return b"".join(piece + b"\r\n" for line in lines for piece in _folded(line))


def _moment(at: int) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%Y%m%dT%H%M%SZ")


def _text(words: str) -> str:
    return words.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,").replace("\n", "\\n")


def _folded(line: str) -> Iterator[bytes]:
    """A line in pieces of at most 75 bytes, no letter cut in two; each further piece begins with a blank."""
    piece = b""
    for letter in line:
        byte = letter.encode()
        if len(piece) + len(byte) > LINE_BYTES:
            yield piece
            piece = b" "
        piece += byte
    yield piece
