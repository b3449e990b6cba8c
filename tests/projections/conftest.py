from __future__ import annotations

from collections.abc import Iterator

import pytest

from infra.postgres.database import Database
from tests.databases import Databases


@pytest.fixture
def database(migrated_database: Database) -> Database:
    """Without tables: these tests have few read models each, and no worker goes on beside one that it does not know."""
    return migrated_database


@pytest.fixture(scope="module")
def module_database(migrated_databases: Databases) -> Iterator[Database]:
    """The same for all tests of one module."""
    with migrated_databases.lend() as database:
        yield database
