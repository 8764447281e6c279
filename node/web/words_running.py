"""What the pages of running a country call their own things: statistics, the directory, tokens, what is kept."""

from typing import Final

STATISTICS: Final[dict[str, str]] = {
    "statistics=age_by_gender": "People by age and gender",
    "statistics=matter_by_direction": "People by matter, and by who wrote first",
    "direction=sent": "We wrote first",
    "direction=received": "Another country wrote first",
}
FITS: Final[dict[str, str]] = {
    "fits=serves_the_need": "It offers this",
    "fits=speaks_her_language": "Somebody there speaks her language",
    "fits=with_interpreter": "With an interpreter",
    "fits=capacity_available": "There is room",
    "fits=capacity_few": "There is little room",
    "fits=within_hours": "She can come within hours",
    "fits=within_days": "She can come within days",
    "fits=takes_dependants": "Takes those who come with her",
    "fits=ask_age_limits": "Ask about the age: it takes some years of it only",
    "fits=not_assured_for_90_days": "Nobody has made sure of it for 90 days: ask first",
    "lacks=not_for_her": "Left out: this country must not hear of her, or was not wanted",
    "lacks=country_not_active": "No letters go to this country now",
    "lacks=accepts_no_referrals": "This country takes no referrals",
    "lacks=service_not_active": "The service is closed",
    "lacks=not_assured_for_180_days": "Nobody has made sure of it for 180 days",
    "lacks=no_capacity": "There is no room",
    "lacks=other_need": "It serves another need",
    "lacks=age_not_served": "Not for her age",
    "lacks=gender_not_served": "Not for her gender",
    "lacks=language_not_spoken": "Nobody there speaks her language, and there is no interpreter",
    "lacks=accessibility_missing": "It lacks access that she needs",
    "lacks=dependants_not_taken": "Does not take those who come with her",
    "lacks=too_slow": "She could not come soon enough",
    "capacity=none": "No room",
    "capacity=few": "Little room",
    "capacity=available": "Room",
}
WORDS: Final[dict[str, str]] = {**STATISTICS, **FITS}
