"""Skill standards as people look them up: what an association has published, what a university has adopted, and which
criteria of two standards meet each other."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import ClassVar, Literal, TypeAlias

from baseplus.assessment.criteria import Criterion, Pair
from baseplus.assessment.events import (
    CrosswalkApproved,
    SkillStandardPublished,
    SkillStandardSuperseded,
    StandardAdopted,
)
from projections.runner.view import At, Row, View

StandardState: TypeAlias = Literal["current", "superseded"]


class StandardRow(Row):
    """One version of a standard, in the history of the association that published it.

    key: standard:version. digest: what a university adopts it by. superseded_by: the version that took its place.
    position: of the last event shown.
    """

    key: str
    standard: str
    version: int
    occupation: str
    title: str
    criteria: list[Criterion]
    digest: str
    state: StandardState
    published_at: datetime
    position: int
    superseded_by: int | None = None


StandardChange = SkillStandardPublished | SkillStandardSuperseded


class Standards(View[StandardRow, StandardChange]):
    """One row per version of a standard."""

    name: ClassVar = "standards"
    indexes: ClassVar = (("standard", "version"), ("occupation",))

    def keys(self, event: StandardChange, at: At) -> Iterable[str]:
        return (f"{at.thing}:{event.version}",)

    def evolve(self, row: StandardRow | None, event: StandardChange, at: At) -> StandardRow | None:
        if isinstance(event, SkillStandardPublished):
            return StandardRow(
                key=at.key,
                standard=at.thing,
                version=event.version,
                occupation=event.occupation,
                title=event.title,
                criteria=list(event.criteria),
                digest=event.digest,
                state="current",
                published_at=at.time,
                position=at.position,
            )
        if row is not None:
            row.state, row.superseded_by, row.position = "superseded", event.by, at.position
        return row


class AdoptionRow(Row):
    """A version of a standard that the university assesses by. position: of the adoption."""

    id: str
    association: str
    standard: str
    version: int
    occupation: str
    title: str
    criteria: list[Criterion]
    digest: str
    adopted_at: datetime
    position: int


class Adoptions(View[AdoptionRow, StandardAdopted]):
    """One row per adoption."""

    name: ClassVar = "adoptions"
    indexes: ClassVar = (("occupation", "id"),)

    def evolve(self, row: AdoptionRow | None, event: StandardAdopted, at: At) -> AdoptionRow:  # noqa: ARG002 - once
        return AdoptionRow(
            id=at.thing,
            association=event.association,
            standard=event.standard,
            version=event.version,
            occupation=event.occupation,
            title=event.title,
            criteria=list(event.criteria),
            digest=event.digest,
            adopted_at=at.time,
            position=at.position,
        )


class CrosswalkRow(Row):
    """A crosswalk between two adopted standards. one, other: the university's adoptions. position: of the event."""

    id: str
    one: str
    one_standard: str
    other: str
    other_standard: str
    pairs: list[Pair]
    approved_by: str
    approved_on: date
    position: int


class Crosswalks(View[CrosswalkRow, CrosswalkApproved]):
    """One row per crosswalk."""

    name: ClassVar = "crosswalks"

    def evolve(self, row: CrosswalkRow | None, event: CrosswalkApproved, at: At) -> CrosswalkRow:  # noqa: ARG002 - once
        return CrosswalkRow(
            id=at.thing,
            one=event.left.adoption,
            one_standard=event.left.standard,
            other=event.right.adoption,
            other_standard=event.right.standard,
            pairs=list(event.pairs),
            approved_by=event.approved_by,
            approved_on=event.on,
            position=at.position,
        )
