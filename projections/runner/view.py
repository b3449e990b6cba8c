"""A read model is a row struct and a pure function.

    class AgreementRow(Row):                    # one field = one typed column; the first is the key
        id: str
        title: str

    class Agreements(View[AgreementRow, AgreementEvent]):   # table "agreements"
        def evolve(self, row, event, at):       # the row after it; None: no such row (any more)
            ...

An event concerns the row of its stream, where `keys` does not name others. `evolve` is given a copy of the row, so it
may change it in place: a rollback leaves no trace, and a row that comes out equal is not written. It never refuses and
does no I/O.
"""

from __future__ import annotations

import typing
from collections.abc import Iterable
from datetime import datetime
from typing import Any, ClassVar, Generic, TypeVar

import msgspec

from baseplus.kernel.events import Event

R = TypeVar("R", bound="Row")
E = TypeVar("E", bound=Event)


class Row(msgspec.Struct, kw_only=True, gc=False):
    """One row of a read model. The first field is its key within the tenant."""


class At(msgspec.Struct, frozen=True, gc=False):
    """Where and when the event stands, and the key of the row it is folded into.

    time: when it happened; recorded: when it was recorded; both UTC. They are read from text on first use, since most
    rows need neither.
    """

    tenant: str
    position: int
    stream: str
    key: str
    occurred_at: datetime | str
    recorded_at: datetime | str

    @property
    def thing(self) -> str:
        """The id within the stream's name: `agreements/a-1` is about `a-1`."""
        return self.stream.partition("/")[2]

    @property
    def time(self) -> datetime:
        """When the event happened."""
        value = self.occurred_at
        return value if isinstance(value, datetime) else datetime.fromisoformat(value)

    @property
    def recorded(self) -> datetime:
        """When the event was recorded."""
        value = self.recorded_at
        return value if isinstance(value, datetime) else datetime.fromisoformat(value)


class View(Generic[R, E]):
    """A read model.

    name: its table's, of lower-case letters, digits and single underscores. indexes: lists of columns; the tenant is
    put in front of each. version: raise it whenever `evolve` comes to mean something else while the row's fields and
    the events stay the same: the view is then built anew before it goes on.
    """

    name: ClassVar[str]
    row: ClassVar[type[Row]]
    events: ClassVar[tuple[type[Event], ...]]
    indexes: ClassVar[tuple[tuple[str, ...], ...]] = ()
    version: ClassVar[int] = 1

    def __init_subclass__(cls) -> None:
        bases = cls.__dict__.get("__orig_bases__", ())
        declared: Any = next((base for base in bases if typing.get_origin(base) is View), None)
        if declared is not None:  # else it is another version of a view, which it has them from
            cls.row, union = typing.get_args(declared)
            cls.events = typing.get_args(union) or (union,)
        cls.name = cls.__dict__.get("name", cls.__name__.lower())

    def keys(self, event: E, at: At) -> Iterable[str]:  # noqa: ARG002 - others ask the event
        """The keys of the rows that `event` concerns; of most views, the row of its stream. `at.key` is empty here."""
        return (at.thing,)

    def evolve(self, row: R | None, event: E, at: At) -> R | None:
        """The row after `event`; `row` is None where there is none yet, and None as the answer deletes it."""
        raise NotImplementedError

    def folded(self, history: Iterable[tuple[E, At]]) -> dict[str, R]:
        """The rows of some events alone, in their order, by key."""
        rows: dict[str, R | None] = {}
        for event, at in history:
            for key in dict.fromkeys(self.keys(event, at)):
                rows[key] = self.evolve(rows.get(key), event, msgspec.structs.replace(at, key=key))
        return {key: row for key, row in rows.items() if row is not None}
