"""What an obligation may name: events that a capability knows, and what they can be counted by.

A misspelt name is a clause that nothing ever fulfils, and whose breach nobody can help: it is refused before anybody
signs. What was signed before is as it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from difflib import get_close_matches
from functools import cache

from msgspec import inspect

from baseplus.agreements.terms import Obligation
from baseplus.catalogue import CAPABILITY_EVENTS
from baseplus.kernel.events import Event
from baseplus.kernel.refusals import Rejected
from baseplus.kernel.vocabulary import Money

TIMES = "times"
"""The unit by which any event counts, once."""

_CURRENCY = re.compile("[A-Z]{3}")


def check_names(clause: str, obligation: Obligation) -> None:
    """Raises Rejected where the clause names an event that there is not, or a unit by which none of them counts."""
    for name in obligation.fulfilled_by:
        if name not in CAPABILITY_EVENTS:
            close = get_close_matches(name, (event.TYPE for event in CAPABILITY_EVENTS), cutoff=0.8)
            raise Rejected("no_such_event_type", clause=clause, type=name, closest=close)
    named, unit = [CAPABILITY_EVENTS.class_of(name) for name in obligation.fulfilled_by], obligation.quantity.unit
    units = {TIMES}.union(*(_numbers(event) for event in named))
    paid = _CURRENCY.fullmatch(unit) and any(_has_money(event) for event in named)
    if unit not in units and not paid:
        raise Rejected("counts_by_nothing", clause=clause, unit=unit, units=sorted(units))


@cache
def _numbers(event: type[Event]) -> frozenset[str]:
    """The event's fields that hold a number."""
    return frozenset(name for name, kind in _fields(event) if _is_number(kind))


@cache
def _has_money(event: type[Event]) -> bool:
    return any(isinstance(kind, inspect.StructType) and kind.cls is Money for _, kind in _fields(event))


def _fields(event: type[Event]) -> Iterator[tuple[str, inspect.Type]]:
    """Each field with each type that it may have."""
    info = inspect.type_info(event)
    assert isinstance(info, inspect.StructType)
    for field in info.fields:
        kind = field.type.type if isinstance(field.type, inspect.Metadata) else field.type
        for one in kind.types if isinstance(kind, inspect.UnionType) else (kind,):
            yield field.name, one.type if isinstance(one, inspect.Metadata) else one


def _is_number(kind: inspect.Type) -> bool:
    """A whole number, or text of a form that fits numbers and no word, like hours."""
    if isinstance(kind, inspect.StrType) and kind.pattern:
        return bool(re.search(kind.pattern, "1")) and not re.search(kind.pattern, "a")
    return isinstance(kind, inspect.IntType)
