"""Keys as whoever keeps them reads them: never with a hash, and each tenant its own alone."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta

import pytest

from baseplus.kernel.access import Role
from baseplus.kernel.decisions import Step
from baseplus.kernel.refusals import Invalid, NotFound
from baseplus.kernel.vocabulary import TenantId
from infra.postgres.database import Database
from infra.wiring import EVENT_TYPES
from projections.keys.queries import KeyLine, ListKeys, ShowKey, key_list, one_key
from projections.keys.views import KeyRow, Keys
from projections.runner.reader import Reader
from projections.runner.view import At
from tenants.keys.events import ApiKeyIssued, ApiKeyRevoked
from tenants.keys.model import IssueKey, IssueKeyIn, RevokeKey, keys
from tenants.model import TenantKind
from tests.projections.runner.stage import Stage

NORTH, SOUTH = TenantId("north"), TenantId("south")
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
LONG_AGO = datetime(2020, 1, 1, 12, tzinfo=UTC)
TODAY = datetime.now(UTC).date()
DIGEST = "ab" * 32


@pytest.fixture
def stage(database: Database) -> Iterator[Stage]:
    with closing(Stage(database, EVENT_TYPES)) as stage:
        yield stage


@pytest.fixture
def reader(told: Stage) -> Iterator[Reader]:
    with closing(Reader(told.database.dsn("app"), size=1)) as reader:
        yield reader


@pytest.fixture
def told(stage: Stage) -> Stage:
    """North has a valid, an expired and a revoked key, and one on its last day; south has one."""
    stage.store.register(NORTH, SOUTH)
    orders = {
        "valid": IssueKey(Role.STAFF, "The import", DIGEST),
        "revoked": IssueKey(Role.ENTERPRISE, "Yunchuan", DIGEST, own="yunchuan", expires=TODAY + timedelta(days=3)),
        "expired": IssueKey(Role.MENTOR, "Hall 3", DIGEST, own="person-7", expires=TODAY - timedelta(days=1)),
        "last-day": IssueKey(Role.REGULATOR, "The inspection", DIGEST, expires=TODAY),
    }
    steps = [Step(keys, name, IssueKeyIn(TenantKind.UNIVERSITY, order)) for name, order in orders.items()]
    stage.store.execute_all(NORTH, steps, at=NOON, now=LONG_AGO)
    stage.store.execute(NORTH, keys, "revoked", RevokeKey("It left"), at=NOON + timedelta(hours=1))
    stage.store.execute(SOUTH, keys, "valid", IssueKeyIn(TenantKind.UNIVERSITY, orders["valid"]), at=NOON, now=NOON)
    stage.fold_all((Keys(),))
    return stage


def test_each_key_is_shown_with_what_it_opens_today(reader: Reader) -> None:
    rows = {row.id: row for row in key_list(reader, NORTH, ListKeys()).rows}
    assert {name: row.state for name, row in rows.items()} == {
        "valid": "valid", "revoked": "revoked", "expired": "expired", "last-day": "valid",
    }  # fmt: skip
    hour = NOON + timedelta(hours=1)
    assert rows["revoked"] == KeyLine(
        "revoked", Role.ENTERPRISE, "Yunchuan", "yunchuan", "revoked", NOON, TODAY + timedelta(days=3), hour, "It left"
    )


def test_one_key_is_found_by_its_id_in_its_tenant_only(reader: Reader) -> None:
    assert one_key(reader, NORTH, ShowKey(key="expired")).state == "expired"
    with pytest.raises(NotFound, match="expired"):
        one_key(reader, SOUTH, ShowKey(key="expired"))


def test_keys_are_asked_for_by_state_role_and_whose_they_are(reader: Reader) -> None:
    def ids(asked: ListKeys) -> list[str]:
        return [row.id for row in key_list(reader, NORTH, asked).rows]

    assert ids(ListKeys(state="valid")) == ["last-day", "valid"]
    assert ids(ListKeys(state="expired")) == ["expired"]
    assert ids(ListKeys(role=Role.STAFF)) == ["valid"]
    assert ids(ListKeys(own="person-7")) == ["expired"]
    assert ids(ListKeys(own="person-7", state="valid")) == []


def test_pages_follow_one_another_without_gap_or_overlap(reader: Reader) -> None:
    first = key_list(reader, NORTH, ListKeys(limit=3))
    second = key_list(reader, NORTH, ListKeys(limit=3, cursor=first.cursor))
    assert [row.id for page in (first, second) for row in page.rows] == ["expired", "last-day", "revoked", "valid"]
    assert not second.has_more
    with pytest.raises(Invalid, match="cursor"):
        key_list(reader, NORTH, ListKeys(cursor="nonsense"))


def test_a_tenant_sees_its_own_keys_alone_whatever_the_query_forgets(reader: Reader) -> None:
    assert [row.id for row in key_list(reader, SOUTH, ListKeys()).rows] == ["valid"]
    assert key_list(reader, TenantId("nobody"), ListKeys()).rows == []
    counted = reader.rows(
        SOUTH, "SELECT id, role, label, own, expires, issued_at, position FROM views.keys", (), KeyRow
    )
    assert [row.id for row in counted] == ["valid"]


def test_no_hash_is_in_any_column(told: Stage) -> None:
    rows = told.ask("SELECT keys::text FROM views.keys")
    assert len(rows) == 5
    assert DIGEST not in str(rows)


def test_the_live_rows_equal_a_fold_of_the_store(told: Stage) -> None:
    assert told.verify((Keys(),)).differences == ()


def test_a_revocation_of_what_no_row_shows_shows_nothing() -> None:
    at = At("north", 1, "keys/k-1", "k-1", NOON, NOON)
    view = Keys()
    assert view.evolve(None, ApiKeyRevoked(), at) is None
    row = view.evolve(None, ApiKeyIssued(Role.STAFF, "The import", DIGEST), at)
    assert row is not None
    assert row.revoked_at is None
