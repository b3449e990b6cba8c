"""Whatever people order, in whatever order: what must hold for criteria, totals and assessments."""

from __future__ import annotations

from decimal import Decimal
from itertools import pairwise

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from baseplus.assessment.assessments import (
    Appeal,
    AssessmentCommand,
    Certify,
    Correct,
    DecideAppeal,
    Moderate,
    RecordOtherSide,
    Release,
    Resit,
    assessments,
)
from baseplus.assessment.criteria import Mark, Side, total_of
from baseplus.assessment.events import (
    AfterEvent,
    AppealDecided,
    AppealOutcome,
    AssessmentAppealed,
    AssessmentEvent,
    AssessmentModerated,
    AssessmentRecorded,
    SideEvent,
)
from baseplus.assessment.sides import Stage
from baseplus.kernel.events import EventTypes
from baseplus.kernel.refusals import Rejected
from baseplus.kernel.scenario import NOON
from tests.assessment.story import known, record, scores

TYPES = EventTypes(AssessmentEvent)

points = st.integers(0, 100)
some_scores = st.builds(scores, points, points, points).flatmap(st.permutations).map(tuple)
sides = st.sampled_from([*Side])
people = st.sampled_from(["t-he", "m-gao", "t-lin", "t-zhou", "person-17"])
orders: st.SearchStrategy[AssessmentCommand] = st.one_of(
    st.builds(lambda side, person, given: known(record(side, person, given)), sides, people, some_scores),
    *(st.builds(RecordOtherSide, sides, people, some_scores) for _ in range(2)),
    *(st.builds(Correct, sides, people, some_scores, st.just("A slip")) for _ in range(3)),
    st.builds(Moderate, sides, people, some_scores, st.just("As elsewhere")),
    st.builds(Appeal, sides, st.just("It was right")),
    *(st.builds(DecideAppeal, sides, people, st.sampled_from([*AppealOutcome]), st.just("…"), some) for some in (
        some_scores, st.just(())
    )),
)  # fmt: skip
histories = st.lists(orders, min_size=1, max_size=25)
EXAMPLES = settings(max_examples=200, deadline=None)


@st.composite
def weighted(draw: st.DrawFn) -> list[Mark]:
    """Marks whose weights sum to 100."""
    cuts = sorted(draw(st.sets(st.integers(1, 99), max_size=12)))
    weights = [end - start for start, end in zip([0, *cuts], [*cuts, 100], strict=True)]
    return [Mark(f"c-{number}", weight, draw(points)) for number, weight in enumerate(weights)]


def played(commands: list[AssessmentCommand]) -> list[SideEvent]:
    """What follows from the orders that are not refused."""
    history: list[SideEvent] = []
    for command in commands:
        try:
            for event in list(assessments.decide(command, assessments.fold(history), NOON)):
                assert not isinstance(event, AfterEvent)
                history.append(event)
        except Rejected:
            continue
    return history


@given(weighted())
def test_a_total_is_the_weighted_mean_from_0_to_100_and_exact(marks: list[Mark]) -> None:
    total = Decimal(total_of(marks))
    assert 0 <= total <= 100
    assert total * 100 == sum(mark.weight * mark.points for mark in marks)
    assert min(mark.points for mark in marks) <= total <= max(mark.points for mark in marks)


@given(weighted().flatmap(lambda marks: st.tuples(st.just(marks), st.permutations(marks))))
def test_the_order_of_the_criteria_makes_no_difference(both: tuple[list[Mark], list[Mark]]) -> None:
    assert total_of(both[0]) == total_of(both[1])


@EXAMPLES
@given(histories)
def test_the_order_of_the_scores_makes_no_difference(commands: list[AssessmentCommand]) -> None:
    def turned(command: AssessmentCommand) -> AssessmentCommand:
        if isinstance(command, Appeal | Resit | Certify | Release):
            return command
        if hasattr(command, "order"):
            order = msgspec.structs.replace(command.order, scores=command.order.scores[::-1])
            return msgspec.structs.replace(command, order=order)
        return msgspec.structs.replace(command, scores=command.scores[::-1])

    assert played([turned(command) for command in commands]) == played(commands)


@EXAMPLES
@given(histories)
def test_what_happened_is_read_back_from_its_stored_form_and_so_is_what_the_rules_know(
    commands: list[AssessmentCommand],
) -> None:
    history = played(commands)
    assert [TYPES.decode(event.TYPE, TYPES.encode(event)) for event in history] == history
    state = assessments.fold(history)
    assert msgspec.json.decode(msgspec.json.encode(state), type=assessments.initial) == state


@EXAMPLES
@given(histories)
def test_a_history_says_by_itself_what_counts(commands: list[AssessmentCommand]) -> None:
    history = played(commands)
    state = assessments.fold(history)
    for side, one in state.sides.items():
        own = [event for event in history if event.side is side]
        totals = [event for event in own if not isinstance(event, AssessmentAppealed)]
        assert isinstance(own[0], AssessmentRecorded)
        assert one.total == totals[-1].total == total_of(totals[-1].marks)
        for before, after in pairwise(totals):
            assert not isinstance(after, AssessmentRecorded)
            assert after.previous == before.total
        kinds = [type(event) for event in own]
        assert all(kinds.count(once) <= 1 for once in (AssessmentModerated, AssessmentAppealed, AppealDecided))
        assert (one.stage is Stage.DECIDED) == (AppealDecided in kinds)
        assert AppealDecided not in kinds[:-1]
    by_assessors = {one.assessor for one in state.sides.values()}
    assert len(by_assessors) == len(state.sides)
    judges = [
        event.moderator if isinstance(event, AssessmentModerated) else event.decided_by
        for event in history
        if isinstance(event, AssessmentModerated | AppealDecided)
    ]
    # A side may be assessed by whoever decided the other one's appeal, never by whom it moderated.
    assert not {event.moderator for event in history if isinstance(event, AssessmentModerated)} & by_assessors
    assert "person-17" not in {*judges, *by_assessors}


@EXAMPLES
@given(histories.map(played).flatmap(lambda history: st.permutations(history + history[:3])))
def test_what_happened_is_never_refused_whatever_its_order(events: list[SideEvent]) -> None:
    assessments.fold(events)
