"""The command line on a database of the test's own."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from infra.cli.main import cli
from infra.postgres.database import Database
from tests.cli.answers import Run


@pytest.fixture
def baseplus(database: Database, tmp_path: Path) -> Run:
    """Runs a command on the test's own database, given as DATABASE_URL."""
    env = {"DATABASE_URL": database.url, "BASEPLUS_DATA": str(tmp_path / "data"), "KAFKA_BOOTSTRAP_SERVERS": None}

    def invoke(*words: str, **more: str | None) -> Result:
        return CliRunner().invoke(cli, words, env=env | more)

    return invoke


@pytest.fixture
def uni_a(baseplus: Run) -> Run:
    """The same, with the tenant uni-a."""
    assert baseplus("tenant", "add", "uni-a", "--name", "University A").exit_code == 0
    return baseplus
