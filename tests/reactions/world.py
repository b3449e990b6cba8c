"""A university in memory: commands are decided, reactions react, and time goes on as the test says. No I/O at all."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from baseplus.kernel.decisions import Command, Decider, Step
from baseplus.kernel.events import Event
from baseplus.kernel.reactions import Order, Place, Reaction
from baseplus.kernel.refusals import Rejected
from baseplus.kernel.vocabulary import TenantId
from infra.postgres.deciding import Decision, Followers
from infra.postgres.streams import Loaded

TENANT = "qinglan"


class World:
    """What has happened at one university. moot: orders of reactions that were needed no longer."""

    def __init__(self, *reactions: Reaction[Any], today: date, followers: Followers | None = None) -> None:
        self.today = today
        self.history: list[tuple[Place, Event]] = []
        self.moot: list[Order] = []
        self._reactions = reactions
        self._states = [reaction.begin() for reaction in reactions]
        self._later = timedelta()
        self._followers = followers or {}
        self._streams: dict[str, list[Event]] = {}
        self._reacted = 0
        self._asleep = False

    def tell(self, decider: Decider[Any, Any, Any], thing: str, *commands: Command) -> None:
        """Commands by people, today, and all that follows from them."""
        self._decide([Step(decider, thing, command) for command in commands])
        self._react()

    def happened(self, stream: str, *events: Event) -> None:
        """Facts that no command of this test made, and all that follows from them."""
        for event in events:
            self._store(stream, event)
        self._react()

    def until(self, today: date) -> None:
        """Time goes on, and the clock is asked on each day that comes."""
        while self.today < today:
            self.today = date.fromordinal(self.today.toordinal() + 1)
            self._ask()

    def sleeps(self) -> None:
        """Nobody reacts from now on, and nobody asks the clock."""
        self._asleep = True

    def wakes(self) -> None:
        """They do again: what happened meanwhile is reacted to, and then the clock is asked."""
        self._asleep = False
        self._react()
        self._ask()

    def passes(self, *, seconds: float) -> None:
        """Some seconds of the day pass."""
        self._later += timedelta(seconds=seconds)

    def events(self, *kinds: type[Event]) -> list[Event]:
        """What happened, of these kinds, in its order."""
        return [event for _, event in self.history if isinstance(event, kinds)]

    def _ask(self) -> None:
        for number, reaction in enumerate(self._reactions):
            self._obey(reaction.due(self._states[number], self.today))
        if self._reacted < len(self.history):
            self._react()
            self._ask()

    def _react(self) -> None:
        while self._reacted < len(self.history) and not self._asleep:
            at, event = self.history[self._reacted]
            self._reacted += 1
            for number, reaction in enumerate(self._reactions):
                if reaction.events is None or isinstance(event, reaction.events):
                    state = self._states[number] = reaction.evolve(self._states[number], event, at)
                    self._obey(reaction.react(state, event, at))

    def _obey(self, orders: Iterable[Order]) -> None:
        for order in list(orders):
            try:
                self._decide([order.step])
            except Rejected as refusal:
                if refusal.code not in order.moot:
                    raise
                self.moot.append(order)

    def _decide(self, steps: Sequence[Step]) -> None:
        decision = Decision(self._load, self._followers, self._now)
        for step in steps:
            decider, thing, command, resolve = step
            completed = resolve(self._read, TenantId(TENANT), thing, command) if resolve else command
            decision.put(Step(decider, thing, completed))
        for stream, _, event in decision.events:
            self._store(stream, event)

    def _read(self, tenant: TenantId, decider: Decider[Any, Any, Any], thing: str) -> tuple[Any, int]:
        found = self._load(decider, decider.stream(thing))
        return found.state, found.version

    def _load(self, decider: Decider[Any, Any, Any], stream: str) -> Loaded:
        events = self._streams.get(stream, [])
        return Loaded(decider.fold(events), len(events), len(events))

    def _store(self, stream: str, event: Event) -> None:
        self._streams.setdefault(stream, []).append(event)
        self.history.append((Place(TENANT, len(self.history) + 1, event.TYPE, stream, self._now), event))

    @property
    def _now(self) -> datetime:
        return datetime.combine(self.today, time(9, tzinfo=UTC)) + self._later
