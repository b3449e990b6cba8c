"""Logs as JSON lines: one object an event, so that any collector reads them and a person can grep them.

Pass facts by `extra={"tenant": ...}`: each becomes a field. Never a personal field. What all lines of a piece of work
have in common is said once, by `about`; the trace id is there by itself.
"""

from __future__ import annotations

import logging
import sys
import traceback
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import TextIO

import msgspec

from baseplus.kernel.refusals import Invalid
from infra.observability.tracing import current_traceparent, trace_id

LEVELS = ("debug", "info", "warning", "error")
_PLAIN = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}

_about: ContextVar[Mapping[str, object]] = ContextVar("about", default={})  # noqa: B039 never changed in place


@contextmanager
def about(**facts: object) -> Iterator[None]:
    """Every line that is logged within says so too: `with about(tenant=…, request=…)`."""
    token = _about.set({**_about.get(), **facts})
    try:
        yield
    finally:
        _about.reset(token)


class JsonLines(logging.Formatter):
    """`{"time", "level", "logger", "process", "message", "trace", ...about, ...extra, "error"}`; time is UTC with
    microseconds. trace: the W3C trace id, where there is one."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, object] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="microseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "process": record.process,
            "message": record.getMessage(),
        }
        if (trace := trace_id(current_traceparent())) is not None:
            line["trace"] = trace
        line |= _about.get()
        line |= {name: value for name, value in vars(record).items() if name not in _PLAIN}
        if record.exc_info and record.exc_info[1] is not None:
            line["error"] = _where(record.exc_info[1])
        return msgspec.json.encode(line, enc_hook=str).decode()


def log_json_lines(level: str, stream: TextIO | None = None) -> None:
    """Send all logs of this process to `stream` (standard error) as JSON lines. Raises Invalid for an unknown level."""
    if level.lower() not in LEVELS:
        raise Invalid(where="BASEPLUS_LOG_LEVEL", reason=f"{level!r} is none of {', '.join(LEVELS)}")
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(JsonLines())
    logging.basicConfig(level=level.upper(), handlers=[handler], force=True)
    # kafka-python reports each lost connection as an error of its own; our parts say what it means for them
    for chatty in ("kafka", "alembic"):
        logging.getLogger(chatty).setLevel(max(logging.WARNING, logging.getLogger().level))


def _where(error: BaseException) -> list[str]:
    """What kind of error it was and where, the one that it came from last. Not its text: that may quote what somebody
    sent, or what the database has."""
    lines = [f"{type(error).__module__}.{type(error).__qualname__}"]
    lines += [f"{at.filename}:{at.lineno} in {at.name}" for at in traceback.extract_tb(error.__traceback__)]
    before = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    return [*lines, *(_where(before) if before is not None else ())]
