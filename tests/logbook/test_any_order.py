"""Whatever people enter in a logbook, in whatever order: what must hold."""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from baseplus.kernel.events import EventTypes
from baseplus.logbook.attendance import (
    ClaimAttendance,
    DisputeAttendance,
    MatchOutput,
    MatchToolLog,
    Vouch,
    WithdrawAttendance,
)
from baseplus.logbook.events import (
    AttendanceClaimed,
    AttendanceCorroborated,
    AttendanceDisputed,
    AttendanceEvent,
    AttendanceWithdrawn,
    LogbookEvent,
    SkillAttempted,
    SkillDemonstrated,
    SkillSignedOff,
    TaskAccepted,
    TaskReturned,
    TaskSubmitted,
    Work,
)
from baseplus.logbook.model import LogbookCommand, logbook
from baseplus.logbook.reflections import ReviewReflection, SubmitReflection
from baseplus.logbook.skills import Attempt, Demonstrate, SignOff
from baseplus.logbook.standing import CloseDays, EnterMentor, LetMentorGo, Open, OpenDays
from baseplus.logbook.tasks import AcceptTask, AssignTask, ReturnTask, SubmitTask
from tests.apprenticeships.story import MASTER, TUTOR, at
from tests.properties import Order, never_refused, played

TYPES = EventTypes(LogbookEvent)
FIRST = date(2026, 1, 26)
MENTORS = st.sampled_from(["m-he", "m-gao", "m-xu", "m-lu"])

work = st.sampled_from([Work.JOB, Work.JOB, Work.CLASSROOM])
tasks = st.sampled_from(["t-1", "t-2"])
skills = st.sampled_from(["turning", "milling"])
notes = st.sampled_from(["r-1", "r-2", "r-3"])
text = st.sampled_from(["I learnt to measure", "It went well"])
hours = st.sampled_from(["0", "2.5", "8", "14"])
entries: st.SearchStrategy[LogbookCommand] = st.one_of(
    st.builds(AssignTask, tasks, text, work, MENTORS),
    *(st.builds(SubmitTask, tasks) for _ in range(2)),
    *(st.builds(AcceptTask, tasks, MENTORS) for _ in range(2)),
    st.builds(ReturnTask, tasks, MENTORS, text),
    st.builds(Demonstrate, skills, MENTORS),
    st.builds(Attempt, skills, st.none() | tasks),
    st.builds(SignOff, skills, MENTORS),
    st.builds(SubmitReflection, notes, text, st.none() | tasks),
    st.builds(ReviewReflection, notes, MENTORS, text),
    *(st.builds(ClaimAttendance, work, hours) for _ in range(3)),
    *(st.builds(Vouch, work, MENTORS) for _ in range(4)),
    *(st.builds(MatchToolLog, work, st.sampled_from(["log-1", "log-2"])) for _ in range(2)),
    *(st.builds(MatchOutput, work, tasks) for _ in range(2)),
    st.builds(DisputeAttendance, work, text, st.none() | MENTORS),
    st.builds(WithdrawAttendance, work, text),
)
REPEATABLE = (Demonstrate, Attempt, EnterMentor, OpenDays, Open, CloseDays, LetMentorGo)


@st.composite
def orders(draw: st.DrawFn) -> list[Order]:
    """A course with mentors and days of training, and entries about days up to a week back."""
    today = FIRST
    made: list[Order] = []
    opening: list[LogbookCommand] = [
        Open("person-17", "drives", today),
        EnterMentor("m-he", TUTOR, today),
        EnterMentor("m-gao", MASTER, today),
        OpenDays(today),
    ]
    made += [(command, at(today)) for command in opening[draw(st.sampled_from([0, 0, 0, 1])) :]]
    for _ in range(draw(st.sampled_from([40, 20, 10]))):
        today += timedelta(days=draw(st.sampled_from([0, 0, 0, 1, 4])))
        if not draw(st.integers(0, 19)):
            told: list[LogbookCommand] = [
                LetMentorGo("m-gao", today),
                EnterMentor("m-xu", MASTER, today),
                CloseDays(today),
                OpenDays(today),
            ]
            made.append((draw(st.sampled_from(told)), at(today)))
            continue
        back = draw(st.sampled_from([None, 0, 0, 1, 2, 7, -1]))
        on = None if back is None else today - timedelta(days=back)
        made.append((msgspec.structs.replace(draw(entries), on=on), at(today)))
    return made


histories = orders().map(lambda given: played(logbook, TYPES, given, repeatable=REPEATABLE))
EXAMPLES = settings(max_examples=60, deadline=None)


@EXAMPLES
@given(histories)
def test_what_counts_had_two_independent_witnesses_since_it_was_claimed_or_disputed(history: list[Any]) -> None:
    behind: dict[tuple[date, Work], list[str | None]] = {}
    for event in history:
        if not isinstance(event, AttendanceEvent):
            continue
        key = event.on, event.work
        if isinstance(event, AttendanceCorroborated):
            assert event.behind not in behind[key]
            behind[key].append(event.behind)
            assert (event.counts is not None) == (len(behind[key]) == 2)
        else:
            counted = len(behind.get(key, [])) >= 2
            if not isinstance(event, AttendanceClaimed):
                assert (event.left is not None) == counted
            behind[key] = []


@EXAMPLES
@given(histories)
def test_people_are_counted_once_a_month_whatever_is_disputed_and_withdrawn(history: list[Any]) -> None:
    claimed, counting = Counter[str](), Counter[str]()
    for event in history:
        month = f"{event.on:%Y-%m}" if isinstance(event, AttendanceEvent) else ""
        match event:
            case AttendanceClaimed(nth=nth):
                claimed[month] += 1
                assert nth == claimed[month]
            case AttendanceCorroborated(counts=int(counts)):
                counting[month] += 1
                assert counts == counting[month]
            case AttendanceDisputed(left=int(left)):
                counting[month] -= 1
                assert left == counting[month]
            case AttendanceWithdrawn(claims_left=claims_left, left=left):
                claimed[month] -= 1
                assert claims_left == claimed[month]
                counting[month] -= left is not None
                assert left is None or left == counting[month]


@EXAMPLES
@given(histories)
def test_no_day_ever_has_more_than_24_hours_or_hours_of_none(history: list[Any]) -> None:
    state = logbook.fold(history)
    by_day = Counter[date]()
    for claim in state.attendance.values():
        assert Decimal(claim.hours) > 0
        by_day[claim.on] += Decimal(claim.hours)  # type: ignore[assignment]
    assert all(total <= 24 for total in by_day.values())


@EXAMPLES
@given(histories)
def test_a_task_is_accepted_at_most_once_and_each_answer_answers_a_submission(history: list[Any]) -> None:
    submissions, accepted = Counter[str](), set()
    for event in history:
        match event:
            case TaskSubmitted(task=task, submission=submission):
                submissions[task] += 1
                assert submission == submissions[task]
            case TaskAccepted(task=task, submission=submission) | TaskReturned(task=task, submission=submission):
                assert submission == submissions[task] >= 1
                assert task not in accepted
                if isinstance(event, TaskAccepted):
                    accepted.add(task)


@EXAMPLES
@given(histories)
def test_a_skill_is_demonstrated_before_it_is_attempted_and_attempted_before_it_is_signed_off(
    history: list[Any],
) -> None:
    for skill in ("turning", "milling"):
        own = [
            event
            for event in history
            if isinstance(event, SkillDemonstrated | SkillAttempted | SkillSignedOff) and event.skill == skill
        ]
        kinds = [type(event) for event in own]
        assert [event.on for event in own] == sorted(event.on for event in own)
        assert not own or kinds[0] is SkillDemonstrated
        if SkillSignedOff in kinds:
            assert kinds.index(SkillSignedOff) == len(kinds) - 1
            assert isinstance(own[-1], SkillSignedOff)
            assert own[-1].attempts == kinds.count(SkillAttempted) >= 1


@EXAMPLES
@given(histories.flatmap(lambda history: st.permutations(history + history[:3])))
def test_what_happened_is_never_refused_whatever_its_order(events: list[Any]) -> None:
    never_refused(logbook, events)


def test_late_entries_are_about_days_and_not_about_the_time_of_entry() -> None:
    """The same entries, each on its day or all a month later, make the same history."""
    opening: list[LogbookCommand] = [
        Open("person-17", "drives", FIRST),
        EnterMentor("m-gao", MASTER, FIRST),
        OpenDays(FIRST),
    ]
    days = [FIRST + timedelta(days=number) for number in range(4)]
    entered: list[tuple[LogbookCommand, date]] = [(command, FIRST) for command in opening]
    for day in days:
        entered += [(ClaimAttendance(Work.JOB, "8", day), day), (Vouch(Work.JOB, "m-gao", day), day)]
    late = at(days[-1] + timedelta(days=30))

    def history(when: datetime | None) -> list[Any]:
        return played(logbook, TYPES, [(command, when or at(day)) for command, day in entered], repeatable=REPEATABLE)

    assert history(None) == history(late)
    assert len(history(late)) == len(opening) + 8
