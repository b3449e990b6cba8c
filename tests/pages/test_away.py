"""What the pages say while PostgreSQL is away: that it is, to whoever is known and to whoever cannot be asked about."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from itertools import count

import pytest
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict

from infra.http.app import create_app
from infra.http.parts import open_parts
from infra.pages.site import PAGES
from infra.postgres.database import Database
from infra.settings import read_settings
from projections.runner.reader import Reader
from tenants.model import RegisterTenant, tenancy
from tests.pages.town import QINGLAN, Town, texts


@pytest.fixture
def small(database: Database) -> Iterator[Town]:
    """A university in which nothing has happened yet. Its pages give up on the database soon."""
    settings = replace(read_settings({}), secret="a secret of the tests")
    with (
        open_parts(settings, database, threads=2) as parts,
        closing(Reader(database.dsn("app"), timeout=0.5)) as reader,
    ):
        made = replace(parts, reader=reader)
        made.store.register(QINGLAN)
        made.store.execute(QINGLAN, tenancy, QINGLAN, RegisterTenant("Qinglan University"))
        yield Town(create_app(made, site=PAGES), made, count(1))


def take_away(server: Database, database: Database) -> None:
    name = conninfo_to_dict(database.url)["dbname"]
    with server.connect("admin") as admin:
        admin.execute(sql.SQL("ALTER DATABASE {} WITH ALLOW_CONNECTIONS false").format(sql.Identifier(str(name))))
        admin.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", (name,))


def test_a_page_says_so_where_the_database_is_away(small: Town, postgres_server: Database) -> None:
    known, newcomer = small.reader(), small.stranger()
    newcomer.client.set_cookie("baseplus_session", small.session(small.key()))
    style = str(known.page("/account").select("link[rel=stylesheet]")[0]["href"])

    take_away(postgres_server, small.parts.database)

    for reader in (known, newcomer):
        for path in ("/t/qinglan/", "/t/qinglan/history", "/account"):
            page = reader.page(path, 503)
            assert texts(page, "h1") == ["That did not work"]
            assert texts(page, "[role=alert] code")[0] == "unavailable"
        assert texts(reader.page("/t/qinglan/nothing", 404), "h1") == ["Nothing is here"]
        assert reader.get(style).status_code == 200
