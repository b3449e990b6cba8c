"""How large and how long what is written about standards and assessments may be."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from baseplus.assessment.assessments import DecideAppeal, Scores
from baseplus.assessment.criteria import Points, Score, Sitting, Version, Weight
from baseplus.assessment.crosswalks import Pairs
from baseplus.assessment.self_assessments import SelfAssess
from baseplus.assessment.standards import Publish

score = {"criterion": "turning", "points": 80}
criterion = {"id": "turning", "title": "Turns a shaft to a drawing", "weight": 100}
pair = {"left": "turning", "right": "lathe"}
seen = {"stream": "logbook/shaft-3", "position": 41}
of_oneself = {"apprenticeship": "ap-17", "adoption": "cnc-1"}
decision = {"side": "school", "decided_by": "t-dean", "outcome": "upheld", "reason": "The fixture was worn out"}
standard = {"occupation": "cnc-machinist", "title": "CNC machining"}


def check_limits(kind: Any, least: Any, most: Any, *beyond: Any) -> None:
    for value in (least, most):
        msgspec.convert(value, kind)
    for value in beyond:
        with pytest.raises(msgspec.ValidationError):
            msgspec.convert(value, kind)


@pytest.mark.parametrize(
    ("kind", "least", "most"), [(Weight, 1, 100), (Points, 0, 100), (Version, 1, 9999), (Sitting, 1, 99)]
)
def test_a_weight_points_a_version_and_a_sitting_have_their_limits(kind: Any, least: int, most: int) -> None:
    check_limits(kind, least, most, least - 1, most + 1)


@pytest.mark.parametrize(("kind", "one", "most"), [(Scores, score, 100), (Pairs, pair, 200)])
def test_there_is_a_score_and_a_pair_at_least_and_so_many_at_most(kind: Any, one: Any, most: int) -> None:
    check_limits(kind, [one], [one] * most, [], [one] * (most + 1))


def test_a_standard_asks_for_one_to_a_hundred_things() -> None:
    sizes = [{**standard, "criteria": [criterion] * size} for size in (1, 100, 0, 101)]
    check_limits(Publish, *sizes)


def test_a_self_assessment_has_one_to_a_hundred_scores() -> None:
    sizes = [{**of_oneself, "scores": [score] * size} for size in (1, 100, 0, 101)]
    check_limits(SelfAssess, *sizes)


def test_the_decision_of_an_appeal_has_no_score_or_up_to_a_hundred() -> None:
    check_limits(DecideAppeal, decision, *({**decision, "scores": [score] * size} for size in (100, 101)))


def test_up_to_twenty_events_show_what_a_score_says() -> None:
    check_limits(Score, score, *({**score, "evidence": [seen] * size} for size in (20, 21)))
