"""Events: past-tense facts with a permanent name, and how their stored form is read for ever.

The name (`agreements.agreement_signed.v1`) is a storage format: it is what the store, Kafka and every reader keep.
A class may be renamed or moved at will; its `TYPE` may not. A changed shape is a new version of the name, and an
`Upcast` from the old one, so that nothing stored is ever edited.
"""

from __future__ import annotations

import re
import typing
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import Any, ClassVar, dataclass_transform

import msgspec

from baseplus.kernel.refusals import Invalid, UnknownEventType, UnreadableEvent
from baseplus.kernel.typed import decoder_of, learned

_TYPE = re.compile(r"[a-z][a-z_]*\.[a-z][a-z_]*\.v[1-9][0-9]*")


@dataclass_transform(frozen_default=True, field_specifiers=(msgspec.field,))
class Event(msgspec.Struct, frozen=True, gc=False):
    """A fact. Subclasses are named in the past tense and carry a permanent `TYPE`.

    HAPPENED: the field with the day or time at which it happened; None, or without it: at its own time.
    CORRECTION: it sets right what an earlier event of its stream said, and so is as old as that.
    """

    TYPE: ClassVar[str]
    HAPPENED: ClassVar[str | None] = "on"
    CORRECTION: ClassVar[bool] = False

    def __init_subclass__(cls, **config: Any) -> None:
        super().__init_subclass__(**config)
        name = cls.__dict__.get("TYPE")
        if name is None or not _TYPE.fullmatch(name):
            raise TypeError(f"{cls.__name__}.TYPE must look like 'agreements.agreement_signed.v1', not {name!r}")


@dataclass(frozen=True)
class Personal:
    """Marks a field as personal: `Annotated[str, Personal("apprentice")]` belongs to the person in field `apprentice`.

    Personal fields never enter logs, keys or URLs, and are what sealing and erasure work on.
    """

    person: str


@cache  # a page asks for each event that it shows, and annotations are slow to read
def personal_fields(event: type[Event]) -> Mapping[str, str]:
    """The personal fields of an event type: field name -> name of the field that holds the person's id."""
    found = {}
    for name, hint in typing.get_type_hints(event, include_extras=True).items():
        for mark in getattr(hint, "__metadata__", ()):
            if isinstance(mark, Personal):
                found[name] = mark.person
    return MappingProxyType(found)


@dataclass(frozen=True)
class Upcast:
    """How stored data of one version of a type becomes the next one: a pure function over the decoded JSON object."""

    old: str
    new: str
    change: Callable[[dict[str, Any]], dict[str, Any]]


class EventTypes:
    """The event types a program knows, by permanent name, with the upcasts from names it no longer writes.

    `EventTypes(AgreementEvent, OutcomeEvent, upcasts=[...])` takes classes and unions of classes. Thread-safe.
    """

    def __init__(self, *events: Any, upcasts: Iterable[Upcast] = ()) -> None:
        self._classes: dict[str, type[Event]] = {}
        self._upcasts: dict[str, Upcast] = {}
        for event in _members(events):
            other = self._classes.setdefault(event.TYPE, event)
            if other is not event:
                raise TypeError(f"{event.TYPE} names both {other.__name__} and {event.__name__}")
        for upcast in upcasts:
            if upcast.old in self._classes or upcast.old in self._upcasts:
                raise TypeError(f"{upcast.old} has a reader already")
            self._upcasts[upcast.old] = upcast
        for old in self._upcasts:
            if self.current(old) not in self._classes:
                raise TypeError(f"the upcasts of {old} end in {self.current(old)}, which is no event class")
        # each made when first asked for: all of them take a fifth of a second, which every command would pay
        self._decoders: dict[str, msgspec.json.Decoder[Any]] = {}
        self._encoder = msgspec.json.Encoder(decimal_format="string")

    def __iter__(self) -> Iterator[type[Event]]:
        return iter(self._classes.values())

    def __contains__(self, name: object) -> bool:
        return name in self._classes or name in self._upcasts

    def current(self, name: str) -> str:
        """The name that stored events of type `name` are read as. Unknown names are their own."""
        seen = set()
        while name in self._upcasts:
            if name in seen:
                raise TypeError(f"the upcasts of {name} go round in a circle")
            seen.add(name)
            name = self._upcasts[name].new
        return name

    def stored_names(self, event: type[Event]) -> list[str]:
        """Every stored type name that is read as `event`, its own first."""
        return [event.TYPE, *(old for old in self._upcasts if self.current(old) == event.TYPE)]

    def class_of(self, name: str) -> type[Event]:
        """The class that stored events of type `name` are read as. Raises UnknownEventType."""
        try:
            return self._classes[self.current(name)]
        except KeyError:
            raise UnknownEventType(type=name) from None

    def encode(self, event: Event) -> bytes:
        """The stored form of an event: compact JSON of its fields, without its type.

        Raises UnknownEventType; Invalid for what could not be read back, since a history with it would be lost to all
        who come after.
        """
        if self._classes.get(event.TYPE) is not type(event):
            raise UnknownEventType(type=event.TYPE)
        data = self._encoder.encode(event)
        try:
            self.decode(event.TYPE, data)
        except UnreadableEvent as error:
            raise Invalid(where=event.TYPE, reason=error.facts["reason"]) from error
        return data

    def decode(self, name: str, data: bytes) -> Event:
        """Read a stored event of type `name`. Raises UnknownEventType, UnreadableEvent."""
        decoder = self._decoders.get(name) or self._decoder(name)
        try:
            if decoder is not None:
                event: Event = decoder.decode(data)
                return event
            if name not in self._upcasts:
                raise UnknownEventType(type=name)
            fields = msgspec.json.decode(data)
            while name in self._upcasts:
                fields, name = self._upcasts[name].change(fields), self._upcasts[name].new
            return msgspec.convert(fields, learned(self._classes[name]))
        except (msgspec.DecodeError, KeyError, TypeError, ValueError) as error:
            raise UnreadableEvent(type=name, reason=str(error)) from error

    def _decoder(self, name: str) -> msgspec.json.Decoder[Any] | None:
        if name in self._classes:
            self._decoders[name] = decoder_of(self._classes[name])
        return self._decoders.get(name)


def _members(events: Iterable[Any]) -> Iterator[type[Event]]:
    for event in events:
        if isinstance(event, type) and issubclass(event, Event):
            yield event
        else:
            members = typing.get_args(event)
            if not members:
                raise TypeError(f"{event!r} is neither an event class nor a union of them")
            yield from _members(members)
