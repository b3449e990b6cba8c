"""What is going to be entered at a university, and when: the paper from which its offices send their requests."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from itertools import groupby
from typing import NamedTuple, TypeAlias

from baseplus.kernel.decisions import Command, Step
from infra.wiring import ROUTES

OFFICE = time(17, tzinfo=UTC)
"""When the office enters what came in, on Mondays, Wednesdays and Fridays."""
_OPEN = (0, 2, 4)
CLASS = time(18, tzinfo=UTC)
"""When, on a Friday, the class's week is entered."""
_TRIED = time(19, tzinfo=UTC)
_FRIDAY = 4
MOST = 1_000
"""Steps of one request, at most."""

Plan: TypeAlias = Step | Callable[[], Iterable[Step]]
"""A step, or what tells the steps when it is their turn, because they hang on what was in the news by then."""

_ROUTES = {route.input: route for route in ROUTES if hasattr(route, "decider")}


def order(thing: str, command: Command) -> Step:
    """The command as HTTP puts it to the rules: with what completes it."""
    route = _ROUTES[type(command)]
    return Step(route.decider, thing, command, route.resolve)  # type: ignore[attr-defined]


class Call(NamedTuple):
    """One request. at: when it is made. expects: the codes by which some of it may be refused; else none may."""

    at: datetime
    steps: tuple[Step, ...]
    expects: frozenset[str] = frozenset()


class _Entry(NamedTuple):
    day: date
    number: int
    plan: Plan
    expects: frozenset[str]


class Agenda:
    """What is to be entered, from the day `first` to the day `last`. What happened before is entered on the first day
    of business, in its order; what lies beyond the last one never is."""

    def __init__(self, first: date, last: date) -> None:
        self.first, self.last = first, last
        self._entries: dict[datetime, list[_Entry]] = {}
        self._moments: list[datetime] = []
        self._number = 0

    def enter(self, day: date, *plans: Plan, late: int = 0) -> None:
        """Of the office: entered on the day itself or the next one that it works on, or so many days late."""
        on = max(day, self.first) + timedelta(days=late)
        while on.weekday() not in _OPEN and on > self.first:
            on += timedelta(days=1)
        self._put(datetime.combine(on, OFFICE), day, plans)

    def file(self, day: date, *plans: Plan) -> None:
        """Of the class: entered on the Friday of the week."""
        on = max(day, self.first)
        self._put(datetime.combine(on + timedelta(days=(_FRIDAY - on.weekday()) % 7), CLASS), day, plans)

    def at(self, moment: datetime, *plans: Plan) -> None:
        """Entered at that very moment."""
        self._put(moment, moment.date(), plans)

    def attempt(self, day: date, *plans: Plan, expects: Iterable[str]) -> None:
        """What somebody tries, knowing that it may be refused: in a request of its own."""
        moment = datetime.combine(day, _TRIED)
        while moment in self._entries:
            moment += timedelta(seconds=1)
        self._put(moment, day, plans, frozenset(expects))

    def calls(self, day: date) -> Iterator[Call]:
        """The requests of the day, in their order. What is added for the day meanwhile comes, too."""
        while self._moments and self._moments[0].date() == day:
            moment = heapq.heappop(self._moments)
            entries = sorted(self._entries.pop(moment), key=lambda entry: entry[:2])
            for group in self._requests(day, entries):
                steps = [step for entry in group for step in _steps(entry.plan)]
                expects = frozenset(code for entry in group for code in entry.expects)
                for begin in range(0, len(steps), MOST):
                    yield Call(moment, tuple(steps[begin : begin + MOST]), expects)

    def _requests(self, day: date, entries: list[_Entry]) -> Iterator[list[_Entry]]:
        """What goes into one request: everything, but what happened before the first day of business goes day by day,
        since commands are completed by what was recorded before their request."""
        if day > self.first:
            yield entries
        else:
            for _, group in groupby(entries, key=lambda entry: entry.day):
                yield list(group)

    def _put(self, moment: datetime, day: date, plans: Iterable[Plan], expects: frozenset[str] = frozenset()) -> None:
        if not self.first <= moment.date() <= self.last:
            return
        if moment not in self._entries:
            self._entries[moment] = []
            heapq.heappush(self._moments, moment)
        for plan in plans:
            self._number += 1
            self._entries[moment].append(_Entry(day, self._number, plan, expects))


def _steps(plan: Plan) -> Iterable[Step]:
    return (plan,) if isinstance(plan, Step) else plan()
