"""One page for each capability's events: what each says, its fields, what of it is personal, and what makes it."""

from __future__ import annotations

import re
import typing
from collections.abc import Iterable, Iterator, Mapping
from inspect import cleandoc
from itertools import groupby
from typing import Any

import msgspec
from msgspec import inspect

from baseplus.benchmarks.model import ReleaseBenchmark, benchmarks
from baseplus.kernel.decisions import Command, Decider
from baseplus.kernel.events import Event, EventTypes, personal_fields
from baseplus.kernel.forms import Field, Kind, fields_of
from baseplus.kernel.routes import CommandRoute, Route
from baseplus.outcomes.model import CorrectReturn, FileReturn, outcomes
from infra.reference.fields import field_lines
from infra.reference.makers import makers, named_in
from infra.reference.paths import method_and_path
from infra.wiring import FOLLOWERS, REACTIONS
from tenants.model import RegisterTenant, tenancy

_MADE = "Made by `make reference` from the event classes and from the rules that record them."
_WITHOUT_ROUTES: tuple[Decider[Any, Any, Any], ...] = (tenancy, outcomes, benchmarks)
_PROGRAMS: Mapping[type[Command], str] = {
    RegisterTenant: "`baseplus tenant add`",
    FileReturn: "`baseplus import outcomes`",
    CorrectReturn: "programs that use the store, to correct a return that was filed",
    ReleaseBenchmark: "`baseplus release record`",
}
"""Who sends the commands that have no route."""


def event_pages(types: EventTypes, routes: Iterable[Route]) -> dict[str, str]:
    """The pages by the capability that the types' names begin with, in Markdown."""
    commands = {route.input: route for route in routes if isinstance(route, CommandRoute)}
    made = made_by(commands.values())
    ordered = sorted(types, key=lambda event: event.TYPE)
    return {
        name: _page(name, [(event, [_maker(one, commands) for one in made.get(event, ())]) for event in own])
        for name, own in groupby(ordered, key=capability_of)
    }


def made_by(commands: Iterable[CommandRoute]) -> Mapping[type[Event], tuple[type[Command], ...]]:
    """Event types, and the commands that make them: those with a route, and those that only programs send."""
    deciders = {route.decider for route in commands} | {*_WITHOUT_ROUTES}
    return makers(deciders | {found for _, sender in _senders() for found in named_in(sender, Decider)})


def sent_by(command: type[Command]) -> list[str]:
    """What sends a command by itself, in words: followers, reactions, programs."""
    found = [who for who, sender in _senders() if command in named_in(sender, type)]
    return [*dict.fromkeys(found), *([_PROGRAMS[command]] if command in _PROGRAMS else [])]


def capability_of(event: type[Event]) -> str:
    """`agreements` of `agreements.agreement_signed.v1`."""
    return event.TYPE.partition(".")[0]


def _senders() -> Iterator[tuple[str, Any]]:
    for event, followers in FOLLOWERS.items():
        yield from ((f"follows in the same transaction from `{event.__name__}`", follower) for follower in followers)
    for reaction in REACTIONS:
        yield f"sent by the reaction `{reaction.name}`", type(reaction)


def _maker(command: type[Command], routes: Mapping[type[Any], CommandRoute]) -> str:
    said, name = sent_by(command), f"`{command.__name__}`"
    if route := routes.get(command):
        anchor = re.sub(r"[^a-z0-9 -]", "", route.summary.lower()).replace(" ", "-")
        name = f"[{name}](../api/{route.capability.replace('_', '-')}.md#{anchor}), `{method_and_path(route)}`"
    return f"{name}; {', '.join(said)}" if said else name


def _page(capability: str, events: Iterable[tuple[type[Event], list[str]]]) -> str:
    parts = [f"# Events of {capability.replace('_', ' ')}", _MADE]
    for event, by in events:
        parts += [f"## {event.__name__}", cleandoc(event.__doc__ or ""), f"`{event.TYPE}`"]
        if event.CORRECTION:
            parts.append("A correction: it is as old as what it corrects.")
        if event.HAPPENED != "on":
            parts.append(f"It happened {f'on the day of `{event.HAPPENED}`' if event.HAPPENED else 'at its own time'}.")
        if fields := _fields(event):
            parts.append("\n".join(field_lines(fields, personal_fields(event))))
        parts.append("\n".join(["Made by:", "", *(f"- {one}" for one in by)]))
    return "\n\n".join(parts) + "\n"


def _fields(event: type[Event]) -> list[Field]:
    """The fields, also those that no command could hold: an object with keys of its own."""
    found = []
    hints = inspect.type_info(event)
    assert isinstance(hints, inspect.StructType)
    annotations = typing.get_type_hints(event, include_extras=True)
    for field in hints.fields:
        if isinstance(field.type, inspect.DictType):
            found.append(Field(field.encode_name, Kind.PARTS, False, field.required, None, (), "", ""))
        else:
            one = msgspec.defstruct("One", [(field.name, annotations[field.name], field.default)])
            found += fields_of(one)
    return found
