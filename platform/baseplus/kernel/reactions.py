"""Event in, command out: what follows by itself from what happened, and from the clock.

    class Compensation(Unremembering):
        name = "compensation"
        events = (ApprenticeExited,)

        def react(self, state, event, at):
            if event.reason is ExitReason.POACHED:
                yield Order(Step(investment, at.thing, DeclarePoaching()))

A reaction is pure, like rules and views: no I/O, no clock, no ids made inside. What it has to remember of a tenant is
its state, folded from the tenant's history; what it wants done is an order, put to the rules like anybody else's.
`docs/how-to/add-a-reaction.md` takes you through one.
"""

from __future__ import annotations

import typing
from collections.abc import Iterable
from datetime import date, datetime
from typing import Any, ClassVar, Generic, NamedTuple, TypeVar

from baseplus.kernel.canonical import sha256
from baseplus.kernel.decisions import Step
from baseplus.kernel.events import Event

S = TypeVar("S")

_LONGEST_ID = 64
_DIGITS = 16  # of a digest, beside what it belongs to


class Place(NamedTuple):
    """Where and when an event happened: its place in the tenant's history, its stream, and the time in UTC."""

    tenant: str
    position: int
    type: str
    stream: str
    occurred_at: datetime

    @property
    def thing(self) -> str:
        """The id within the stream's name: `agreements/a-1` is about `a-1`."""
        return self.stream.partition("/")[2]


class Order(NamedTuple):
    """A command that a reaction sends.

    moot: codes of refusals that mean that it is needed no longer, since somebody else was faster. Any other refusal
    parks the tenant in this reaction. due: of the clock's orders, what fell due, by a name that is never given twice
    within the tenant; the same order is carried out once.
    """

    step: Step
    moot: frozenset[str] = frozenset()
    due: str = ""


class Reaction(Generic[S]):
    """What follows by itself. One object serves all tenants, so it holds nothing: `begin` makes a tenant's state.

    name: its checkpoint's, for ever. events: the types that it is given; None: all of them.
    """

    name: ClassVar[str]
    events: ClassVar[tuple[type[Event], ...] | None]

    def begin(self) -> S:
        """The state before any event."""
        raise NotImplementedError

    def evolve(self, state: S, event: Any, at: Place) -> S:
        """The state after the event. It may be changed in place. Called for every event, also while a state is folded
        anew: it must not send anything."""
        raise NotImplementedError

    def react(self, state: S, event: Any, at: Place) -> Iterable[Order]:  # noqa: ARG002 - the clock alone may matter
        """What the event calls for, with the state after it. Not called while a state is folded anew."""
        return ()

    def due(self, state: S, today: date) -> Iterable[Order]:  # noqa: ARG002 - most wait for no day
        """What the clock calls for on this day. Asked when everything that happened has been reacted to, again after
        further events, and once a day."""
        return ()


class Unremembering(Reaction[None]):
    """A reaction to each event by itself, which has nothing to remember."""

    def begin(self) -> None:
        return None

    def evolve(self, state: None, event: Any, at: Place) -> None:  # noqa: ARG002 - see above
        return None


def members(union: Any) -> tuple[type[Event], ...]:
    """The classes of a union of events, to declare a reaction's `events` by it."""
    return typing.get_args(union) or (union,)


def thing_id(first: str, *parts: str) -> str:
    """An id made of others, the last of which has one form, like a day: the same for the same, never for others.

    Readable where it is short enough, with a digest where hyphens within the parts would leave open where one ends.
    """
    digest = sha256("/".join((first, *parts)).encode())
    readable = "-".join((first, *parts))
    if any("-" in part for part in parts[:-1]):
        readable += f"-{digest[:_DIGITS]}"
    return readable if len(readable) <= _LONGEST_ID else digest
