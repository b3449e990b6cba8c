"""Skill standards of an association: commands, state, rules. The stream is `standards/<id>` in its own history."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Annotated, assert_never

import msgspec
from msgspec import Meta

from baseplus.assessment.criteria import Criterion, check_criteria
from baseplus.assessment.events import SkillStandardPublished, SkillStandardSuperseded, StandardEvent
from baseplus.assessment.text import StandardText
from baseplus.kernel.decisions import Command, Decider
from baseplus.kernel.refusals import Rejected
from baseplus.kernel.vocabulary import Id, Line

Title = Annotated[Line, Meta(description="what people call it")]
Criteria = Annotated[
    tuple[Criterion, ...],
    Meta(min_length=1, max_length=100, description="what it asks for; the weights sum to 100"),
]


class Publish(Command, frozen=True):
    """Publish a skill standard.

    Its first version. Universities adopt it by the digest of its text.
    """

    occupation: Annotated[Id, Meta(description="the occupation that it is for")]
    title: Title
    criteria: Criteria


class Revise(Command, frozen=True):
    """Publish the next version of a skill standard.

    It supersedes the one before: that one is adopted no more, and stays in force where it was adopted.
    """

    title: Title
    criteria: Criteria


class Standard(msgspec.Struct, frozen=True):
    """What the rules need to know, and whoever adopts it: its versions, and which one took the place of which."""

    versions: Mapping[int, SkillStandardPublished] = {}
    superseded: Mapping[int, int] = {}

    @property
    def latest(self) -> SkillStandardPublished | None:
        """The version that can be adopted."""
        return self.versions[max(self.versions)] if self.versions else None


def decide(command: Publish | Revise, standard: Standard, _now: datetime) -> Iterator[StandardEvent]:
    """What an order leads to. Raises Rejected."""
    latest = standard.latest
    match command:
        case Publish(occupation, title, criteria):
            if latest:
                raise Rejected("standard_exists", version=latest.version)
            yield _published(occupation, title, 1, criteria)
        case Revise(title, criteria):
            if not latest:
                raise Rejected("no_such_standard")
            if (title, criteria) == (latest.title, latest.criteria):
                raise Rejected("standard_unchanged", version=latest.version)
            version = latest.version + 1
            yield _published(latest.occupation, title, version, criteria)
            yield SkillStandardSuperseded(latest.version, version)
        case _:
            assert_never(command)


def _published(occupation: str, title: str, version: int, criteria: tuple[Criterion, ...]) -> SkillStandardPublished:
    check_criteria(criteria)
    text = StandardText(occupation=occupation, title=title, version=version, criteria=criteria)
    return SkillStandardPublished(occupation, title, version, criteria, text.digest)


def evolve(standard: Standard, event: StandardEvent) -> Standard:
    """The standard after the event."""
    change = msgspec.structs.replace
    match event:
        case SkillStandardPublished():
            return change(standard, versions={**standard.versions, event.version: event})
        case SkillStandardSuperseded(version, by):
            return change(standard, superseded={**standard.superseded, version: by})
        case _:
            assert_never(event)


standards = Decider("standards", Standard, decide, evolve)
