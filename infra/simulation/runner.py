"""Sends what the agents of a tenant have planned, day by day, and lets the reactions and the agents hear of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime, time, timedelta

import msgspec

from baseplus.kernel.decisions import BulkReceipt, Metadata
from baseplus.kernel.events import Event
from baseplus.kernel.reactions import Place
from baseplus.kernel.refusals import NotFound, Refusal, Rejected
from infra.postgres.store import Store
from infra.simulation.agenda import Call
from infra.simulation.following import Following
from infra.simulation.world import News, World
from infra.wiring import EVENT_TYPES, REACTIONS

ACTOR = "simulation"
_MORNING = time(6, tzinfo=UTC)
_DAY = timedelta(days=1)


class Unplanned(Refusal):
    """Something was refused that its agent did not expect. Facts: tenant, at, command, thing, and the refusal."""

    code = "unplanned_refusal"
    mend = "it is a mistake in the simulation, or the database is not as the simulation left it"


class Lived(msgspec.Struct, frozen=True):
    """What a tenant's life came to. events: the length of its history. refused: times by code, all of them expected."""

    tenant: str
    events: int
    requests: int
    commands: int
    orders: int
    refused: dict[str, int]
    apprentices: int


class Runner:
    """Lives one tenant's life. named: what the request keys and correlations are made of: the same for the same
    arguments, so that a life that is lived again records nothing twice."""

    def __init__(self, store: Store, world: World, named: str) -> None:
        self._store, self._world, self._named = store, world, named
        self._following = Following(store, world.tenant, REACTIONS, EVENT_TYPES)
        self._requests = self._commands = 0
        self._refused: Counter[str] = Counter()

    def run(self, on_day: Callable[[date], None] = lambda _: None) -> Lived:
        """From the first day to the last. Raises Unplanned, Unavailable."""
        agenda = self._world.agenda
        self._store.register(self._world.tenant)
        day = agenda.first
        while day <= agenda.last:
            self._ask(datetime.combine(day, _MORNING))
            for call in agenda.calls(day):
                self._hear(self._following.read(self._send(call).position, call.at), call.at)
            on_day(day)
            day += _DAY
        return Lived(
            tenant=self._world.tenant,
            events=self._following.position,
            requests=self._requests,
            commands=self._commands,
            orders=self._following.orders,
            refused=dict(sorted(self._refused.items())),
            apprentices=len(self._world.lives),
        )

    def _ask(self, now: datetime) -> None:
        """Ask the clock until nothing is due."""
        while (upto := self._following.ask(now)) > self._following.position:
            self._hear(self._following.read(upto, now), now)

    def _hear(self, happened: Iterable[tuple[Event, Place]], now: datetime) -> None:
        for event, at in happened:
            self._world.hear(News(event, at, now.date()))

    def _send(self, call: Call) -> BulkReceipt:
        number, self._requests = self._requests, self._requests + 1
        self._commands += len(call.steps)
        metadata = Metadata(ACTOR, correlation=self._named, key=f"{self._named}:{number}")
        partial = bool(call.expects)
        try:
            receipt = self._store.execute_all(
                self._world.tenant, call.steps, metadata=metadata, at=call.at, now=call.at, partial=partial
            )
        except (Rejected, NotFound) as refusal:
            raise self._unplanned(call, int(str(refusal.facts["command"])), refusal.code, refusal.facts) from refusal
        for one in receipt.refused:
            if one.code not in call.expects:
                raise self._unplanned(call, one.command, one.code, one.facts)
            self._refused[one.code] += 1
        return receipt

    def _unplanned(self, call: Call, index: int, code: str, facts: object) -> Unplanned:
        step = call.steps[index]
        command = f"{type(step.command).__name__} to {step.decider.name}/{step.thing}"
        return Unplanned(
            tenant=self._world.tenant, at=call.at.isoformat(), command=command, refused=code, facts=str(facts)
        )
