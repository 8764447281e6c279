"""Logs: one JSON line per event, made only of fields on the safe list.

A field that is not on the list, or whose value does not look like what the list says, is dropped and counted; its value
is never printed. So a mistake costs a detail in a log, never a person. Of an exception only its class and the places it
passed are printed; its sentence too, if it is one of ours (`node.errors`), because ours carry no personal data.
What libraries log is reduced to who said it, how bad it is and where: their texts may hold addresses and ids.
"""

import logging
import re
import sys
import traceback
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TextIO, cast

import structlog
from structlog.typing import EventDict, FilteringBoundLogger, WrappedLogger

from node.errors import OpenTRMError

COUNTRY = re.compile(r"[A-Z]{2}")
HEX_ID = re.compile(r"[0-9a-f]{8,64}")
WORD = re.compile(r"[a-z][a-z0-9_.]{0,47}")  # states, acts, codes: words of the handbook and of this program
RULE = re.compile(r"[RH][0-9]{2}")
PLACE = re.compile(r"[\w.]+:\d+ \w+|<\w+>")
CLASS = re.compile(r"[A-Za-z_][A-Za-z0-9_.]{0,80}")
EVENT = re.compile(r"[a-z][a-z0-9 _]{0,60}")
SENTENCE = re.compile(r"[^\r\n]{1,400}")

# The safe list. Numbers and yes/no are safe under the names in NUMBERS; texts must match the pattern beside them.
TEXTS: Mapping[str, re.Pattern[str]] = {
    "country": COUNTRY,
    "peer": COUNTRY,
    "letter_id": HEX_ID,
    "thread_id": HEX_ID,
    "eid": HEX_ID,
    "key_id": HEX_ID,
    "request_id": HEX_ID,
    "s_hash": HEX_ID,
    "snapshot": HEX_ID,
    "actor": HEX_ID,
    "state": WORD,
    "act": WORD,
    "kind": WORD,
    "reason": WORD,
    "result": WORD,
    "status": WORD,
    "job": WORD,
    "route": WORD,
    "hint": WORD,
    "step": WORD,
    "check": WORD,
    "rule": RULE,
    "version": re.compile(r"[0-9][0-9a-z.+]{0,20}"),
    "library": CLASS,
    "error": CLASS,
    "where": PLACE,
    "says": SENTENCE,  # only ever set here, from an error of ours
}
NUMBERS = frozenset(
    {
        "count",
        "tries",
        "row",
        "size_bytes",
        "port",
        "metrics_port",
        "pid",
        "seq",
        "epoch",
        "root_version",
        "http_status",
    }
    | {
        "took_ms",
        "age_s",
        "jump_s",
        "retry_after_s",
        "due_at",
        "free_mb",
        "queued",
        "receipts",
        "letters",
        "repeated",
        "missing",
        "ahead_s",
    }
)
PLACES_KEPT = 6

_dropped = 0


def dropped_fields() -> int:
    """How many fields were left out since the start, because they were not on the safe list, and lines not written."""
    return _dropped


def get() -> FilteringBoundLogger:
    """The log. Its first argument is the event, a fixed phrase in lower case; what varies goes into named fields."""
    return cast(FilteringBoundLogger, structlog.get_logger())


def configure(now: Callable[[], int], level: str = "info", stream: TextIO | None = None) -> None:
    """Write JSON lines to `stream` (standard error) from this level on, stamped by this clock (UTC seconds)."""
    number = getattr(logging, level.upper())
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            _describe_exception,
            _keep_safe_fields,
            _stamp(now),
            structlog.processors.JSONRenderer(sort_keys=True),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(number),
        logger_factory=lambda *_: _Lines(stream or sys.stderr),
        cache_logger_on_first_use=False,
    )
    root = logging.getLogger()
    root.handlers[:] = [_LibraryLog(max(number, logging.WARNING))]
    root.setLevel(logging.WARNING)
    logging.getLogger("aiohttp.access").disabled = True  # its lines are addresses with ids


def _stamp(now: Callable[[], int]) -> Callable[[WrappedLogger, str, EventDict], EventDict]:
    def stamp(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
        event["at"] = datetime.fromtimestamp(now(), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        return event

    return stamp


def _describe_exception(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Replace an exception by its class, the places it passed and, if it is ours, its sentence."""
    event.pop("says", None)
    error = event.pop("exc_info", None) or event.get("error")
    if error is True:
        error = sys.exc_info()[1]
    if isinstance(error, tuple):
        error = error[1]
    if isinstance(error, BaseException):
        event["error"] = type(error).__name__
        event["where"] = [_place(frame) for frame in traceback.extract_tb(error.__traceback__)[-PLACES_KEPT:]]
        if isinstance(error, OpenTRMError):
            event["says"] = error.message
    return event


def _place(frame: traceback.FrameSummary) -> str:
    return f"{Path(frame.filename).stem}:{frame.lineno} {frame.name}" if frame.name.isidentifier() else "<generated>"


def _keep_safe_fields(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    # R38: a letter of either side leaves no more than this
    global _dropped
    phrase, level = event.pop("event", ""), event.pop("level", "info")
    event = {name: value for name, value in event.items() if value not in (None, "")}
    kept = {name: value for name, value in event.items() if _is_safe(name, value)}
    lost = len(event) - len(kept)
    if not (isinstance(phrase, str) and EVENT.fullmatch(phrase)):
        phrase, lost = "unnamed event", lost + 1
    if lost:
        _dropped += lost
        kept["dropped"] = lost
    return {"event": phrase, "level": level, **kept}


def _is_safe(name: str, value: Any) -> bool:
    if name in NUMBERS:
        return isinstance(value, bool | int | float)
    pattern = TEXTS.get(name)
    if pattern is None:
        return False
    values = value if isinstance(value, list | tuple) else [value]
    return all(isinstance(one, str) and pattern.fullmatch(one) is not None for one in values)


class _Lines(structlog.PrintLogger):
    """Lines to a stream. One that cannot be written is dropped and counted: a full disk, or a pipe that nobody reads
    any more, takes a line from the log, and never an answer from whoever waits for one.
    """

    def msg(self, message: str) -> None:
        global _dropped
        try:
            super().msg(message)
        except (OSError, ValueError):  # ValueError: the stream is closed
            _dropped += 1

    log = debug = info = warn = warning = error = critical = exception = fatal = failure = err = msg


class _LibraryLog(logging.Handler):
    """Hands on that a library complained, without what it said."""

    def emit(self, record: logging.LogRecord) -> None:
        error = record.exc_info[1] if record.exc_info else None
        where = f"{Path(record.pathname).stem}:{record.lineno} {record.funcName}"
        method = "error" if record.levelno >= logging.ERROR else "warning"
        fields: dict[str, Any] = {"library": record.name, "error": error} if error else {"library": record.name}
        getattr(get(), method)("library message", **({"where": where} if error is None else {}), **fields)
