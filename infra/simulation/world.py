"""A university as its agents know it: its bases, who works there, who is trained there, and what was in the news."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, NamedTuple

from baseplus.apprenticeships.events import ExitReason
from baseplus.kernel.events import Event
from baseplus.kernel.reactions import Place
from baseplus.kernel.vocabulary import TenantId
from infra.simulation import cast
from infra.simulation.agenda import Agenda

WEEK = timedelta(days=7)


class News(NamedTuple):
    """Something that happened at the university, whoever did it."""

    event: Event
    at: Place
    day: date


@dataclass(frozen=True)
class Firm:
    """An enterprise, by its id as a party and its name."""

    id: str
    name: str


@dataclass(frozen=True)
class Base:
    """A base. care: from 0, where nobody looks, to 1, where all is as it should be. Mentors and managers by id."""

    id: str
    name: str
    trade: cast.Trade
    firm: Firm
    rival: Firm
    care: float
    tutors: tuple[str, ...]
    masters: tuple[str, ...]
    chief: str
    manager: str
    moderator: str

    @property
    def agreement(self) -> str:
        """The id of the agreement that it is built on."""
        return f"agr-{self.id}"

    @property
    def plan(self) -> str:
        """The id of its training plan."""
        return f"plan-{self.id}"


@dataclass(frozen=True)
class Life:
    """An apprentice, from enrolment to wherever they go. leaves: the day after the last; why None: they complete.

    care: of their own work, 0 to 1. rests: breaks, from the one day until, and without, the other."""

    id: str
    name: str
    base: Base
    number: int
    cohort: int
    tutor: str
    master: str
    enrolled: date
    started: date
    leaves: date
    why: ExitReason | None
    care: float
    rests: tuple[tuple[date, date], ...] = ()

    @property
    def first(self) -> bool:
        """Whether they are the first of their cohort, of whom everybody talks."""
        return self.number == 0

    def trains_on(self, day: date) -> bool:
        """Whether it is a day of their training."""
        return self.started <= day < self.leaves and not any(since <= day < until for since, until in self.rests)

    def weeks(self, agenda: Agenda) -> Iterator[date]:
        """The Mondays of the weeks that they train in from Monday to Friday, within the agenda."""
        monday = max(self.started, agenda.first)
        monday += timedelta(days=-monday.weekday() % 7)
        while monday < self.leaves and monday + timedelta(days=4) <= agenda.last:
            if self.trains_on(monday) and self.trains_on(monday + timedelta(days=4)):
                yield monday
            monday += WEEK


Listener = Callable[[News], None]


@dataclass
class World:
    """What the agents of a university share. shown: what an apprentice has shown, by their id, in its order: streams
    and positions of accepted tasks and signed-off skills."""

    tenant: TenantId
    name: str
    seed: str
    agenda: Agenda
    bases: list[Base] = field(default_factory=list)
    lives: list[Life] = field(default_factory=list)
    shown: dict[str, list[tuple[str, int]]] = field(default_factory=lambda: defaultdict(list))
    _listeners: dict[type[Event], list[Listener]] = field(default_factory=lambda: defaultdict(list))

    def chance(self, *of: str) -> random.Random:
        """Chance of somebody's own, so that what one does changes nothing for another."""
        return random.Random("/".join((self.seed, self.tenant, *of)))  # noqa: S311 - no secret

    def listen(self, kind: type[Event], listener: Callable[[Any, News], None]) -> None:
        """Have somebody told of each event of that kind."""
        self._listeners[kind].append(lambda news: listener(news.event, news))

    def hear(self, news: News) -> None:
        """Tell those who listen."""
        for listener in self._listeners.get(type(news.event), ()):
            listener(news)

    def months(self) -> Iterator[date]:
        """The first days of the whole months of the agenda."""
        day = self.agenda.first.replace(day=1)
        while True:
            day = (day + timedelta(days=32)).replace(day=1)
            if day > self.agenda.last:
                return
            yield day
