"""What the overview of a base says of what was promised about it and found there."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, date, datetime
from typing import Any

import pytest

from baseplus.agreements.drafting import AddClause, Draft, Propose, Sign
from baseplus.agreements.model import Terminate, agreements
from baseplus.agreements.obligations import PassDueDates
from baseplus.agreements.terms import ByDate, Obligation
from baseplus.bases.daily import ContactPartner
from baseplus.bases.model import Found, bases
from baseplus.kernel.decisions import Step
from baseplus.kernel.scenario import NOON
from baseplus.kernel.vocabulary import TenantId
from baseplus.mentoring.events import Channel
from baseplus.oversight.actions import CloseAction, RaiseAction, actions
from baseplus.oversight.gaps import ClearAuthorityDrift, CloseDutyGap, DetectDutyGap, authority_drifts, duty_gaps
from baseplus.oversight.risks import ClearRisk, ConfirmRisk, RaiseRisk, risks
from infra.postgres.database import Database
from infra.wiring import EVENT_TYPES, FOLLOWERS
from projections.agreements.views import Agreements, Obligations
from projections.bases.queries import ListBases, OverviewRow, ShowBase, one_base
from projections.bases.queries import bases as list_bases
from projections.bases.views import Bases
from projections.oversight.views import Actions, AuthorityDrifts, DutyGaps, Risks
from projections.runner.reader import Reader
from tests.agreements.story import ENTERPRISE, GUIDANCE, SCHOOL
from tests.oversight.test_gaps import SINCE, detect
from tests.oversight.test_risks import copies
from tests.projections.paging import page_by_page
from tests.projections.runner.stage import Stage

NORTH, SOUTH = TenantId("north"), TenantId("south")
VIEWS = (Bases(), Agreements(), Obligations(), Actions(), Risks(), DutyGaps(), AuthorityDrifts())
MARCH, APRIL, MAY = date(2026, 3, 31), date(2026, 4, 30), date(2026, 5, 31)


def findings() -> Iterator[Step]:
    """One of each kind at the base of drives, beside one that is settled; all of the foundry's are settled."""
    for number, month in enumerate(("2026-01", "2026-02"), 1):
        yield Step(risks, f"x-{number}", RaiseRisk("drives", month, (copies,)))
    yield Step(risks, "x-1", ClearRisk("p-dean", "…"))
    yield Step(risks, "x-2", ConfirmRisk("p-dean", "…"))
    yield Step(duty_gaps, "g-1", DetectDutyGap("drives", "hr", SINCE, 14))
    yield Step(duty_gaps, "g-2", DetectDutyGap("foundry", "hr", SINCE, 14))
    yield Step(duty_gaps, "g-2", CloseDutyGap())
    yield Step(authority_drifts, "d-1", detect)
    yield Step(authority_drifts, "d-2", detect)
    yield Step(authority_drifts, "d-2", ClearAuthorityDrift("p-dean", "…"))
    yield Step(actions, "a-1", RaiseAction("drives", "Renew two lathes", "yunchuan", APRIL))
    yield Step(actions, "a-2", RaiseAction("drives", "Sweep", "p-1", MARCH))
    yield Step(actions, "a-2", CloseAction("Swept."))


def agree(stage: Stage, agreement: str, base: str | None) -> None:
    """An agreement in force, which promises something by the end of March and by the end of May."""
    by = [AddClause(f"by-{day:%m}", "qinglan", "…", Obligation((GUIDANCE,), ByDate(day))) for day in (MARCH, MAY)]
    stage.store.execute(
        NORTH, agreements, agreement, Draft("Joint training", (SCHOOL, ENTERPRISE), base=base), *by, Propose(), now=NOON
    )
    digest = stage.store.load(NORTH, agreements, agreement)[0].digest
    assert digest
    stage.store.execute(NORTH, agreements, agreement, *(Sign(one, digest) for one in ("qinglan", "yunchuan")), now=NOON)


@pytest.fixture(scope="module")
def reader(module_database: Database) -> Iterator[Reader]:
    with (
        closing(Stage(module_database, EVENT_TYPES, FOLLOWERS)) as stage,
        closing(Reader(module_database.dsn("app"), size=1)) as reader,
    ):
        stage.store.register(NORTH, SOUTH)
        for tenant, base in ((NORTH, "drives"), (NORTH, "foundry"), (SOUTH, "drives")):
            stage.store.execute(tenant, bases, base, Found("A base", "machinery", "Qingdao"), now=NOON)
        followed_up = ContactPartner("c-1", "yunchuan", "p-lian", Channel.ONLINE, "…", date(2026, 3, 20))
        stage.store.execute(NORTH, bases, "drives", followed_up, now=NOON)
        about: dict[str, str | None] = {
            "of-drives": "drives",
            "of-none": None,
            "ended": "drives",
            "of-foundry": "foundry",
        }
        for agreement, one in about.items():
            agree(stage, agreement, one)
        stage.store.execute(NORTH, agreements, "ended", Terminate("qinglan", "…", NOON.date()), now=NOON)
        later = datetime(2026, 4, 1, 9, tzinfo=UTC)
        for agreement in ("of-drives", "of-none", "of-foundry"):
            stage.store.execute(NORTH, agreements, agreement, PassDueDates(), now=later)
        # what an ended agreement left in breach can be mended by nobody
        stage.store.execute(NORTH, agreements, "of-foundry", Terminate("qinglan", "…", later.date()), now=later)
        stage.store.execute_all(NORTH, [*findings()], at=NOON, now=NOON)
        stage.fold_all(VIEWS)
        yield reader


def overview(reader: Reader, base: str, on: date, tenant: TenantId = NORTH) -> OverviewRow:
    return one_base(reader, tenant, ShowBase(base=base, as_of=on))


def counted(row: OverviewRow) -> tuple[int, ...]:
    return row.obligations_late, row.actions_late, row.risks_open, row.duty_gaps_open, row.authority_drifts_open


def test_a_base_in_breach_is_overdue_and_at_risk(reader: Reader) -> None:
    row = overview(reader, "drives", date(2026, 4, 2))
    assert (counted(row), row.overdue, row.at_risk) == ((1, 0, 1, 1, 1), 2, 4)
    assert row.next_due == date(2026, 3, 20)


def test_what_nobody_has_done_by_its_day_is_late_from_the_next_day_on(reader: Reader) -> None:
    assert [overview(reader, "drives", day).actions_late for day in (APRIL, date(2026, 5, 1))] == [0, 1]
    assert [overview(reader, "drives", day).obligations_late for day in (MARCH, MAY, date(2026, 6, 1))] == [0, 1, 2]


def test_a_base_with_nothing_promised_and_everything_settled_is_not_at_risk(reader: Reader) -> None:
    row = overview(reader, "foundry", date(2026, 6, 1))
    assert (counted(row), row.overdue, row.at_risk, row.next_due) == ((0, 0, 0, 0, 0), 0, 0, None)


def test_bases_at_risk_are_asked_for(reader: Reader) -> None:
    def listed(**asked: Any) -> list[str]:
        query = ListBases(as_of=date(2026, 4, 2), **asked)
        rows = list_bases(reader, NORTH, query).rows
        assert page_by_page(list_bases, reader, NORTH, query) == rows
        return [row.id for row in rows]

    assert listed() == ["drives", "foundry"]
    assert listed(at_risk=True) == listed(late=True) == ["drives"]
    assert listed(at_risk=False) == listed(late=False) == ["foundry"]


def test_what_is_promised_and_found_at_one_university_is_of_no_other(reader: Reader) -> None:
    row = overview(reader, "drives", date(2026, 6, 1), SOUTH)
    assert (row.overdue, row.at_risk) == (0, 0)
