"""What the periods are called that a node counts."""

from typing import Final

WORDS: Final[dict[str, str]] = {
    "period=consent_usual": "A consent, where nothing else is said",
    "period=consent_longest": "A consent, at the longest",
    "period=provisional_longest": "A provisional basis, until it is renewed once",
    "period=withdrawal_waits_longest": "A withdrawal that waits for her counsel",
    "period=risk_assessment_counts": "A risk assessment counts",
    "period=origin_silent": "The country of origin is silent: the other decides",
    "period=asked_after_release": "After a release from detention, until she is asked again",
    "period=departure_told": "Told whether she left, after the agreed time",
    "period=passage_told": "Told whether she passed, after the agreed time",
    "period=arrival_told": "Told whether she arrived, after the agreed time; then an alarm",
    "period=matter_open_after_acceptance": "A matter stays open after an acceptance",
    "period=breach_told_abroad": "A breach is told to the other country",
    "period=breach_told_to_her": "A breach is told to her",
    "period=of_age_warned": "Before a child comes of age, somebody is asked to prepare it",
    "period=child_help_goes_on": "After coming of age, help as for a child goes on",
    "period=kept_after_end": "Kept after everything has ended",
    "period=kept_from_abroad_longest": "What came from abroad, at the longest",
    "period=held_longest": "A legal hold, at the longest",
    "period=her_wish_longest": "Kept because she asked for it, at the longest",
    "period=entry_doubtful": "A country’s entry without anybody standing behind it: not made sure of",
    "period=entry_hidden": "The same: not found any more",
    "period=drill_every": "A drill for those on call, at least every",
    "period=access_reviewed": "Who may come in is reviewed every",
    "period=draft_kept": "A draft nobody goes on with is kept",
    "period=invitation_open": "An invitation is open",
    "period=evidence_kept": "Evidence without content is kept after a letter’s time",
    "period=desk_locks": "An untouched desk locks itself after",
    "period=sign_in_ends": "A sign-in ends after",
}
