"""Where the seal of a scan belongs: one whose row was moved to another case or consent does not open."""

from typing import Final

SCAN_VERSION: Final = 1  # a scan is never changed, only taken away


def scan_place(case_id: str, consent_id: str, scan_id: str) -> str:
    """What the key and the seal of a scan are bound to."""
    return f"{case_id}.{consent_id}.{scan_id}"


def note_place(case_id: str, note_id: str) -> str:
    """The same for a note of colleagues."""
    return f"{case_id}.note.{note_id}"


def talk_place(case_id: str, consent_id: str) -> str:
    """The same for who interpreted and who witnessed a consent."""
    return f"{case_id}.talk.{consent_id}"
