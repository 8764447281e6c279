"""The closed lists of the safety letters: what the danger is, why nobody could ask her, what was done.

All are ours (domain 5.10 and practice H20, H29, H35 leave them open). None names an offence, a status or a place finer
than a region; none says that she is only out of reach, because that permits no alert (H29).
"""

from typing import Final, Literal, get_args

About = Literal["the_person", "another_person"]  # H35: another person's alert is that person's own
Danger = Literal[
    "threat_to_life",
    "violence",
    "sexual_violence",
    "held_against_will",
    "feared_taken",
    "traffickers_near",
    "retaliation",
    "self_harm",
    "medical_emergency",
    "without_shelter",
]
Setting = Literal["on_the_way", "at_a_border", "with_those_who_exploit", "with_family", "alone", "in_care", "not_known"]
DoNotContact = Literal["police", "family", "employer", "embassy"]
Justification = Literal[  # R02: why this goes without her consent
    "cannot_be_reached",
    "cannot_be_asked_safely",
    "physically_unable",
    "no_time_to_ask",
    "child_in_danger",
    "agreed_aloud",
]
NamesNeeded = Literal["not_to_be_found_otherwise", "not_to_be_protected_otherwise"]
Unable = Literal["unconscious", "under_anaesthesia", "acute_confusion", "in_shock", "no_way_to_communicate"]
AlertStatus = Literal["danger_grows", "danger_lessens", "found", "not_found_yet", "help_on_the_way", "changed"]
AckAction = Literal["acting", "passed_to_duty_officer", "cannot_act"]
StandDownReason = Literal["found_safe", "danger_over", "helped", "alert_unfounded"]

DANGERS: Final[tuple[Danger, ...]] = get_args(Danger)
JUSTIFICATIONS: Final[tuple[Justification, ...]] = get_args(Justification)

# What an alert may seal, where it is indispensable, and where to reach her; nothing else about her (R02).
CONTACT_FIELDS: Final = frozenset({"safe_contact", "safe_contact_times"})
NAME_FIELDS: Final = frozenset({"given_name", "family_name", "name_used", "birth_date", "photo", "recognition"})
ALERT_FIELDS: Final = CONTACT_FIELDS | NAME_FIELDS
# H20: these four and nothing else.
MEDICAL_FIELDS: Final = frozenset({"allergies", "current_medication", "medical_condition", "medical_device"})
