from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import date
from typing import Any

import pytest

from baseplus.kernel.decisions import Step
from baseplus.kernel.refusals import NotFound
from baseplus.kernel.scenario import NOON
from baseplus.kernel.vocabulary import TenantId
from baseplus.oversight.actions import CloseAction, RaiseAction, actions
from baseplus.oversight.gaps import ClearAuthorityDrift, CloseDutyGap, DetectDutyGap, authority_drifts, duty_gaps
from baseplus.oversight.reviews import association_reviews, reviews
from baseplus.oversight.risks import ClearRisk, RaiseRisk, risks
from infra.postgres.database import Database
from infra.wiring import EVENT_TYPES, FOLLOWERS
from projections.oversight import queries as ask
from projections.oversight.views import Actions, AuthorityDrifts, DutyGaps, Reviews, Risks
from projections.runner.reader import Reader
from tests.oversight import test_gaps as gaps
from tests.oversight import test_reviews_and_actions as reviewed
from tests.oversight import test_risks as at_risk
from tests.projections.runner.stage import Stage

NORTH, SOUTH = TenantId("north"), TenantId("south")
VIEWS = (Reviews(), Actions(), Risks(), DutyGaps(), AuthorityDrifts())


def told() -> Iterator[Step]:
    yield Step(reviews, "r-1", reviewed.hold)
    yield Step(association_reviews, "r-2", reviewed.issue)
    yield Step(actions, "a-1", reviewed.raise_)
    yield Step(actions, "a-2", RaiseAction("drives", "Sweep", "p-1", date(2026, 3, 9)))
    yield Step(actions, "a-2", CloseAction("Swept."))
    for number, month in enumerate(("2026-01", "2026-02"), 1):
        yield Step(risks, f"x-{number}", RaiseRisk("drives", month, (at_risk.copies,)))
    yield Step(risks, "x-1", ClearRisk("p-dean", "…"))
    yield Step(duty_gaps, "g-1", DetectDutyGap("drives", "hr", gaps.SINCE, 14))
    yield Step(duty_gaps, "g-2", DetectDutyGap("welding", "hr", gaps.SINCE, 14))
    yield Step(duty_gaps, "g-2", CloseDutyGap())
    yield Step(authority_drifts, "d-1", gaps.detect)
    yield Step(authority_drifts, "d-1", ClearAuthorityDrift("p-dean", "…"))


@pytest.fixture(scope="module")
def reader(module_database: Database) -> Iterator[Reader]:
    """North was looked at; south was not."""
    with closing(Stage(module_database, EVENT_TYPES, FOLLOWERS)) as stage:
        stage.store.register(NORTH, SOUTH)
        stage.store.execute_all(NORTH, list(told()), at=NOON, now=NOON)
        stage.store.execute(SOUTH, actions, "a-1", reviewed.raise_, now=NOON)
        stage.fold_all(VIEWS)
        with closing(Reader(module_database.dsn("app"), size=1)) as reader:
            yield reader


def ids(page: Any) -> list[str]:
    return [row.id for row in page.rows]


@pytest.mark.parametrize(
    ("question", "asked", "found"),
    [
        (ask.reviews, ask.ListReviews(), ["r-1", "r-2"]),
        (ask.reviews, ask.ListReviews(kind="association"), ["r-2"]),
        (ask.reviews, ask.ListReviews(since=date(2026, 3, 3)), []),
        (ask.reviews, ask.ListReviews(base="welding"), []),
        (ask.actions, ask.ListActions(), ["a-2", "a-1"]),
        (ask.actions, ask.ListActions(open=True), ["a-1"]),
        (ask.actions, ask.ListActions(open=False), ["a-2"]),
        (ask.actions, ask.ListActions(owner="yunchuan"), ["a-1"]),
        (ask.actions, ask.ListActions(due_until=date(2026, 3, 9)), ["a-2"]),
        (ask.risks, ask.ListRisks(), ["x-1", "x-2"]),
        (ask.risks, ask.ListRisks(state="raised"), ["x-2"]),
        (ask.risks, ask.ListRisks(month="2026-01"), ["x-1"]),
        (ask.duty_gaps, ask.ListDutyGaps(), ["g-1", "g-2"]),
        (ask.duty_gaps, ask.ListDutyGaps(open=True), ["g-1"]),
        (ask.duty_gaps, ask.ListDutyGaps(base="welding"), ["g-2"]),
        (ask.authority_drifts, ask.ListAuthorityDrifts(), ["d-1"]),
        (ask.authority_drifts, ask.ListAuthorityDrifts(open=True), []),
        (ask.authority_drifts, ask.ListAuthorityDrifts(month="2026-02"), ["d-1"]),
    ],
)
def test_lists_are_narrowed_down(reader: Reader, question: Callable[..., Any], asked: Any, found: list[str]) -> None:
    assert ids(question(reader, NORTH, asked)) == found


def test_lists_are_read_page_by_page(reader: Reader) -> None:
    lists: list[tuple[Callable[..., Any], Callable[..., Any], list[str]]] = [
        (ask.reviews, ask.ListReviews, ["r-1", "r-2"]),
        (ask.actions, ask.ListActions, ["a-2", "a-1"]),
        (ask.risks, ask.ListRisks, ["x-1", "x-2"]),
        (ask.duty_gaps, ask.ListDutyGaps, ["g-1", "g-2"]),
    ]
    for question, kind, expected in lists:
        first = question(reader, NORTH, kind(limit=1))
        second = question(reader, NORTH, kind(limit=1, cursor=first.cursor))
        assert ids(first) + ids(second) == expected
        assert second.cursor is None


def test_one_is_shown_and_what_is_not_there_is_not_found(reader: Reader) -> None:
    assert ask.one_review(reader, NORTH, ask.ShowReview(review="r-2")).verdict == "sound"
    assert ask.one_action(reader, NORTH, ask.ShowAction(action="a-2")).result == "Swept."
    assert ask.one_risk(reader, NORTH, ask.ShowRisk(risk="x-1")).state == "cleared"
    assert ask.one_duty_gap(reader, NORTH, ask.ShowDutyGap(duty_gap="g-1")).closed_on is None
    drift = ask.one_authority_drift(reader, NORTH, ask.ShowAuthorityDrift(authority_drift="d-1"))
    assert drift.cleared_by == "p-dean"
    with pytest.raises(NotFound):
        ask.one_risk(reader, NORTH, ask.ShowRisk(risk="x-9"))


def test_an_owner_sees_what_they_are_to_do_and_a_stranger_nothing(reader: Reader) -> None:
    assert ask.one_action(reader, NORTH, ask.ShowAction(action="a-1", owner="yunchuan")).owner == "yunchuan"
    with pytest.raises(NotFound):
        ask.one_action(reader, NORTH, ask.ShowAction(action="a-1", owner="p-1"))
    assert ids(ask.actions(reader, SOUTH, ask.ListActions())) == ["a-1"]
    assert ids(ask.risks(reader, SOUTH, ask.ListRisks())) == []
