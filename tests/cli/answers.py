"""What commands answered, and the views brought up to what they wrote."""

from __future__ import annotations

import csv
import io
import json
import threading
from collections.abc import Callable
from typing import Any

from click.testing import Result

from infra.postgres.database import Database
from infra.project import make_worker
from infra.settings import read_settings
from tests.cli.program import eventually

Run = Callable[..., Result]


def told(result: Result) -> Any:
    """What a command that succeeded printed for programs."""
    assert result.exit_code == 0, result.stderr
    return json.loads(result.stdout)


def csv_rows(result: Result) -> list[dict[str, str]]:
    assert result.exit_code == 0, result.stderr
    return list(csv.DictReader(io.StringIO(result.stdout)))


def refused(result: Result, code: int, *words: str) -> None:
    """Ended with that code; the last line begins with the first words and has the others. Nothing is on stdout."""
    assert result.exit_code == code, result.stderr
    last = result.stderr.strip().splitlines()[-1]
    assert last.startswith(words[0]), result.stderr
    for word in words:
        assert word in last
    assert result.stdout == ""


def project(database: Database, tenant: str, position: int) -> None:
    """Fold until the views have that position of the tenant."""
    stop = threading.Event()
    worker = make_worker(database, read_settings({}), None)
    thread = threading.Thread(target=worker.run, args=(stop,))
    thread.start()
    try:
        with database.connect("worker") as connection:
            sql = "SELECT FROM views.tenant_position WHERE tenant = %s AND position >= %s"
            eventually(lambda: connection.execute(sql, (tenant, position)).fetchone() is not None, "folded")
    finally:
        stop.set()
        thread.join()
