"""A line says whose work it belongs to, and nothing that somebody typed."""

from __future__ import annotations

import io
import json
import logging
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from infra.observability.logging import about, log_json_lines
from infra.observability.tracing import server_span

TRACE = "0af7651916cd43dd8448eb211c80319c"
log = logging.getLogger("baseplus.test")


@pytest.fixture
def lines() -> Iterator[Callable[[], list[dict[str, Any]]]]:
    """What has been logged since, line by line."""
    root = logging.getLogger()
    level, handlers = root.level, root.handlers[:]
    root.handlers = []  # what `basicConfig` removes, it also closes
    out = io.StringIO()
    log_json_lines("info", out)
    try:
        yield lambda: [json.loads(line) for line in out.getvalue().splitlines()]
    finally:
        root.handlers = handlers
        root.setLevel(level)


def test_a_line_says_its_tenant_its_request_and_its_trace(lines: Callable[[], list[dict[str, Any]]]) -> None:
    with server_span("POST", f"00-{TRACE}-b7ad6b7169203331-01"), about(request="r-1"):
        with about(tenant="uni-a"):
            log.info("within", extra={"position": 7})
        log.info("after")
    log.info("outside")
    within, after, outside = lines()
    assert within.items() >= {"tenant": "uni-a", "request": "r-1", "trace": TRACE, "position": 7}.items()
    assert (after["request"], after["trace"], "tenant" in after) == ("r-1", TRACE, False)
    assert outside.keys() == {"time", "level", "logger", "process", "message"}


def test_what_one_thread_is_about_is_not_what_another_is_about(lines: Callable[[], list[dict[str, Any]]]) -> None:
    with about(tenant="uni-a"):
        thread = threading.Thread(target=log.info, args=("elsewhere",))
        thread.start()
        thread.join()
    assert "tenant" not in lines()[0]


def test_an_error_is_told_by_its_kind_and_its_place_and_not_by_its_text(
    lines: Callable[[], list[dict[str, Any]]],
) -> None:
    nobody: dict[str, str] = {}
    try:
        try:
            nobody["Zhao Yilin"]
        except KeyError as error:
            raise ValueError("no such apprentice: Zhao Yilin") from error
    except ValueError:
        log.exception("unexpected")
    (line,) = lines()
    assert line["error"][0] == "builtins.ValueError"
    assert "builtins.KeyError" in line["error"]
    assert any("test_logging.py" in place for place in line["error"])
    assert "Zhao" not in json.dumps(line)
