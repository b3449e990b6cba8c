"""The regulations of a base: commands, state, rules. Each text is known by its digest, also after it was superseded."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Annotated, assert_never

import msgspec
from msgspec import Meta

from baseplus.bases.events import (
    RegulationAdopted,
    RegulationAmended,
    RegulationBreachRecorded,
    RegulationEvent,
    Severity,
)
from baseplus.kernel.canonical import canonical, sha256
from baseplus.kernel.days import day_of
from baseplus.kernel.decisions import Command
from baseplus.kernel.refusals import Rejected
from baseplus.kernel.vocabulary import Day, Id, Line, PersonId, Text

RegulationId = Annotated[
    Id, Meta(description="the regulation, by its id within the base", examples=["student-management"])
]
Words = Annotated[Text, Meta(description="the whole text, as people read it; no personal data")]
On = Annotated[Day | None, Meta(description="the day from which on it holds: today or earlier; left out, today")]


class AdoptRegulation(Command, frozen=True):
    """Adopt a regulation.

    It takes the place of the one that was adopted under this id before, whose text stays known by its digest.
    """

    regulation: RegulationId
    title: Annotated[Line, Meta(description="what people call it")]
    text: Words
    on: On = None


class AmendRegulation(Command, frozen=True):
    """Amend the regulation in force.

    It keeps its title and reads otherwise from now on.
    """

    regulation: RegulationId
    text: Words
    reason: Annotated[Text, Meta(description="why it is changed; no personal data")]
    on: On = None


class RecordBreach(Command, frozen=True):
    """Record that somebody did not keep to a regulation.

    What counts is the text that was in force on that day.
    """

    breach: Annotated[Id, Meta(description="the breach's own id")]
    regulation: RegulationId
    person: Annotated[PersonId, Meta(description="who, by a random id that says nothing about them")]
    severity: Annotated[Severity, Meta(description="how much it matters")]
    account: Annotated[Text, Meta(description="what happened; it can be erased")]
    on: Annotated[Day | None, Meta(description="the day on which it happened: today or earlier; left out, today")] = (
        None
    )


RegulationCommand = AdoptRegulation | AmendRegulation | RecordBreach


class RegulationText(msgspec.Struct, frozen=True, kw_only=True):
    """All that a regulation says."""

    title: str
    text: str

    @property
    def digest(self) -> str:
        """SHA-256 of its canonical form (JSON in UTF-8, sorted keys, no spaces), 64 hexadecimal digits."""
        return sha256(canonical("regulation 1", self))


class Edition(msgspec.Struct, frozen=True):
    """A text of a regulation, in force since that day."""

    title: str
    digest: str
    since: date


class Regulations(msgspec.Struct, frozen=True):
    """What the rules need to know: the editions of each regulation in their order; and which breaches are known."""

    editions: Mapping[str, tuple[Edition, ...]] = {}
    breaches: frozenset[str] = frozenset()


def decide_regulation(
    command: RegulationCommand, regulations: Regulations, founded: date, now: datetime
) -> Iterator[RegulationEvent]:
    """What an order about a regulation leads to. Raises Rejected."""
    editions = regulations.editions.get(command.regulation, ())
    latest = editions[-1] if editions else None
    match command:
        case AdoptRegulation(regulation, title, text):
            on = day_of(command.on, now, latest.since if latest else founded)
            digest = _digest(regulation, title, text, latest)
            previous = latest.digest if latest else None
            yield RegulationAdopted(regulation, len(editions) + 1, title, text, digest, on, previous)
        case AmendRegulation(regulation, text, reason):
            if not latest:
                raise Rejected("no_such_regulation", regulation=regulation)
            on = day_of(command.on, now, latest.since)
            digest = _digest(regulation, latest.title, text, latest)
            yield RegulationAmended(regulation, len(editions) + 1, text, digest, latest.digest, reason, on)
        case RecordBreach():
            yield _breached(command, regulations, editions, day_of(command.on, now, founded))
        case _:
            assert_never(command)


def evolve_regulations(regulations: Regulations, event: RegulationEvent) -> Regulations:
    """The regulations after the event."""
    change, editions = msgspec.structs.replace, regulations.editions
    before = editions.get(event.regulation, ())
    match event:
        case RegulationAdopted(regulation, _, title, _, digest, on):
            return change(regulations, editions={**editions, regulation: (*before, Edition(title, digest, on))})
        case RegulationAmended(regulation, _, _, digest, _, _, on):
            title = before[-1].title if before else ""
            return change(regulations, editions={**editions, regulation: (*before, Edition(title, digest, on))})
        case RegulationBreachRecorded(breach):
            return change(regulations, breaches=regulations.breaches | {breach})
        case _:
            assert_never(event)


def _digest(regulation: str, title: str, text: str, latest: Edition | None) -> str:
    digest = RegulationText(title=title, text=text).digest
    if latest and latest.digest == digest:
        raise Rejected("regulation_unchanged", regulation=regulation, digest=digest)
    return digest


def _breached(
    command: RecordBreach, regulations: Regulations, editions: tuple[Edition, ...], on: date
) -> RegulationBreachRecorded:
    if command.breach in regulations.breaches:
        raise Rejected("breach_recorded_already", breach=command.breach)
    in_force = [number for number, edition in enumerate(editions, 1) if edition.since <= on]
    if not in_force:
        raise Rejected("no_regulation_in_force", regulation=command.regulation, on=on.isoformat())
    version = in_force[-1]
    return RegulationBreachRecorded(
        breach=command.breach,
        regulation=command.regulation,
        version=version,
        digest=editions[version - 1].digest,
        person=command.person,
        severity=command.severity,
        account=command.account,
        on=on,
    )
