"""Events folded into rows of several views at once. Pure: what is known comes in, what changed comes out.

An exception from reading an event, from `keys` or from `evolve` is a poison: it halts that tenant in that view, from
that event on, and nobody else.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from baseplus.kernel.events import Event, EventTypes
from projections.runner.rows import AnyView, Key, Table
from projections.runner.source import Delivered
from projections.runner.view import At

Halted = tuple[int, str]
"""(index of the view, tenant): that view does not fold that tenant for now."""

Rows = dict[Key, Any]
"""(tenant, key) -> row, or None where there is none."""


@dataclass(frozen=True)
class Poison:
    """An event that a view could not fold, and why."""

    view: str
    tenant: str
    position: int
    type: str
    reason: str


Step = tuple[Event, At | None, Any]
"""An event for a view: (event, at, its row's place), or for several rows (event, None, [(place, at), …])."""


@dataclass
class Plan:
    """What a run of events asks for: per view the steps in order, and the rows concerned."""

    steps: list[list[Step]]
    rows: list[set[Key]]
    poisons: dict[Halted, Poison] = field(default_factory=dict)


class Fold:
    """The fold of a set of views. Immutable after construction.

    handled: every stored type name that one of the views handles, the names upcast from included.
    """

    def __init__(self, tables: Sequence[Table], types: EventTypes) -> None:
        self.tables = tuple(tables)
        self._types = types
        self._routes: dict[str, tuple[int, ...]] = {}
        for n, table in enumerate(self.tables):
            for name in stored_names(table.view, types):
                self._routes[name] = (*self._routes.get(name, ()), n)
        self.handled = sorted(self._routes)
        self._quick_routes = {
            name: [(n, self.tables[n].view.keys, self.tables[n].view.evolve) for n in route]
            for name, route in self._routes.items()
        }

    def plan(self, events: Iterable[Delivered], halted: Iterable[Halted] = ()) -> Plan:
        """Read the events and find the rows they concern. `halted` is left out."""
        plan = Plan([[] for _ in self.tables], [set() for _ in self.tables])
        routes, decode, off = self._routes, self._types.decode, set(halted)
        views = [
            (table.view.keys, steps.append, rows.add)
            for table, steps, rows in zip(self.tables, plan.steps, plan.rows, strict=True)
        ]
        for given in events:
            route = routes.get(given.type)
            if route is None:
                continue
            tenant, position, stream = given.tenant, given.position, given.stream
            occurred_at, recorded_at = given.occurred_at, given.recorded_at
            event: Event | None = None
            at = At(tenant, position, stream, "", occurred_at, recorded_at)
            for n in route:
                if off and (n, tenant) in off:
                    continue
                keys_of, step, concern = views[n]
                try:
                    if event is None:
                        event = decode(given.type, given.data)
                    places = []
                    for key in dict.fromkeys(keys_of(event, at)):  # a key named twice is one row
                        if not isinstance(key, str):
                            raise TypeError(f"the key {key!r} is not text")  # noqa: TRY301  a poison like any other
                        place = (tenant, key)
                        concern(place)
                        places.append((place, At(tenant, position, stream, key, occurred_at, recorded_at)))
                except Exception as error:
                    plan.poisons[n, tenant] = self._poison(n, at, given.type, error)
                    off.add((n, tenant))
                else:
                    if len(places) == 1:
                        ((place, its),) = places
                        step((event, its, place))
                    elif places:
                        step((event, None, places))
        return plan

    def evolve(self, plan: Plan, known: Sequence[Mapping[Key, Any]], changed: Sequence[Rows]) -> None:
        """Fold what is planned: the rows after it go into `changed`, per view.

        known: the rows before, per view; one that is missing counts as None. Rows in `changed` go before those in
        `known`; neither is changed in place. Poisons are added to the plan; their events leave no trace.
        """
        for n, table in enumerate(self.tables):
            after = changed[n]
            evolved = _evolver(table, known[n], after)
            stopped: set[str] = set()
            for event, at, place in plan.steps[n]:
                first = at or place[0][1]
                if stopped and first.tenant in stopped:
                    continue
                try:
                    if at is not None:
                        after[place] = evolved(place, event, at)
                    else:
                        after.update([(each, evolved(each, event, its)) for each, its in place])
                except Exception as error:
                    # What was planned of this tenant stands before any poison that the plan met.
                    plan.poisons[n, first.tenant] = self._poison(n, first, event.TYPE, error)
                    stopped.add(first.tenant)

    def quickly(self, events: Iterable[Delivered], rows: Sequence[dict[str, Any]]) -> None:
        """Fold one tenant's events into its rows, per view and by key, in place: twice as fast as plan and evolve.

        Raises whatever a poison raises; then `rows` are worthless.
        """
        routes, decode = self._quick_routes, self._types.decode
        for given in events:
            event = decode(given.type, given.data)
            tenant, position, stream = given.tenant, given.position, given.stream
            occurred_at, recorded_at = given.occurred_at, given.recorded_at
            at = At(tenant, position, stream, "", occurred_at, recorded_at)
            for n, keys_of, evolve in routes[given.type]:
                of_view = rows[n]
                for key in dict.fromkeys(keys_of(event, at)):  # a key named twice is one row
                    of_view[key] = evolve(
                        of_view.get(key), event, At(tenant, position, stream, key, occurred_at, recorded_at)
                    )

    def in_place(self, rows: Sequence[Mapping[str, Any]]) -> bool:
        """Whether every row that `quickly` made has the key that it is found by."""
        return all(
            isinstance(key, str) and (row is None or table.key(row) == key)
            for table, of_view in zip(self.tables, rows, strict=True)
            for key, row in of_view.items()
        )

    def poison(self, n: int, event: Delivered, error: Exception) -> Poison:
        """The poison that an event is to a view."""
        at = At(event.tenant, event.position, event.stream, "", event.occurred_at, event.recorded_at)
        return self._poison(n, at, event.type, error)

    def _poison(self, n: int, at: At, type_: str, error: Exception) -> Poison:
        said = f"{type(error).__name__}: {error}"
        return Poison(self.tables[n].view.name, at.tenant, at.position, type_, said.replace("\0", "")[:500])


def _evolver(table: Table, before: Mapping[Key, Any], after: Mapping[Key, Any]) -> Callable[[Key, Event, At], Any]:
    """What gives the row of a place after an event."""
    evolve, copy, key_of = table.view.evolve, table.copy, table.key

    def evolved(place: Key, event: Event, at: At) -> Any:
        old = after[place] if place in after else before.get(place)
        row = evolve(None if old is None else copy(old), event, at)
        if row is not None and key_of(row) != at.key:
            raise ValueError(f"the row for {at.key!r} has the key {key_of(row)!r}")
        return row

    return evolved


def stored_names(view: AnyView, types: EventTypes) -> list[str]:
    """Every stored type name that the view handles, the names upcast from included, sorted."""
    return sorted(name for event in view.events for name in types.stored_names(event))
