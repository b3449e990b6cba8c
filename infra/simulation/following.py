"""The reactions of one tenant at a clock that is moved: the same objects, orders and keys as `baseplus react` has."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from baseplus.kernel.events import Event, EventTypes
from baseplus.kernel.reactions import Place, Reaction
from baseplus.kernel.vocabulary import TenantId
from infra.postgres.store import Store
from infra.reactions.carrying import carry_out


class Following:
    """Reads the tenant's history as far as it is told to, reacts to it, and asks the clock."""

    def __init__(self, store: Store, tenant: TenantId, reactions: Sequence[Reaction[Any]], types: EventTypes) -> None:
        self._store, self._tenant, self._types = store, tenant, types
        self._states = [(reaction, reaction.begin()) for reaction in reactions]
        self._wanted = {
            reaction.name: None if reaction.events is None else frozenset(reaction.events) for reaction in reactions
        }
        self.position = 0
        self.orders = 0

    def read(self, upto: int, now: datetime) -> Iterator[tuple[Event, Place]]:
        """React to the events up to that position and to all that follows from them; each is given back.

        The history may go further: what an earlier run has recorded comes when it is its turn.
        """
        while self.position < upto:
            for recorded in list(self._store.history(self._tenant, after=self.position, limit=upto - self.position)):
                event = self._types.decode(recorded.type, recorded.data)
                at = Place(self._tenant, recorded.position, recorded.type, recorded.stream, recorded.occurred_at)
                upto = max(upto, self._react(event, at, now))
                self.position = recorded.position
                yield event, at

    def ask(self, now: datetime) -> int:
        """Ask what is due. Returns the position up to which the history is now known to go."""
        upto = self.position
        for reaction, state in self._states:
            orders = list(reaction.due(state, now.date()))
            upto = max(upto, self._carry_out(reaction, orders, None, now))
        return upto

    def _react(self, event: Event, at: Place, now: datetime) -> int:
        upto = 0
        for place, (reaction, state) in enumerate(self._states):
            wanted = self._wanted[reaction.name]
            if wanted is None or type(event) in wanted:
                state = reaction.evolve(state, event, at)
                self._states[place] = (reaction, state)
                upto = max(upto, self._carry_out(reaction, list(reaction.react(state, event, at)), at, now))
        return upto

    def _carry_out(self, reaction: Reaction[Any], orders: Sequence[Any], at: Place | None, now: datetime) -> int:
        upto = 0
        for number, one in enumerate(orders):
            self.orders += 1
            _, receipt = carry_out(self._store, reaction.name, self._tenant, number, one, now=now, at=at)
            upto = max(upto, receipt.position if receipt else 0)
        return upto
