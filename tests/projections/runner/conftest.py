"""Stages for the runner's tests."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing

import pytest

from infra.postgres.database import Database
from tests.projections.runner.stage import Stage


@pytest.fixture
def stage(database: Database) -> Iterator[Stage]:
    with closing(Stage(database)) as stage:
        yield stage
