"""What a standard asks for and what an assessor saw: criteria with weights, scores with their evidence, and the total.

These parts are stored inside events, and criteria are what a standard's digest is over, so a new field needs a default.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from decimal import Decimal
from enum import StrEnum
from typing import Annotated

from msgspec import Meta, Struct

from baseplus.kernel.refusals import Rejected
from baseplus.kernel.vocabulary import Id, Line, Position, Sha256, StreamName, Text

Weight = Annotated[
    int, Meta(ge=1, le=100, description="its share of the total, in percent", extra={"form": "a share, 1 to 100"})
]
Points = Annotated[
    int,
    Meta(ge=0, le=100, description="how well it was met, 0 to 100", extra={"form": "a whole number, 0 to 100"}),
]
Version = Annotated[
    int, Meta(ge=1, le=9999, description="which version of the standard", extra={"form": "a version: 1, 2, 3 …"})
]
Sitting = Annotated[int, Meta(ge=1, le=99, extra={"form": "which time it is sat: 1, 2, 3 …"})]
# A patterned string, like an amount of money: two places, always.
Total = Annotated[
    str,
    Meta(
        pattern=r"^(100\.00|[1-9]?[0-9]\.[0-9]{2})$(?!\n)",
        extra={"form": 'a total in quotes with 2 places, from "0.00" to "100.00"'},
        examples=["84.00"],
    ),
]


class Side(StrEnum):
    """The two sides that assess an apprentice."""

    SCHOOL = "school"
    ENTERPRISE = "enterprise"


class Criterion(Struct, frozen=True):
    """What a standard asks for, and how much of the total it is."""

    id: Id
    title: Line
    weight: Weight
    description: Annotated[Text | None, Meta(description="what meets it")] = None


class Evidence(Struct, frozen=True):
    """An event of the university's history that shows it: a submitted task, a skill that was signed off."""

    stream: StreamName
    position: Annotated[Position, Meta(description="its place in the university's history")]


class Score(Struct, frozen=True):
    """What an assessor gives for one criterion, and what they saw."""

    criterion: Annotated[Id, Meta(description="the criterion, by its id in the standard")]
    points: Points
    evidence: Annotated[tuple[Evidence, ...], Meta(max_length=20, description="the events that show it")] = ()


class Mark(Struct, frozen=True):
    """A score with the weight of its criterion: marks alone are enough to work out their total."""

    criterion: Id
    weight: Weight
    points: Points
    evidence: tuple[Evidence, ...] = ()


class Counted(Struct, frozen=True):
    """A piece of evidence that a certificate counts for a criterion. through: the crosswalk that it is shared by."""

    criterion: Id
    evidence: Evidence
    through: Id | None = None


class Pair(Struct, frozen=True):
    """Two criteria of two standards: what meets the one meets the other."""

    left: Annotated[Id, Meta(description="the criterion of the one standard")]
    right: Annotated[Id, Meta(description="the criterion of the other standard")]


class AdoptedVersion(Struct, frozen=True):
    """The version of a standard that an assessment is made against, by the university's adoption of it."""

    adoption: Id
    association: Id
    standard: Id
    version: Version
    digest: Sha256
    occupation: Id


def check_criteria(criteria: Iterable[Criterion]) -> None:
    """Raises Rejected where an id is there twice or the weights do not sum to 100."""
    criteria = tuple(criteria)
    if twice := _twice(criterion.id for criterion in criteria):
        raise Rejected("criteria_twice", criteria=twice)
    if (total := sum(criterion.weight for criterion in criteria)) != 100:
        raise Rejected("weights_do_not_sum_to_100", sum=total)


def marked(weights: Iterable[tuple[str, int]], scores: Iterable[Score]) -> tuple[Mark, ...]:
    """The scores with their weights, in the order of the standard.

    weights: each criterion's id and weight. Raises Rejected, naming the criteria, where one is scored twice, is none of
    the standard's, or is missing.
    """
    weights, scores = tuple(weights), tuple(scores)
    if twice := _twice(score.criterion for score in scores):
        raise Rejected("criteria_scored_twice", criteria=twice)
    given, asked = {score.criterion: score for score in scores}, [criterion for criterion, _ in weights]
    if unknown := sorted(given.keys() - set(asked)):
        raise Rejected("unknown_criteria", criteria=unknown)
    if missing := [criterion for criterion in asked if criterion not in given]:
        raise Rejected("missing_criteria", criteria=missing)
    return tuple(
        Mark(criterion, weight, given[criterion].points, given[criterion].evidence) for criterion, weight in weights
    )


def total_of(marks: Iterable[Mark]) -> str:
    """The weighted total, 0.00 to 100.00: the sum of weight × points, divided by 100.

    Exact: weights are whole percents that sum to 100 and points are whole, so that two places hold it without rounding.
    The order of the marks makes no difference.
    """
    return f"{Decimal(sum(mark.weight * mark.points for mark in marks)) / 100:.2f}"


def _twice(ids: Iterable[str]) -> list[str]:
    return sorted(one for one, times in Counter(ids).items() if times > 1)
