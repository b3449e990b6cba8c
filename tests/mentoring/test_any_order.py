"""Whatever people order, in whatever order: what must hold for mentors and their apprentices together."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from baseplus.apprenticeships.events import (
    ApprenticeExited,
    ApprenticeshipCompleted,
    ApprenticeshipEvent,
    ApprenticeshipStarted,
    Direction,
    ExitReason,
    MentorKind,
)
from baseplus.apprenticeships.model import (
    ApprenticeshipCommand,
    AssignMentor,
    Complete,
    EndBreak,
    Enrol,
    Exit,
    ReassignMentor,
    RelieveMentor,
    Stage,
    Start,
    StartBreak,
    apprenticeships,
)
from baseplus.kernel.decisions import Decider, Step
from baseplus.kernel.events import EventTypes
from baseplus.logbook.events import LogbookEvent
from baseplus.logbook.model import logbook
from baseplus.mentoring.events import ApprenticeReleased, ApprenticeTakenOn, CapacitySet, MentoringEvent
from baseplus.mentoring.model import Qualify, Register, SetCapacity, mentoring
from tests.apprenticeships.story import MASTER, TUTOR, at
from tests.mentoring.world import World

TYPES = EventTypes(ApprenticeshipEvent, MentoringEvent, LogbookEvent)
DECIDERS: dict[str, Decider[Any, Any, Any]] = {one.name: one for one in (apprenticeships, mentoring, logbook)}
MENTORS = {"t-1": TUTOR, "t-2": TUTOR, "m-1": MASTER, "m-2": MASTER}
APPRENTICESHIPS = {"ap-1": "drives", "ap-2": "drives", "ap-3": "foundry", "ap-4": "foundry"}
FIRST = date(2026, 1, 5)

kinds = st.sampled_from([*MentorKind])
mentors = st.sampled_from([*MENTORS, *MENTORS, "nobody"])
things = st.sampled_from([*APPRENTICESHIPS])


def enrol(thing: str) -> Enrol:
    return Enrol(f"person-{thing}", "Shen Yutong", APPRENTICESHIPS[thing], "yunchuan", "cnc-machinist", "agr-1")


def assignment(mentor: str, kind: MentorKind) -> AssignMentor:
    return AssignMentor(MENTORS.get(mentor, kind), mentor)


course: st.SearchStrategy[ApprenticeshipCommand] = st.one_of(
    *(st.builds(assignment, mentors, kinds) for _ in range(4)),
    st.builds(AssignMentor, kinds, mentors),
    *(st.builds(ReassignMentor, kinds, mentors) for _ in range(2)),
    st.builds(RelieveMentor, kinds),
    st.just(Start()),
    st.just(Start()),
    st.just(StartBreak()),
    st.just(EndBreak()),
    st.just(Complete()),
    st.just(Exit(ExitReason.OTHER, Direction.UNKNOWN)),
)
days = st.none() | st.integers(-3, 1)
capacities = st.builds(SetCapacity, st.integers(0, 3)) | st.just(Qualify("Twelve years at the lathe"))


def step(thing: str, order: ApprenticeshipCommand, today: date, back: int | None) -> Step:
    on = None if back is None else today + timedelta(days=back)
    return Step(apprenticeships, thing, msgspec.structs.replace(order, on=on))


def check(world: World) -> None:
    """No mentor over capacity, and both sides of each assignment say the same."""
    guided: dict[str, set[str]] = {mentor: set() for mentor in MENTORS}
    for thing in APPRENTICESHIPS:
        state = world.state(apprenticeships, thing)
        for kind, mentor in state.mentors.items():
            assert MENTORS[mentor] is kind
            guided[mentor].add(thing)
        assert not (state.mentors and state.stage in (Stage.COMPLETED, Stage.EXITED))
    for mentor, whom in guided.items():
        state = world.state(mentoring, mentor)
        assert state.guides == whom
        assert len(whom) <= state.capacity


@st.composite
def worlds(draw: st.DrawFn) -> World:
    """What orders at times that go on lead to, with what must hold at each step checked on the way."""
    world, today = World(), FIRST
    opening = [
        Step(mentoring, mentor, Register(f"person-{mentor}", "Gao Mingze", kind, "yunchuan", draw(st.integers(1, 2))))
        for mentor, kind in MENTORS.items()
    ]
    opening += [Step(apprenticeships, thing, enrol(thing)) for thing in APPRENTICESHIPS]
    for one in opening[draw(st.sampled_from([0, 0, 0, 1, 5])) :]:
        world.put([one], at(today))
    for _ in range(draw(st.sampled_from([40, 20, 10]))):
        today += timedelta(days=draw(st.sampled_from([0, 0, 1, 5])))
        if draw(st.integers(0, 9)):
            steps = [step(draw(things), draw(course), today, draw(days)) for _ in range(draw(st.integers(1, 2)))]
        else:
            steps = [Step(mentoring, draw(mentors), draw(capacities))]
        before = len(world.events)
        refused = world.put(steps, at(today))
        assert not (refused and len(world.events) > before)
        check(world)
        if len(steps) == 1 and len(world.events) > before:
            # A retry that reaches the rules (its key having been forgotten) must not do the thing twice.
            after = len(world.events)
            world.put(steps, at(today))
            assert len(world.events) == after
    return world


EXAMPLES = settings(max_examples=100, deadline=None)


@EXAMPLES
@given(worlds())
def test_what_happened_is_read_back_from_its_stored_form_and_so_is_what_the_rules_know(world: World) -> None:
    for stream, events in world.streams.items():
        assert [TYPES.decode(event.TYPE, TYPES.encode(event)) for event in events] == events
        decider = DECIDERS[stream.partition("/")[0]]
        state = decider.fold(events)
        assert msgspec.json.decode(msgspec.json.encode(state), type=decider.initial) == state


@EXAMPLES
@given(worlds())
def test_no_mentor_ever_guides_more_than_they_may(world: World) -> None:
    load, room = dict.fromkeys(MENTORS, 0), dict.fromkeys(MENTORS, 0)
    for stream, event in world.events:
        mentor = stream.partition("/")[2]
        match event:
            case CapacitySet(capacity):
                room[mentor] = capacity
            case ApprenticeTakenOn():
                load[mentor] += 1
            case ApprenticeReleased():
                load[mentor] -= 1
        assert all(load[one] <= room[one] for one in MENTORS)


@EXAMPLES
@given(worlds())
def test_the_days_of_an_apprenticeship_never_go_back(world: World) -> None:
    for events in world.apprenticeships.values():
        days = [event.on for event in events]
        assert days == sorted(days)


@EXAMPLES
@given(worlds())
def test_an_end_knows_the_base_and_the_start(world: World) -> None:
    for thing, events in world.apprenticeships.items():
        started = next((event.on for event in events if isinstance(event, ApprenticeshipStarted)), None)
        for event in events:
            if isinstance(event, ApprenticeshipCompleted | ApprenticeExited):
                assert (event.base, event.started) == (APPRENTICESHIPS[thing], started)


@EXAMPLES
@given(worlds().flatmap(lambda world: st.permutations(world.events + world.events[:3])))
def test_what_happened_is_never_refused_whatever_its_order(events: list[tuple[str, Any]]) -> None:
    mentoring.fold(event for stream, event in events if stream.startswith("mentoring/"))
    apprenticeships.fold(event for stream, event in events if stream.startswith("apprenticeships/"))
