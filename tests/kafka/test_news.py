"""Nobody's news are missed, whatever transactions overlap."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import psycopg
import pytest

from infra.postgres.database import Database
from infra.postgres.news import News
from tests.kafka.writing import until


@pytest.fixture
def connection(database: Database) -> Iterator[psycopg.Connection[Any]]:
    with closing(database.connect("relay")) as connection:
        yield connection


def tell(database: Database, *names: str) -> None:
    with database.connect("admin") as connection:
        connection.execute("INSERT INTO store.news (tenants) VALUES (%s)", ([*names],))


def test_the_first_look_says_that_it_may_be_any(connection: psycopg.Connection[Any]) -> None:
    news = News(connection)
    assert news.look() is None
    assert news.look() == []


def test_each_news_is_told_once(database: Database, connection: psycopg.Connection[Any]) -> None:
    news = News(connection)
    news.look()
    tell(database, "uni-1")
    tell(database, "uni-2", "uni-1")
    assert sorted(news.look() or ()) == ["uni-1", "uni-2"]
    assert news.look() == []


def test_a_transaction_that_takes_long_is_news_when_it_commits(
    database: Database, connection: psycopg.Connection[Any]
) -> None:
    news = News(connection)
    news.look()
    with database.connect("admin", autocommit=False) as slow:
        slow.execute("INSERT INTO store.news (tenants) VALUES ('{uni-1}')")
        tell(database, "uni-2")
        assert news.look() == ["uni-2"]
        assert news.look() == []
    assert news.look() == ["uni-1"]


def test_a_rollback_is_no_news(database: Database, connection: psycopg.Connection[Any]) -> None:
    news = News(connection)
    news.look()
    with database.connect("admin", autocommit=False) as given_up:
        given_up.execute("INSERT INTO store.news (tenants) VALUES ('{uni-1}')")
        given_up.rollback()
    assert news.look() == []


def test_whoever_looked_too_long_ago_must_look_at_all(
    database: Database, connection: psycopg.Connection[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    looker = News(connection)
    looker.look()
    clock = time.monotonic
    monkeypatch.setattr(time, "monotonic", lambda: clock() + 31)
    tell(database, "uni-1")
    assert looker.look() is None
    assert looker.look() == []


@pytest.fixture
def somebody_at_work(database: Database) -> Iterator[None]:
    """A transaction that writes for as long as the test lasts."""
    with database.connect("admin", autocommit=False) as long:
        long.execute("SELECT pg_current_xact_id()")
        yield


@pytest.mark.usefixtures("somebody_at_work")
def test_old_news_are_deleted_and_young_ones_kept(
    database: Database, connection: psycopg.Connection[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    looker = News(connection)
    clock, passed = time.monotonic, 0.0
    monkeypatch.setattr(time, "monotonic", lambda: clock() + passed)

    def rows() -> list[list[str]]:
        with database.connect("admin") as admin:
            return [row[0] for row in admin.execute("SELECT tenants FROM store.news")]

    tell(database, "uni-1")
    for passed in (11.0, 22.0, 33.0, 44.0, 55.0, 66.0):  # noqa: B007 the clock reads it
        looker.look()
    tell(database, "uni-2")
    assert len(rows()) == 2
    passed = 77.0
    looker.look()
    assert rows() == [["uni-2"]]


def test_sixteen_writers_with_rollbacks_and_long_transactions_lose_nothing(
    database: Database, connection: psycopg.Connection[Any]
) -> None:
    looker = News(connection)
    looker.look()
    told: set[str] = set()

    def writer(number: int) -> None:
        chance = random.Random(number)
        with database.connect("admin", autocommit=False) as mine:
            for turn in range(60):
                mine.execute("INSERT INTO store.news (tenants) VALUES (%s)", ([f"{number}-{turn}"],))
                if chance.random() < 0.3:
                    mine.execute("SELECT pg_sleep(%s)", (chance.random() * 0.02,))
                if chance.random() < 0.3:
                    mine.rollback()
                else:
                    mine.commit()
                    told.add(f"{number}-{turn}")

    writers = [threading.Thread(target=writer, args=(number,)) for number in range(16)]
    for thread in writers:
        thread.start()
    heard: list[str] = []

    def all_heard() -> bool:
        over = not any(thread.is_alive() for thread in writers)
        heard.extend(looker.look() or ())
        return over

    until("written", all_heard)
    assert len(heard) == len(set(heard))
    assert set(heard) == told
