"""Regulations: one row each, one for each text that ever was in force, and one for each breach.

What is told of a breach is in no row: it stays where erasing its person's key erases it.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import ClassVar, assert_never

from baseplus.bases.events import (
    RegulationAdopted,
    RegulationAmended,
    RegulationBreachRecorded,
    RegulationEvent,
    Severity,
)
from projections.runner.view import At, Row, View


class RegulationRow(Row):
    """A regulation as it stands.

    key: base:regulation. version, text, digest: what is in force, since that day. previous: the digest of the text that
    it took the place of. breaches, serious: how many were recorded, and how many of them are serious.
    """

    key: str
    base: str
    regulation: str
    title: str
    version: int
    text: str
    digest: str
    since: date
    adopted_on: date
    position: int
    previous: str | None = None
    breaches: int = 0
    serious: int = 0


class Regulations(View[RegulationRow, RegulationEvent]):
    """One row per regulation."""

    name: ClassVar = "regulations"
    indexes: ClassVar = (("base", "regulation"),)

    def keys(self, event: RegulationEvent, at: At) -> Iterable[str]:
        return (f"{at.thing}:{event.regulation}",)

    def evolve(self, row: RegulationRow | None, event: RegulationEvent, at: At) -> RegulationRow | None:
        match event:
            case RegulationAdopted():
                breaches, serious = (row.breaches, row.serious) if row else (0, 0)
                return RegulationRow(
                    key=at.key,
                    base=at.thing,
                    regulation=event.regulation,
                    title=event.title,
                    version=event.version,
                    text=event.text,
                    digest=event.digest,
                    since=event.on,
                    adopted_on=event.on,
                    position=at.position,
                    previous=event.previous,
                    breaches=breaches,
                    serious=serious,
                )
            case RegulationAmended():
                if row is not None:
                    row.version, row.text, row.digest = event.version, event.text, event.digest
                    row.since, row.previous, row.position = event.on, event.previous, at.position
            case RegulationBreachRecorded():
                if row is not None:
                    row.breaches += 1
                    row.serious += event.severity is Severity.SERIOUS
                    row.position = at.position
            case _:
                assert_never(event)
        return row


Edition = RegulationAdopted | RegulationAmended


class EditionRow(Row):
    """A text that was in force.

    key: base:regulation:version. previous: the digest of the text that it took the place of. reason: of an amendment.
    """

    key: str
    base: str
    regulation: str
    version: int
    title: str | None
    text: str
    digest: str
    since: date
    recorded_at: datetime
    position: int
    previous: str | None = None
    reason: str | None = None


class Editions(View[EditionRow, Edition]):
    """One row per text."""

    name: ClassVar = "regulation_editions"
    indexes: ClassVar = (("base", "regulation", "version"), ("digest",))

    def keys(self, event: Edition, at: At) -> Iterable[str]:
        return (f"{at.thing}:{event.regulation}:{event.version}",)

    def evolve(self, row: EditionRow | None, event: Edition, at: At) -> EditionRow:  # noqa: ARG002 - each is written once
        return EditionRow(
            key=at.key,
            base=at.thing,
            regulation=event.regulation,
            version=event.version,
            title=event.title if isinstance(event, RegulationAdopted) else None,
            text=event.text,
            digest=event.digest,
            since=event.on,
            recorded_at=at.recorded,
            position=at.position,
            previous=event.previous,
            reason=event.reason if isinstance(event, RegulationAmended) else None,
        )


class BreachRow(Row):
    """Somebody did not keep to a regulation. key: base:breach. version, digest: of the text in force on that day."""

    key: str
    base: str
    breach: str
    regulation: str
    version: int
    digest: str
    person: str
    severity: Severity
    day: date
    recorded_at: datetime
    position: int


class Breaches(View[BreachRow, RegulationBreachRecorded]):
    """One row per breach."""

    name: ClassVar = "regulation_breaches"
    indexes: ClassVar = (("day", "key"), ("base", "regulation"), ("person",))

    def keys(self, event: RegulationBreachRecorded, at: At) -> Iterable[str]:
        return (f"{at.thing}:{event.breach}",)

    def evolve(self, row: BreachRow | None, event: RegulationBreachRecorded, at: At) -> BreachRow:  # noqa: ARG002
        return BreachRow(
            key=at.key,
            base=at.thing,
            breach=event.breach,
            regulation=event.regulation,
            version=event.version,
            digest=event.digest,
            person=event.person,
            severity=event.severity,
            day=event.on,
            recorded_at=at.recorded,
            position=at.position,
        )
