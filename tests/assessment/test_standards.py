from __future__ import annotations

import hashlib
import json

import msgspec
import pytest

from baseplus.assessment.adoptions import AdoptPublished, as_published
from baseplus.assessment.api import of_standards
from baseplus.assessment.criteria import Criterion
from baseplus.assessment.events import Once, PlaceTaken, SkillStandardPublished, SkillStandardSuperseded
from baseplus.assessment.followers import adopted as follow_adoption
from baseplus.assessment.once import TakePlace, once, place
from baseplus.assessment.standards import Revise
from baseplus.assessment.text import StandardText
from baseplus.kernel.access import Grant, Role
from baseplus.kernel.decisions import Step
from baseplus.kernel.refusals import Rejected
from baseplus.kernel.scenario import Scenario
from baseplus.kernel.vocabulary import TenantId
from tests.assessment.story import (
    CRITERIA,
    DIGEST,
    TITLE,
    adopt,
    adopted,
    given_adoption,
    given_standard,
    loading,
    order,
    publish,
    published,
)

HARDER = (Criterion("turning", "Turns a shaft to a drawing", 100, "Within a hundredth of a millimetre."),)
harder = StandardText(occupation="cnc-machinist", title=TITLE, version=2, criteria=HARDER)
revised = (SkillStandardPublished("cnc-machinist", TITLE, 2, HARDER, harder.digest), SkillStandardSuperseded(1, 2))
QINGLAN = TenantId("qinglan")


def test_a_standard_is_a_versioned_framework_of_weighted_criteria_for_an_occupation_published_by_an() -> None:
    given_standard().when(publish).then(published)
    assert (published.version, published.occupation, published.digest) == (1, "cnc-machinist", DIGEST)
    assert sum(criterion.weight for criterion in published.criteria) == 100
    # in its own history: nobody else's role may
    assert [route.may for route in of_standards] == [(Grant(Role.ASSOCIATION),)] * 2


def test_anybody_can_recompute_the_digest_with_a_json_library() -> None:
    criteria = [{"id": "turning", "title": "Turns a shaft to a drawing", "weight": 100}]
    criteria[0]["description"] = "Within a hundredth of a millimetre."
    text = {"occupation": "cnc-machinist", "title": TITLE, "version": 2, "criteria": criteria}
    said = json.dumps(
        {"form": "skill standard 1", "text": text}, sort_keys=True, separators=(",", ":"), ensure_ascii=False
    )
    assert hashlib.sha256(said.encode()).hexdigest() == harder.digest


def test_a_standard_is_published_once_and_then_revised() -> None:
    given_standard(published).when(publish).then_rejected("standard_exists", version=1)


def test_a_revision_supersedes_the_version_before_it() -> None:
    given_standard(published).when(Revise(TITLE, HARDER)).then(*revised)


def test_a_revision_that_changes_nothing_is_refused() -> None:
    given_standard(published).when(Revise(TITLE, CRITERIA)).then_rejected("standard_unchanged", version=1)


def test_what_was_never_published_is_not_revised() -> None:
    given_standard().when(Revise(TITLE, HARDER)).then_rejected("no_such_standard")


def test_weights_sum_to_100() -> None:
    short = msgspec.structs.replace(publish, criteria=CRITERIA[:2])
    given_standard().when(short).then_rejected("weights_do_not_sum_to_100", sum=80)
    long = msgspec.structs.replace(publish, criteria=(*CRITERIA, Criterion("speed", "Is done in time", 1)))
    given_standard().when(long).then_rejected("weights_do_not_sum_to_100", sum=101)
    given_standard(published).when(Revise(TITLE, CRITERIA[1:])).then_rejected("weights_do_not_sum_to_100", sum=50)


def test_a_criterion_is_there_once() -> None:
    twice = msgspec.structs.replace(publish, criteria=(*CRITERIA, CRITERIA[2], CRITERIA[1]))
    given_standard().when(twice).then_rejected("criteria_twice", criteria=["measuring", "safety"])


def test_a_university_adopts_a_version_by_its_digest() -> None:
    resolved = as_published(loading(machinists__standards__cnc=(published,)), QINGLAN, "cnc-1", order)
    assert resolved == adopt
    given_adoption().when(resolved).then(adopted)


def test_an_unknown_standard_or_version_is_not_adopted() -> None:
    load = loading(machinists__standards__cnc=(published,))
    for changes in ({"version": 2}, {"standard": "welding"}, {"association": "welders"}):
        asked = msgspec.structs.replace(order, **changes)
        with pytest.raises(Rejected) as refused:
            as_published(load, QINGLAN, "cnc-1", asked)
        assert refused.value.code == "unknown_standard"
        assert refused.value.facts == {
            "association": asked.association,
            "standard": asked.standard,
            "version": asked.version,
        }


def test_another_text_than_the_published_one_is_not_adopted() -> None:
    wrong = msgspec.structs.replace(order, digest="0" * 64)
    with pytest.raises(Rejected) as refused:
        as_published(loading(machinists__standards__cnc=(published,)), QINGLAN, "cnc-1", wrong)
    assert (refused.value.code, refused.value.facts) == ("digest_differs", {"published": DIGEST, "given": "0" * 64})


def test_a_superseded_version_is_adopted_no_more_and_its_successor_is() -> None:
    load = loading(machinists__standards__cnc=(published, *revised))
    with pytest.raises(Rejected) as refused:
        as_published(load, QINGLAN, "cnc-1", order)
    assert refused.value.code == "standard_superseded"
    assert refused.value.facts == {"standard": "cnc", "version": 1, "by": 2}
    successor = msgspec.structs.replace(order, version=2, digest=harder.digest)
    assert as_published(load, QINGLAN, "cnc-1", successor) == AdoptPublished(successor, revised[0])


def test_an_adoption_is_of_one_version() -> None:
    given_adoption(adopted).when(adopt).then_rejected("adoption_exists", standard="cnc", version=1)


def test_an_adoption_takes_the_one_place_of_its_version() -> None:
    (step,) = follow_adoption("cnc-1", adopted)
    assert step == Step(once, place(Once.ADOPTION, "machinists", "cnc", 1), TakePlace(Once.ADOPTION, "cnc-1"))
    assert place(Once.ADOPTION, "machinists", "cnc", 1) != place(Once.ADOPTION, "machinists", "cnc", 11)
    assert once.stream(place(Once.ADOPTION, "machinists", "cnc", 1))  # it has the form of an id


def test_a_place_is_taken_once() -> None:
    given = Scenario(once)
    taken = PlaceTaken(Once.ADOPTION, "cnc-1")
    given().when(TakePlace(Once.ADOPTION, "cnc-1")).then(taken)
    given(taken).when(TakePlace(Once.ADOPTION, "cnc-2")).then_rejected("adopted_already", adoption="cnc-1")
    of_assessment = PlaceTaken(Once.ASSESSMENT, "as-1")
    given(of_assessment).when(TakePlace(Once.ASSESSMENT, "as-2")).then_rejected("assessed_already", assessment="as-1")
