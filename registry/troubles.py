"""What went wrong with a mirror or a role, in a sentence, and whether somebody lies or is only away.

Away: no answer, no such file, a copy that nobody renewed or that is not yet the newest. A lie: what was served does not
verify, is older than the same mirror served before, or leaves out a country. That our own disk does not take it is
neither, and nobody is blamed for it. Source: attacks 30, 33.
"""

import re
from typing import Final

from tuf.api.exceptions import DownloadError

from node.errors import Unavailable

AWAY: Final = frozenset({
    "DownloadError", "DownloadHTTPError", "DownloadLengthMismatchError", "SlowRetrievalError", "MirrorFailed",
    "FileMissing", "MirrorBehind", "ExpiredMetadataError", "OSError", "Unavailable",
})  # fmt: skip

_CLASS: Final = re.compile(r"^[A-Za-z]+: ")


def sentence_of(error: Exception) -> str:
    """The class of the error and what it says; a path of this machine is not in it."""
    cause = error.__cause__ if isinstance(error, DownloadError) and error.__cause__ is not None else error
    if isinstance(cause, OSError):
        return f"OSError: {cause.strerror or type(cause).__name__}"
    if isinstance(cause, Unavailable):
        return f"Unavailable: {cause.message}"
    return f"{type(cause).__name__}: {cause}"


def is_lie(sentence: str) -> bool:
    """True unless this sentence only says that somebody is away, behind, or did not renew."""
    return sentence.partition(":")[0] not in AWAY


def plain(sentence: str) -> str:
    """The same for a person at a keyboard, without the name of a class."""
    return _CLASS.sub("", sentence)
