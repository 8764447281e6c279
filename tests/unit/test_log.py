"""Nothing that is not on the safe list is ever printed, whatever the caller does."""

import ast
import io
import json
import logging
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog

from node import log
from node.errors import NotAllowed

CANARY = "Zanariya Testperson"
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def out() -> Iterator[io.StringIO]:
    handlers, stream = logging.getLogger().handlers[:], io.StringIO()
    log.configure(lambda: 1_795_478_400, "info", stream)
    yield stream
    logging.getLogger().handlers[:] = handlers
    structlog.reset_defaults()
    structlog.contextvars.clear_contextvars()


def lines(out: io.StringIO) -> list[dict[str, object]]:
    return [json.loads(line) for line in out.getvalue().splitlines()]


def test_an_event_is_one_line_with_its_safe_fields(out):
    log.get().info("letter received", peer="XT", letter_id="ab" * 16, took_ms=3, rule="R10")

    assert lines(out) == [
        {
            "at": "2026-11-24T00:00:00Z",
            "event": "letter received",
            "level": "info",
            "peer": "XT",
            "letter_id": "ab" * 16,
            "took_ms": 3,
            "rule": "R10",
        }
    ]


@pytest.mark.parametrize(
    "fields",
    [
        {"name": CANARY},
        {"peer": CANARY},
        {"reason": CANARY},
        {"letter_id": CANARY},
        {"count": CANARY},
        {"says": CANARY},
        {"error": CANARY},
        {"where": [CANARY]},
        {"where": ["db:1 write", CANARY]},
        {"peer": {"name": CANARY}},
        {"took_ms": [CANARY]},
        {"url": f"/cases/{CANARY}"},
    ],
)
def test_a_field_off_the_list_is_dropped_and_counted_and_its_value_never_printed(out, fields):
    before = log.dropped_fields()

    log.get().warning("something", **fields)

    assert CANARY not in out.getvalue()
    assert lines(out)[0]["event"] == "something"
    assert log.dropped_fields() == before + (0 if "says" in fields else 1)


def test_a_field_without_a_value_is_left_out_and_not_counted(out):
    log.get().info("envelope_refused", row=4, hint="", peer=None)

    assert lines(out) == [{"at": "2026-11-24T00:00:00Z", "event": "envelope_refused", "level": "info", "row": 4}]


def test_an_event_that_is_not_a_fixed_phrase_is_not_printed(out):
    log.get().info(f"opened the case of {CANARY}")

    assert CANARY not in out.getvalue()
    assert lines(out)[0]["event"] == "unnamed event"


def test_of_a_foreign_exception_only_class_and_places_are_printed(out):
    try:
        raise ValueError(f"could not read {CANARY}")
    except ValueError as error:
        log.get().error("failed", error=error)
        log.get().exception("failed again")

    assert CANARY not in out.getvalue()
    for line in lines(out):
        assert line["error"] == "ValueError"
        assert str(line["where"]).endswith("test_of_a_foreign_exception_only_class_and_places_are_printed']")


def test_the_sentence_of_our_own_error_is_printed(out):
    log.get().error("refused", error=NotAllowed("consent does not cover XT; record consent first", rule="R01"))

    assert lines(out)[0]["says"] == "consent does not cover XT; record consent first"


def test_what_a_library_says_is_not_repeated(out):
    logging.getLogger("aiohttp.server").warning("bad request for /cases/%s", CANARY)
    try:
        raise RuntimeError(CANARY)
    except RuntimeError:
        logging.getLogger("apscheduler").exception("job of %s failed", CANARY)
    logging.getLogger("aiohttp.access").error(CANARY)

    assert CANARY not in out.getvalue()
    assert [(line["library"], line["level"]) for line in lines(out)] == [
        ("aiohttp.server", "warning"),
        ("apscheduler", "error"),
    ]
    assert lines(out)[1]["error"] == "RuntimeError"


def test_context_of_a_request_is_filtered_too(out):
    structlog.contextvars.bind_contextvars(request_id="0123456789abcdef", user=CANARY)

    log.get().info("answered", http_status=200)

    assert CANARY not in out.getvalue()
    assert lines(out)[0]["request_id"] == "0123456789abcdef"


def test_below_the_level_nothing_is_written(out):
    log.get().debug("detail", count=1)

    assert out.getvalue() == ""


class Full(io.StringIO):
    """A log on a disk that takes no more."""

    def write(self, text: str) -> int:
        raise OSError(28, "No space left on device")


def test_a_line_that_cannot_be_written_fails_nobody_and_is_counted(out):
    """Issue 4, bad input: on a full disk the page of the error came never, because its line in the log failed first."""
    log.configure(lambda: 0, stream=Full())
    before = log.dropped_fields()

    log.get().error("page failed", route="get", error=NotAllowed("no"))
    logging.getLogger("some.library").error("whatever")

    assert log.dropped_fields() == before + 2


def test_every_event_in_the_program_is_a_fixed_phrase():
    """An f-string as event would carry what it is filled with; the program's own text is read to find one."""
    calls = [
        (path, node)
        for folder in ("node", "registry")
        for path in (ROOT / folder).rglob("*.py")
        for node in ast.walk(ast.parse(path.read_bytes()))
        if isinstance(node, ast.Call) and _is_log_call(node.func)
    ]

    wrong = [
        f"{path.relative_to(ROOT)}:{call.lineno}"
        for path, call in calls
        if not (call.args and isinstance(call.args[0], ast.Constant) and log.EVENT.fullmatch(str(call.args[0].value)))
    ]

    assert wrong == []


def _is_log_call(function: ast.expr) -> bool:
    if not (
        isinstance(function, ast.Attribute) and function.attr in {"debug", "info", "warning", "error", "exception"}
    ):
        return False
    owner = function.value
    if isinstance(owner, ast.Call):  # log.get().info(...)
        owner = owner.func
        return isinstance(owner, ast.Attribute) and owner.attr == "get" and ast.unparse(owner.value) == "log"
    return isinstance(owner, ast.Name | ast.Attribute) and ast.unparse(owner).rpartition(".")[2] in {"log", "_log"}
