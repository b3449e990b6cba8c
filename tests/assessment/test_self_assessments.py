from __future__ import annotations

import pytest

from baseplus.assessment.events import CompetenceSelfAssessed
from baseplus.assessment.self_assessments import SelfAssess, SelfAssessAgainst, of_oneself, self_assessments
from baseplus.kernel.refusals import Rejected
from baseplus.kernel.scenario import Scenario
from baseplus.kernel.vocabulary import TenantId
from tests.apprenticeships.story import enrolled
from tests.assessment.story import TODAY, adopted, against, loading, marks, scores

given = Scenario(self_assessments)
order = SelfAssess("ap-17", "cnc-1", scores(80, 70, 100), reflection="I measure too seldom")
known = SelfAssessAgainst(order, adopted, "person-17", "drives")
assessed = CompetenceSelfAssessed(
    "person-17", "ap-17", "drives", against, marks(80, 70, 100), "81.00", TODAY, "I measure too seldom"
)


def test_an_apprentice_judges_their_own_competence_by_every_criterion() -> None:
    given().when(known).then(assessed)
    short = SelfAssess("ap-17", "cnc-1", scores(80, 70, 100)[:2])
    given().when(SelfAssessAgainst(short, adopted, "person-17", "drives")).then_rejected(
        "missing_criteria", criteria=["safety"]
    )


def test_a_self_assessment_is_recorded_once_under_its_id() -> None:
    given(assessed).when(known).then_rejected("self_assessment_exists")


def test_a_self_assessment_is_of_a_known_apprentice_against_an_adopted_standard() -> None:
    tenant = TenantId("qinglan")
    load = loading(qinglan__adoptions__cnc1=(adopted,), qinglan__apprenticeships__ap17=(enrolled,))
    assert of_oneself(load, tenant, "self-1", order) == known
    for wrong, code in (
        (SelfAssess("ap-99", "cnc-1", order.scores), "unknown_apprenticeship"),
        (SelfAssess("ap-17", "cnc-9", order.scores), "unknown_adoption"),
    ):
        with pytest.raises(Rejected) as refused:
            of_oneself(load, tenant, "self-1", wrong)
        assert refused.value.code == code
