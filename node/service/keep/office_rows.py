"""Every key of a case that is sealed to the office: of its names, its scans, its notes, and who was at a talk.

One walk for all who seal such keys anew, so that a table that is added is forgotten by none of them.
Source: at-rest, key hierarchy.
"""

from collections.abc import Callable

from node.service.scans.places import SCAN_VERSION, note_place, scan_place, talk_place
from node.store.work import Work

Again = Callable[[bytes, str, int], bytes]  # (wrapped key, its place, its version) -> the same key, wrapped anew


def put_anew(work: Work, case_id: str, again: Again) -> int:
    """Put each key back as `again` gives it, in the caller's transaction; how many came back as other bytes."""
    changed = 0
    for one in work.cases.identities(case_id):
        if one.dek is not None:
            fresh = again(one.dek, case_id, one.version)
            changed += fresh != one.dek
            work.sealed_rows.put_identity_key(case_id, one.version, fresh)
    for scan, consent, dek in work.scans.keys_of(case_id):
        fresh = again(dek, scan_place(case_id, consent, scan), SCAN_VERSION)
        changed += fresh != dek
        work.scans.put_key(scan, fresh)
    for note, dek in work.case_notes.keys_of(case_id):
        fresh = again(dek, note_place(case_id, note), SCAN_VERSION)
        changed += fresh != dek
        work.case_notes.put_key(note, fresh)
    for consent, dek in work.consent_talks.keys_of(case_id):
        fresh = again(dek, talk_place(case_id, consent), SCAN_VERSION)
        changed += fresh != dek
        work.consent_talks.put_key(consent, fresh)
    return changed
