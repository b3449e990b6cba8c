"""Our own PostgreSQL on a folder: whoever comes first makes it, whoever comes next joins."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

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
