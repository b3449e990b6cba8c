"""Our own PostgreSQL on a folder: whoever comes first makes it, whoever comes next joins."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from infra.postgres.embedded import start_postgres
from infra.service import ServiceFailed

PROGRAMS = 3

_PROGRAM = """
import sys
from pathlib import Path
from infra.postgres.embedded import start_postgres
sys.stdin.readline()
with start_postgres(Path(sys.argv[1])) as server:
    with server.database.connect("admin") as connection:
        connection.execute("SELECT 1")
    print(server.pid, server.attached, flush=True)
    sys.stdin.readline()
"""


def first_starts(data: Path) -> list[list[str]]:
    """What programs say that start PostgreSQL on a fresh folder at the same moment: its pid, and if it ran already."""
    programs = [
        subprocess.Popen([sys.executable, "-c", _PROGRAM, data], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        for _ in range(PROGRAMS)
    ]
    try:
        for program in programs:
            assert program.stdin is not None
            program.stdin.write(b"start\n")
            program.stdin.flush()
        said = []
        for program in programs:
            assert program.stdout is not None
            said.append(program.stdout.readline().decode().split())
        return said
    finally:
        for program in programs:
            program.communicate(b"end\n")


def test_programs_that_start_at_once_on_a_fresh_folder_share_one_server(scratch: Path) -> None:
    said = first_starts(scratch / "at-once")
    assert len({pid for pid, _ in said}) == 1
    assert sorted(attached for _, attached in said) == ["False", *["True"] * (PROGRAMS - 1)]


def test_what_ended_an_earlier_run_does_not_explain_why_this_one_does_not_start(scratch: Path) -> None:
    data = scratch / "earlier"
    with start_postgres(data):
        pass
    (log,) = data.rglob("postgres.log")
    with log.open("a") as earlier:
        earlier.write("PANIC:  could not write to file: No space left on device\n")
    (settings,) = data.rglob("postgresql.conf")
    with settings.open("a") as broken:
        broken.write("nonsense = on\n")
    with pytest.raises(ServiceFailed) as refusal:
        start_postgres(data)
    assert str(log) in str(refusal.value.facts["log"])
