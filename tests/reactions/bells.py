"""A small world to react to: bells ring, a porter answers them, and a clock strikes once a day where one has rung."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from typing import Any, ClassVar

import msgspec

from baseplus.kernel.decisions import Command, Decider, Step
from baseplus.kernel.events import Event, EventTypes
from baseplus.kernel.reactions import Order, Place, Reaction, Unremembering
from baseplus.kernel.refusals import Rejected

UNLUCKY, ANSWERED_BY_HAND, TOO_LOUD = 13, 7, 666


class Rung(Event):
    TYPE: ClassVar = "bells.rung.v1"
    n: int


class Answered(Event):
    TYPE: ClassVar = "bells.answered.v1"
    n: int


class Struck(Event):
    TYPE: ClassVar = "bells.struck.v1"
    on: date


class Tolled(Event):
    """Only a later version knows it."""

    TYPE: ClassVar = "bells.tolled.v1"


class Ring(Command, frozen=True):
    """Ring."""

    n: int


class Answer(Command, frozen=True):
    """Answer."""

    n: int


class Strike(Command, frozen=True):
    """Strike."""


class Nothing(msgspec.Struct, frozen=True):
    """Bells know nothing: a second answer would be heard."""


def decide(command: Ring | Answer | Strike, _state: Nothing, now: datetime) -> Iterator[Rung | Answered | Struck]:
    match command:
        case Ring(n):
            yield Rung(n)
        case Answer(n):
            if n in (UNLUCKY, ANSWERED_BY_HAND):
                raise Rejected("unlucky" if n == UNLUCKY else "answered_already")
            yield Answered(n)
        case Strike():
            yield Struck(now.date())


bells = Decider("bells", Nothing, decide, lambda state, _: state)
answers = Decider("answers", Nothing, decide, lambda state, _: state)
TYPES = EventTypes(Rung, Answered, Struck)
LATER_TYPES = EventTypes(Rung, Answered, Struck, Tolled)


class Porter(Reaction[list[int]]):
    """Answers each bell. sent: what it was asked for, in this process."""

    name: ClassVar = "porter"
    events: ClassVar = (Rung,)

    def __init__(self, afraid: bool = True) -> None:
        self.afraid = afraid
        self.sent: list[int] = []

    def begin(self) -> list[int]:
        return []

    def evolve(self, state: list[int], event: Rung, at: Place) -> list[int]:
        if event.n == TOO_LOUD and self.afraid:
            raise ValueError("too loud")
        return [*state, event.n]

    def react(self, state: list[int], event: Rung, at: Place) -> Iterator[Order]:
        self.sent.append(event.n)
        if event.n != UNLUCKY or self.afraid:
            yield Order(Step(answers, at.thing, Answer(event.n)), frozenset({"answered_already"}))


class Listener(Unremembering):
    """Answers each bell, too, and is given every event, whatever its type."""

    name: ClassVar = "listener"
    events: ClassVar = None

    def react(self, state: None, event: Event, at: Place) -> Iterator[Order]:
        if isinstance(event, Rung):
            yield Order(Step(answers, at.thing, Answer(event.n)))


class Tower(Reaction[dict[str, Any]]):
    """Strikes once on each day after the first bell."""

    name: ClassVar = "tower"
    events: ClassVar = (Rung, Struck)

    def begin(self) -> dict[str, Any]:
        return {}

    def evolve(self, state: dict[str, Any], event: Event, at: Place) -> dict[str, Any]:
        if isinstance(event, Struck):
            return {**state, "struck": event.on}
        return {"first": at.occurred_at.date(), **state}

    def due(self, state: dict[str, Any], today: date) -> Iterator[Order]:
        if "first" in state and max(state.values()) < today:
            yield Order(Step(bells, "tower", Strike()), due=str(today))
