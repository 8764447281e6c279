"""The single values a letter is made of: numbers, ids, codes, dates, each with the limits the wire sets.

Every pattern is written so that Python and JSON Schema read it alike; `(?!\\n)$` keeps out the line end that Python's
`$` would let pass. Source: wire.md 7 and 13.
"""

from typing import Annotated, Final

from msgspec import Meta

MAX_INT: Final = 2**53 - 1  # JSON, SQLite and JavaScript agree up to here

_LEAP_YEAR = "(?:[0-9]{2}(?:0[48]|[2468][048]|[13579][26])|(?:[02468][048]|[13579][26])00)"
_DAY = (
    "(?:(?:0[13578]|1[02])-(?:0[1-9]|[12][0-9]|3[01])"
    "|(?:0[469]|11)-(?:0[1-9]|[12][0-9]|30)"
    "|02-(?:0[1-9]|1[0-9]|2[0-8]))"
)
_DATE = f"^(?!0000)(?:[0-9]{{4}}-{_DAY}|{_LEAP_YEAR}-02-29)(?!\\n)$"
_BASE64URL = (  # no padding character, and the bits that mean nothing are zero; {64} only for speed
    "^(?:[A-Za-z0-9_-]{64})*(?:[A-Za-z0-9_-]{4})*(?:[A-Za-z0-9_-][AQgw]|[A-Za-z0-9_-]{2}[AEIMQUYcgkosw048])?(?!\\n)$"
)

Count = Annotated[int, Meta(ge=0, le=MAX_INT)]
Ordinal = Annotated[int, Meta(ge=1, le=MAX_INT)]
Seconds = Annotated[int, Meta(ge=0, le=MAX_INT, description="UTC seconds since 1970")]
Days = Annotated[int, Meta(ge=1, le=36_525)]

Id = Annotated[str, Meta(pattern="^[0-9a-f]{32}(?!\\n)$", description="16 bytes, lowercase hex")]
Hash = Annotated[str, Meta(pattern="^[0-9a-f]{64}(?!\\n)$", description="32 bytes, lowercase hex")]
Token32 = Annotated[
    str, Meta(pattern="^[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048](?!\\n)$", description="32 bytes, base64url without padding")
]
Base64Url = Annotated[str, Meta(pattern=_BASE64URL, min_length=2, description="base64url without padding")]

Code = Annotated[str, Meta(pattern="^[A-Za-z0-9._-]{1,64}(?!\\n)$", description="a code, never free text")]
Country = Annotated[str, Meta(pattern="^[A-Z]{2}(?!\\n)$", description="ISO 3166-1 alpha-2")]
Language = Annotated[
    str, Meta(pattern="^[A-Za-z]{1,8}(?:-[A-Za-z0-9]{1,8})*(?!\\n)$", max_length=35, description="BCP 47")
]
Date = Annotated[
    str, Meta(pattern=_DATE, description="YYYY-MM-DD, a day of the calendar", extra_json_schema={"format": "date"})
]
