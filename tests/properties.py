"""What must hold of every capability, whatever is ordered in whatever order: one mechanism for their property tests."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

import msgspec

from baseplus.kernel.decisions import Command, Decider
from baseplus.kernel.events import Event, EventTypes
from baseplus.kernel.refusals import Rejected

Order = tuple[Command, datetime]
"""A command, and the time at which it is decided."""


def played(
    decider: Decider[Any, Any, Any], types: EventTypes, orders: Iterable[Order], *, repeatable: tuple[type, ...] = ()
) -> list[Any]:
    """What follows from the orders, refused ones left out, with what must always hold checked on the way.

    Nothing but a refusal ends an order. What happened is read back from its stored form as it was; it folds to the
    state that decided, and so does a snapshot of that. An order that is given again when it was done changes nothing,
    but for those of the classes `repeatable`, which may well happen twice.
    """
    history: list[Any] = []
    state = decider.initial()
    for command, now in orders:
        happened = _decided(decider, command, state, now)
        stored = [types.decode(event.TYPE, types.encode(event)) for event in happened]
        assert stored == happened
        state = decider.fold(stored, state)
        history += stored
        if happened and not isinstance(command, repeatable):
            assert _decided(decider, command, state, now) == [], f"done twice: {command}"
    assert decider.fold(history) == state
    snapshot = msgspec.json.decode(msgspec.json.encode(state), type=type(state))
    assert snapshot == state
    return history


def never_refused(decider: Decider[Any, Any, Any], events: Sequence[Event]) -> None:
    """What happened, happened: it can be folded whatever its order, also where some of it came twice."""
    decider.fold(events)


def _decided(decider: Decider[Any, Any, Any], command: Command, state: Any, now: datetime) -> list[Event]:
    try:
        return list(decider.decide(command, state, now))
    except Rejected:
        return []
