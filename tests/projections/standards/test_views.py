from __future__ import annotations

from baseplus.assessment.events import SkillStandardPublished, SkillStandardSuperseded
from projections.standards.views import AdoptionRow, Adoptions, StandardRow, Standards
from tests.assessment.story import CRITERIA, DIGEST, TITLE, adopted, published
from tests.projections.folding import fold, time

first = StandardRow(
    key="cnc:1",
    standard="cnc",
    version=1,
    occupation="cnc-machinist",
    title=TITLE,
    criteria=list(CRITERIA),
    digest=DIGEST,
    state="current",
    published_at=time(1),
    position=1,
)


def test_a_published_version_is_current_with_its_criteria_and_digest() -> None:
    assert fold(Standards(), "standards/cnc", [published]) == {"cnc:1": first}


def test_a_superseded_version_names_the_one_that_took_its_place() -> None:
    second = SkillStandardPublished("cnc-machinist", "CNC machining II", 2, CRITERIA, "0" * 64)
    rows = fold(Standards(), "standards/cnc", [published, second, SkillStandardSuperseded(1, 2)])
    assert {key: (row.state, row.superseded_by, row.position) for key, row in rows.items()} == {
        "cnc:1": ("superseded", 2, 3),
        "cnc:2": ("current", None, 2),
    }
    assert rows["cnc:2"].title == "CNC machining II"


def test_what_was_never_published_has_no_row() -> None:
    assert fold(Standards(), "standards/cnc", [SkillStandardSuperseded(1, 2)]) == {}


def test_an_adoption_says_all_that_the_version_says() -> None:
    assert fold(Adoptions(), "adoptions/cnc-1", [adopted]) == {
        "cnc-1": AdoptionRow(
            id="cnc-1",
            association="machinists",
            standard="cnc",
            version=1,
            occupation="cnc-machinist",
            title=TITLE,
            criteria=list(CRITERIA),
            digest=DIGEST,
            adopted_at=time(1),
            position=1,
        )
    }
