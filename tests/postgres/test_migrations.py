"""Migrations as a hosted PostgreSQL has them run: by an owner of the database who is no superuser."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from psycopg.conninfo import make_conninfo

from infra.postgres.database import Database
from infra.postgres.embedded import start_postgres
from infra.postgres.migrate import migrate, pending
from infra.postgres.outbox import Due, open_outbox
from infra.postgres.store import Store
from tests.postgres.accounts import NORTH, TYPES, Open, accounts, deposited
from tests.projections.runner.shop import Line, OrderPlaced
from tests.projections.runner.stage import Stage


@pytest.fixture(scope="module")
def hosted(scratch: Path) -> Iterator[Database]:
    """A database of a server without any of our roles, its owner allowed to make roles and databases and no more."""
    with start_postgres(scratch / "hosted") as server:
        with server.database.connect("admin") as superuser:
            superuser.execute("CREATE ROLE manager LOGIN NOSUPERUSER NOBYPASSRLS CREATEROLE CREATEDB")
            superuser.execute("CREATE DATABASE theirs OWNER manager")
        yield Database(make_conninfo(server.database.url, user="manager", dbname="theirs"))


def test_an_owner_who_is_no_superuser_migrates_and_every_role_can_work(hosted: Database) -> None:
    steps = pending(hosted)
    assert steps and migrate(hosted) == steps
    with closing(Store(hosted, TYPES)) as store:
        store.register(NORTH)
        store.execute(NORTH, accounts, "a", Open(owner="ann"))
        store.append(NORTH, [deposited("a", 2)])
        assert [recorded.position for recorded in store.history(NORTH)] == [1, 2]
    with closing(open_outbox(hosted)) as relay:
        assert relay.take({0}) == {0}
        assert relay.begin_log(0, "topic") == 1
        ((tenant, _, last, relayed),) = relay.tenants(range(12))
        assert Due(tenant, 0, last, relayed) == Due(NORTH, 0, 2, 0)
        relay.record({NORTH: 2}, {0: 2})
        assert relay.tenants(range(12))[0].relayed == 2
    with closing(Stage(hosted)) as stage:
        stage.happened("south", ("o-1", OrderPlaced(customer="c-1", lines=(Line("tea", 2),))))
        stage.fold_all()
        assert stage.ask("SELECT tenant, id FROM views.orders") == [("south", "o-1")]
        assert not stage.verify().differences
    assert pending(hosted) == [] == migrate(hosted)
