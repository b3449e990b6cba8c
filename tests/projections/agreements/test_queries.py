from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, date, datetime

import pytest

from baseplus.agreements.drafting import AddClause, Draft, Propose, Sign
from baseplus.agreements.model import agreements
from baseplus.agreements.obligations import PassDueDates
from baseplus.agreements.terms import ByDate, Every, Obligation, Party, PartyKind, Quantity
from baseplus.kernel.refusals import Invalid, NotFound
from baseplus.kernel.vocabulary import TenantId
from infra.postgres.database import Database
from infra.wiring import EVENT_TYPES
from projections.agreements import queries
from projections.agreements.views import Agreements, Obligations
from projections.runner.reader import Reader
from tests.agreements.story import ENTERPRISE, GUIDANCE, SCHOOL
from tests.projections.paging import page_by_page
from tests.projections.runner.stage import Stage

NORTH, SOUTH = TenantId("north"), TenantId("south")
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
MARCH, APRIL = date(2026, 3, 31), date(2026, 4, 30)
SECOND = Party("hengtai", PartyKind.ENTERPRISE, "Hengtai Motors")


@pytest.fixture
def stage(database: Database) -> Iterator[Stage]:
    with closing(Stage(database, EVENT_TYPES)) as stage:
        yield stage


@pytest.fixture
def reader(stage: Stage) -> Iterator[Reader]:
    with closing(Reader(stage.database.dsn("app"), size=1)) as reader:
        yield reader


@pytest.fixture
def told(stage: Stage) -> Stage:
    """North has three agreements: a draft, one on the table, one in force. South has one like it."""
    stage.store.register(NORTH, SOUTH)
    draft(stage, NORTH, "a-1", SCHOOL, ENTERPRISE)
    draft(stage, NORTH, "a-2", SCHOOL, SECOND)
    stage.store.execute(NORTH, agreements, "a-2", Propose(), at=NOON, now=NOON)
    for tenant in (NORTH, SOUTH):
        draft(stage, tenant, "a-3", SCHOOL, ENTERPRISE)
        bring_into_force(stage, tenant, "a-3")
    stage.fold_all((Agreements(), Obligations()))
    return stage


def draft(stage: Stage, tenant: TenantId, thing: str, *parties: Party) -> None:
    stage.store.execute(
        tenant,
        agreements,
        thing,
        Draft(f"Agreement {thing}", parties, ends=date(2027, 2, 28)),
        AddClause("found", "qinglan", "…", Obligation((GUIDANCE,), ByDate(APRIL))),
        AddClause("guide", parties[1].id, "…", Obligation((GUIDANCE,), Every(1, MARCH), Quantity("16", "hours"))),
        at=NOON,
        now=NOON,
    )


def bring_into_force(stage: Stage, tenant: TenantId, thing: str) -> None:
    stage.store.execute(tenant, agreements, thing, Propose(), at=NOON, now=NOON)
    digest = stage.store.load(tenant, agreements, thing)[0].digest
    assert digest
    orders = (Sign(party.id, digest) for party in (SCHOOL, ENTERPRISE))
    stage.store.execute(tenant, agreements, thing, *orders, at=NOON, now=NOON)
    april = datetime(2026, 4, 1, 9, tzinfo=UTC)
    stage.store.execute(tenant, agreements, thing, PassDueDates(), at=april, now=april)


@pytest.mark.usefixtures("told")
def test_one_agreement_is_found_by_its_id_in_its_tenant_only(reader: Reader) -> None:
    row = queries.one_agreement(reader, NORTH, queries.ShowAgreement(agreement="a-3"))
    assert (row.title, row.state, row.effective_on) == ("Agreement a-3", "in_force", NOON.date())
    assert [party.signed_at for party in row.parties] == [NOON, NOON]
    with pytest.raises(NotFound, match="a-1"):
        queries.one_agreement(reader, SOUTH, queries.ShowAgreement(agreement="a-1"))


@pytest.mark.usefixtures("told")
def test_agreements_are_asked_for_by_state_party_and_title(reader: Reader) -> None:
    def ids(**asked: str) -> list[str]:
        return [row.id for row in queries.agreements(reader, NORTH, queries.ListAgreements(**asked)).rows]  # type: ignore[arg-type]

    assert ids() == ["a-1", "a-2", "a-3"]
    assert ids(state="draft") == ["a-1"]
    assert ids(party="yunchuan") == ["a-1", "a-3"]
    assert ids(party="yunchuan", state="in_force") == ["a-3"]
    assert ids(party="nobody") == []
    assert ids(party_kind="enterprise", state="draft") == ["a-1"]
    assert ids(party_kind="association") == []
    assert ids(search="agreement A-2") == ["a-2"]
    assert ids(search="%") == []
    assert [row.id for row in queries.agreements(reader, SOUTH, queries.ListAgreements()).rows] == ["a-3"]


@pytest.mark.usefixtures("told")
def test_pages_follow_one_another_without_gap_or_overlap(reader: Reader) -> None:
    first = queries.agreements(reader, NORTH, queries.ListAgreements(limit=2))
    second = queries.agreements(reader, NORTH, queries.ListAgreements(limit=2, cursor=first.cursor))
    assert [[row.id for row in page.rows] for page in (first, second)] == [["a-1", "a-2"], ["a-3"]]
    assert second.cursor is None
    owed = page_by_page(queries.obligations, reader, NORTH, queries.ListObligations())
    assert [row.key for row in owed] == ["a-3:guide:1", "a-3:found:1", "a-3:guide:2"]


@pytest.mark.usefixtures("told")
def test_what_is_owed_is_asked_for_by_state_party_agreement_and_due_date(reader: Reader) -> None:
    (late,) = queries.obligations(reader, NORTH, queries.ListObligations(state="breached")).rows
    assert (late.key, late.due, late.amount, late.unit) == ("a-3:guide:1", MARCH, "16", "hours")
    assert [row.key for row in queries.obligations(reader, NORTH, queries.ListObligations(party="qinglan")).rows] == [
        "a-3:found:1"
    ]
    assert [row.key for row in queries.obligations(reader, NORTH, queries.ListObligations(due_until=MARCH)).rows] == [
        "a-3:guide:1"
    ]
    assert queries.obligations(reader, NORTH, queries.ListObligations(agreement="a-1")).rows == []
    assert len(queries.obligations(reader, NORTH, queries.ListObligations(agreement="a-3", state="open")).rows) == 2


def test_a_bad_cursor_is_refused(reader: Reader) -> None:
    with pytest.raises(Invalid, match="cursor"):
        queries.agreements(reader, NORTH, queries.ListAgreements(cursor="nonsense"))
    with pytest.raises(Invalid, match="cursor"):
        queries.obligations(reader, NORTH, queries.ListObligations(cursor="nonsense"))


def test_the_live_rows_equal_a_fold_of_the_store(told: Stage) -> None:
    assert told.verify((Agreements(), Obligations())).differences == ()
