"""Each error becomes one line and an exit code."""

from __future__ import annotations

import errno
import re
from pathlib import Path

import click
import psycopg
import pytest

from baseplus.kernel.refusals import Invalid, NotFound, Rejected, Unavailable, UnknownTenant, VersionConflict
from infra.cli.errors import Ended, Exit, SendAgain, ending
from infra.environment import DatabaseUnreachable
from infra.kafka.java import NoJava
from infra.service import DiskFull, PortInUse

CASES: list[tuple[BaseException, Exit, str]] = [
    (Rejected("not_awaiting_this_party", party="b"), Exit.REFUSED, "refused: not awaiting this party: party b"),
    (UnknownTenant(tenant="t"), Exit.REFUSED, "refused: unknown tenant: tenant t — register it with: baseplus"),
    (NotFound(release="r"), Exit.REFUSED, "refused: not found: release r"),
    (VersionConflict(stream="s", expected=1), Exit.REFUSED, "refused: version conflict"),
    (Invalid(where="/digest", reason="no"), Exit.USAGE, "invalid: "),
    (click.UsageError("no such option"), Exit.USAGE, "usage: no such option — see: baseplus --help"),
    (Unavailable(what="the event store", reason="away"), Exit.UNAVAILABLE, "unavailable: the event store: away — try"),
    (
        SendAgain("k-1", what="the store", reason="away"),
        Exit.UNAVAILABLE,
        "unavailable: the store: away — run it again with --key k-1",
    ),
    (DatabaseUnreachable(what="x", reason="y"), Exit.UNAVAILABLE, "unavailable: x: y — start it, or mend DATABASE_URL"),
    (PortInUse(what="Kafka", port=1), Exit.UNAVAILABLE, "unavailable: port in use: Kafka, port 1 — choose"),
    (DiskFull(folder="f", reason="r"), Exit.UNAVAILABLE, "unavailable: disk full: folder f, r — free"),
    (NoJava(needed="Java 17", found="none"), Exit.UNAVAILABLE, "unavailable: no java"),
    (OSError(errno.ENOSPC, "No space left on device", "/x"), Exit.UNAVAILABLE, "unavailable: the disk is full: /x"),
    (
        psycopg.errors.UndefinedTable("no"),
        Exit.UNAVAILABLE,
        "unavailable: the database lacks our tables — run: baseplus migrate",
    ),
    (
        psycopg.OperationalError("server closed\nthe connection"),
        Exit.UNAVAILABLE,
        "unavailable: PostgreSQL: server closed the connection — see",
    ),
    (KeyboardInterrupt(), Exit.INTERRUPTED, "stopped"),
    (Ended(Exit.DIFFERENT), Exit.DIFFERENT, ""),
]


@pytest.mark.parametrize(("error", "code", "line"), CASES, ids=[type(error).__name__ for error, _, _ in CASES])
def test_an_error_is_one_line_and_an_exit_code(error: BaseException, code: Exit, line: str) -> None:
    said, found = ending(error)
    assert found == code
    assert said.startswith(line)
    assert "\n" not in said


def test_what_nobody_expected_names_a_file_with_the_details(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "logs").mkdir()
    monkeypatch.setenv("BASEPLUS_DATA", str(tmp_path))
    said, code = ending(ZeroDivisionError("what\nis this"))
    assert code == Exit.INTERNAL
    assert said.startswith("internal error: ZeroDivisionError: what is this — details are in ")
    named = re.search(r"details are in (.+)$", said)
    assert named is not None
    assert "ZeroDivisionError" in Path(named[1]).read_text()
    assert Path(named[1]).parent == tmp_path / "logs"
