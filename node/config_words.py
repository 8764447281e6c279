"""What is wrong with a value of the configuration, in words: no regular expression, no name of a type."""

import re
from typing import Final

import msgspec

KINDS: Final = {
    "str": "a text", "int": "a number", "float": "a number", "bool": "true or false", "array": "a list",
    "object": "a table", "null": "nothing",
}  # fmt: skip
PATTERNS: Final = {"^[A-Z]{2}$": "two capital letters, such as XA"}


def in_words(error: msgspec.ValidationError) -> str:
    """What was expected and found, without the words of a type checker."""
    sentence = str(error).replace(" - at `$`", "")
    said, _, where = sentence.partition(" - at `$.")
    if missing := re.match(r"Object missing required field `(\w+)`", said):
        return _missing(missing[1], where.rstrip("`"))
    choices = re.search(r"matching regex '\^\(\|?([\w|-]+)\)\$'", said)
    if choices:
        said = "expected one of " + ", ".join(choices[1].split("|"))
    elif pattern := re.search(r"matching regex '(.*)'", said):
        said = f"expected {PATTERNS.get(pattern[1], 'a text of another form')}"
    said = re.sub(r"`array` of length >= (\d+)", r"a list of at least \1", said)
    said = re.sub(r"`str` of length <= (\d+)", r"a text of at most \1 characters", said)
    said = re.sub(r"`(\w+)` >= (\S+)", r"a number of at least \2", said)
    said = re.sub(r"`(\w+)` <= (\S+)", r"a number of at most \2", said)
    said = re.sub(r"`(\w+)`", lambda hit: KINDS.get(hit[1], hit[0]), said).replace(", got ", ", found ")
    return f"{where.rstrip('`')}: " * bool(where) + said[0].lower() + said[1:]


def _missing(name: str, section: str) -> str:
    if not section:
        return (
            f"section [{name}] is missing; write it as in the sample of docs/operator.md, or let `trm-node setup` do it"
        )
    return f"{section}: key '{name}' is missing in [{section}]; write it as in the sample of docs/operator.md"
