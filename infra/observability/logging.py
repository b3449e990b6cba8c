"""Logs as JSON lines: one object an event, so that any collector reads them and a person can grep them.

Pass facts by `extra={"tenant": ...}`: each becomes a field. Never a personal field.
"""

from __future__ import annotations

import logging
import sys
from datetime import UTC, datetime
from typing import TextIO

import msgspec

from baseplus.kernel.refusals import Invalid

LEVELS = ("debug", "info", "warning", "error")
_PLAIN = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}


class JsonLines(logging.Formatter):
    """`{"time", "level", "logger", "process", "message", ...extra, "error"}`; time is UTC with microseconds."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, object] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="microseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "process": record.process,
            "message": record.getMessage(),
        }
        line |= {name: value for name, value in vars(record).items() if name not in _PLAIN}
        if record.exc_info:
            line["error"] = self.formatException(record.exc_info)
        return msgspec.json.encode(line, enc_hook=str).decode()


def log_json_lines(level: str, stream: TextIO | None = None) -> None:
    """Send all logs of this process to `stream` (standard error) as JSON lines. Raises Invalid for an unknown level."""
    if level.lower() not in LEVELS:
        raise Invalid(where="BASEPLUS_LOG_LEVEL", reason=f"{level!r} is none of {', '.join(LEVELS)}")
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(JsonLines())
    logging.basicConfig(level=level.upper(), handlers=[handler], force=True)
    # kafka-python reports each lost connection as an error of its own; our parts say what it means for them
    logging.getLogger("kafka").setLevel(max(logging.WARNING, logging.getLogger().level))
