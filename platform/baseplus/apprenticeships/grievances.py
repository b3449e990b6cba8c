"""Grievances of apprentices: commands, state, rules. The stream is `grievances/<id>`.

It has a stream of its own, since its readers are others than those of an apprenticeship: whoever handles it, and never
the mentor whom it names. A mentor has two ids, their own and the person's, and a key may hold either: the rules know
both.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime
from typing import Annotated, assert_never

import msgspec
from msgspec import Meta

from baseplus.apprenticeships.days import in_order
from baseplus.apprenticeships.events import (
    GrievanceEntrusted,
    GrievanceEvent,
    GrievanceOutcome,
    GrievanceRaised,
    GrievanceResolved,
)
from baseplus.apprenticeships.model import Stage, apprenticeships
from baseplus.kernel.decisions import Command, Decider, Load
from baseplus.kernel.refusals import Rejected
from baseplus.kernel.vocabulary import Day, Id, PersonId, TenantId, Text
from baseplus.mentoring.model import mentoring

Handlers = Annotated[
    tuple[PersonId, ...],
    Meta(min_length=1, max_length=5, description="who handles it, by id: they alone read it"),
]


class RaiseGrievance(Command, frozen=True):
    """Raise a grievance for an apprentice.

    Those who handle it read it and nobody else does, least of all the mentor whom it names.
    """

    apprenticeship: Annotated[Id, Meta(description="whose apprenticeship")]
    text: Annotated[Text, Meta(description="what the apprentice complains of; it can be erased")]
    handlers: Handlers
    about: Annotated[PersonId | None, Meta(description="the mentor whom it names, by the mentor's id, if any")] = None
    on: Annotated[Day | None, Meta(description="the day on which it was raised; left out, today")] = None


class EntrustGrievance(Command, frozen=True):
    """Entrust a grievance to others.

    Only who handles it does so. Whoever is not among the new ones may read it no longer.
    """

    by: Annotated[PersonId, Meta(description="who handles it so far")]
    handlers: Handlers


class ResolveGrievance(Command, frozen=True):
    """Resolve a grievance, for good."""

    handler: Annotated[PersonId, Meta(description="who handles it")]
    outcome: Annotated[GrievanceOutcome, Meta(description="whether the apprentice is right")]
    resolution: Annotated[Text, Meta(description="what was found and is done; it can be erased")]
    on: Annotated[Day | None, Meta(description="the day of it; left out, today")] = None


class RaiseFor(Command, frozen=True):
    """An order to raise a grievance, and whose it is: what the rules decide. Made by `of_apprentice`.

    people: of those whom it names who are mentors, which person each is.
    """

    order: RaiseGrievance
    apprentice: PersonId
    base: Id
    enrolled: Day
    people: Mapping[str, PersonId] = {}


class Handled(Command, frozen=True):
    """An order of somebody who handles a grievance, and which people are meant. Made by `with_people`."""

    order: EntrustGrievance | ResolveGrievance
    people: Mapping[str, PersonId] = {}


class Grievance(msgspec.Struct, frozen=True):
    """What the rules need to know. `raised` None: nothing is."""

    raised: date | None = None
    apprentice: str = ""
    base: str = ""
    about: str | None = None
    handlers: tuple[str, ...] = ()
    resolved: date | None = None


def of_apprentice(load: Load, tenant: TenantId, _grievance: str, command: RaiseGrievance) -> RaiseFor:
    """The order, with whose it is. Raises Rejected."""
    found, _ = load(tenant, apprenticeships, command.apprenticeship)
    if found.stage is Stage.NONE:
        raise Rejected("unknown_apprenticeship", apprenticeship=command.apprenticeship)
    people = _people(load, tenant, (*command.handlers, command.about))
    if command.about and command.about not in people:  # or it would be anybody's who takes that id later
        raise Rejected("mentor_not_registered", mentor=command.about)
    return RaiseFor(command, found.apprentice, found.base, found.enrolled, people)


def with_people(load: Load, tenant: TenantId, grievance: str, command: EntrustGrievance | ResolveGrievance) -> Handled:
    """The order, with the people who are meant."""
    found, _ = load(tenant, grievances, grievance)
    named = (*command.handlers, command.by) if isinstance(command, EntrustGrievance) else (command.handler,)
    return Handled(command, _people(load, tenant, (*named, found.about)))


def _people(load: Load, tenant: TenantId, named: Iterable[str | None]) -> dict[str, str]:
    found = {mentor: load(tenant, mentoring, mentor)[0].person for mentor in named if mentor}
    return {mentor: person for mentor, person in found.items() if person}


def decide(command: RaiseFor | Handled, grievance: Grievance, now: datetime) -> Iterator[GrievanceEvent]:
    """What an order leads to. Raises Rejected; a refusal tells no more than the order did."""
    match command:
        case RaiseFor():
            yield _raised(command, grievance, now)
        case Handled(order, people):
            yield _handled(order, people, grievance, now)
        case _:
            assert_never(command)


def _handled(
    order: EntrustGrievance | ResolveGrievance, people: Mapping[str, PersonId], grievance: Grievance, now: datetime
) -> GrievanceEvent:
    match order:
        case EntrustGrievance(by, handlers):
            _check_handled_by(by, grievance, people)
            _check_handlers(handlers, grievance.apprentice, grievance.about, people)
            if set(handlers) == set(grievance.handlers):
                raise Rejected("entrusted_already")
            return GrievanceEntrusted(handlers, by)
        case ResolveGrievance(handler, outcome, resolution, on):
            raised = _check_handled_by(handler, grievance, people)
            return GrievanceResolved(
                grievance.apprentice, grievance.base, handler, outcome, resolution, raised, in_order(on, raised, now)
            )
        case _:
            assert_never(order)


def _raised(command: RaiseFor, grievance: Grievance, now: datetime) -> GrievanceRaised:
    order, apprentice, people = command.order, command.apprentice, command.people
    if grievance.raised:
        raise Rejected("grievance_exists")
    _check_handlers(order.handlers, apprentice, order.about, people)
    if order.about and people.get(order.about, order.about) == apprentice:
        raise Rejected("grievance_about_oneself")
    return GrievanceRaised(
        apprenticeship=order.apprenticeship,
        apprentice=apprentice,
        base=command.base,
        text=order.text,
        handlers=order.handlers,
        on=in_order(order.on, command.enrolled, now),
        about=order.about,
        about_person=people.get(order.about) if order.about else None,
    )


def _check_handlers(
    handlers: Iterable[str], apprentice: str, about: str | None, people: Mapping[str, PersonId]
) -> None:
    """Raises Rejected where a grievance would be handled by whom it names, or by whoever raised it.

    people: which person a mentor is. Somebody is registered once as a tutor and once as a master, maybe.
    """
    for handler in handlers:
        if _same(handler, about, people):
            raise Rejected("handled_by_whom_it_names", handler=handler)
        if apprentice in _ids(handler, people):
            raise Rejected("handled_by_the_apprentice", handler=handler)


def _check_handled_by(person: str, grievance: Grievance, people: Mapping[str, PersonId]) -> date:
    """The day on which it was raised. Raises Rejected also for a handler who has turned out to be whom it names:
    somebody was registered as a mentor since."""
    if grievance.raised is None:
        raise Rejected("no_such_grievance")
    if person not in grievance.handlers or _same(person, grievance.about, people):
        raise Rejected("not_its_handler", person=person)
    if grievance.resolved:
        raise Rejected("grievance_resolved_already", on=grievance.resolved.isoformat())
    return grievance.raised


def _same(handler: str, about: str | None, people: Mapping[str, PersonId]) -> bool:
    return about is not None and not _ids(handler, people).isdisjoint(_ids(about, people))


def _ids(who: str, people: Mapping[str, PersonId]) -> frozenset[str]:
    """A mentor's own id and the person's. A key may hold either; either may be somebody else's of the other kind."""
    return frozenset({who, people.get(who, who)})


def evolve(grievance: Grievance, event: GrievanceEvent) -> Grievance:
    """The grievance after the event."""
    change = msgspec.structs.replace
    match event:
        case GrievanceRaised():
            return Grievance(event.on, event.apprentice, event.base, event.about, event.handlers)
        case GrievanceEntrusted(handlers):
            return change(grievance, handlers=handlers)
        case GrievanceResolved(on=on):
            return change(grievance, resolved=on)
        case _:
            assert_never(event)


grievances = Decider("grievances", Grievance, decide, evolve)
