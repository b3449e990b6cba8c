"""Standards, adoptions and assessments, asked for as they stand in the read models."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from decimal import Decimal
from typing import Any

import msgspec
import pytest

from baseplus.assessment.adoptions import AdoptStandard, adoptions, as_published
from baseplus.assessment.assessments import Appeal, RecordOtherSide, against_adopted, assessments
from baseplus.assessment.criteria import Criterion
from baseplus.assessment.standards import Publish, Revise, standards
from baseplus.kernel.refusals import Invalid, NotFound
from baseplus.kernel.vocabulary import TenantId
from infra.postgres.database import Database
from infra.postgres.store import Store
from infra.wiring import EVENT_TYPES, FOLLOWERS
from projections.assessments import queries
from projections.assessments.views import Assessments
from projections.runner.reader import Reader
from projections.standards import queries as of_standards
from projections.standards.views import Adoptions, Standards
from tests.assessment.story import ASSOCIATION, ENTERPRISE, SCHOOL, TITLE, enrol, order, publish, record, scores
from tests.projections.paging import page_by_page
from tests.projections.runner.stage import Stage

NORTH, SOUTH, MACHINISTS, WELDERS = (TenantId(name) for name in ("north", "south", ASSOCIATION, "welders"))
VIEWS = (Standards(), Adoptions(), Assessments())
SEAMS = (Criterion("seams", "Welds a seam that holds", 100),)


@pytest.fixture
def stage(database: Database) -> Iterator[Stage]:
    """Two associations with standards; two universities that adopted them. North assessed three apprentices, the first
    by both sides; South one, under the same ids."""
    with closing(Stage(database, EVENT_TYPES, FOLLOWERS)) as stage:
        store = stage.store
        store.register(NORTH, SOUTH, MACHINISTS, WELDERS)
        store.execute(MACHINISTS, standards, "cnc", publish)
        store.execute(WELDERS, standards, "welding", Publish("welder", "Welding", SEAMS))
        adopt(store, NORTH, "cnc-1", order)
        store.execute(MACHINISTS, standards, "cnc", Revise(TITLE, SEAMS))
        adopt(store, NORTH, "cnc-2", latest(store, MACHINISTS, "cnc"))
        for tenant in (NORTH, SOUTH):
            adopt(store, tenant, "welding-1", latest(store, WELDERS, "welding"))
        seams = msgspec.structs.replace(scores(90, 0, 0)[0], criterion="seams")
        opened = {
            "as-1": record(),
            "as-2": record(ENTERPRISE, "m-gao", apprenticeship="ap-18"),
            "as-3": record(SCHOOL, "t-lin", (seams,), apprenticeship="ap-18", adoption="welding-1"),
        }
        enrol(store, NORTH, "ap-17", "ap-18")
        enrol(store, SOUTH, "ap-17")
        for thing, first in opened.items():
            store.execute(NORTH, assessments, thing, first, resolve=against_adopted)
        store.execute(NORTH, assessments, "as-1", RecordOtherSide(ENTERPRISE, "m-gao", scores(60, 70, 90)))
        store.execute(NORTH, assessments, "as-2", Appeal(ENTERPRISE, "The fixture was worn out"))
        south = record(SCHOOL, "t-he", (seams,), adoption="welding-1")
        store.execute(SOUTH, assessments, "as-1", south, resolve=against_adopted)
        stage.fold_all(VIEWS)
        yield stage


def latest(store: Store, association: TenantId, standard: str) -> AdoptStandard:
    """An order to adopt the latest version."""
    found = store.load(association, standards, standard)[0].latest
    assert found is not None
    return AdoptStandard(association, standard, found.version, found.digest)


def adopt(store: Store, tenant: TenantId, adoption: str, what: AdoptStandard) -> None:
    store.execute(tenant, adoptions, adoption, what, resolve=as_published)


@pytest.fixture
def reader(stage: Stage) -> Iterator[Reader]:
    with closing(Reader(stage.database.dsn("app"), size=1)) as reader:
        yield reader


def listed(reader: Reader, **asked: Any) -> list[str]:
    return [row.key for row in queries.assessments(reader, NORTH, queries.ListAssessments(**asked)).rows]


def shown(reader: Reader, thing: str, **asked: Any) -> queries.AssessmentSides:
    return queries.one_assessment(reader, NORTH, queries.ShowAssessment(assessment=thing, **asked))


def test_assessments_are_asked_for_by_apprentice_side_state_standard_adoption_base_and_assessor(
    reader: Reader,
) -> None:
    everything = ["as-1:enterprise", "as-1:school", "as-2:enterprise", "as-3:school"]
    assert listed(reader) == everything
    assert listed(reader, apprentice="person-17") == everything[:2]
    assert listed(reader, side=SCHOOL) == ["as-1:school", "as-3:school"]
    assert listed(reader, state="appealed") == ["as-2:enterprise"]
    assert listed(reader, standard="welding") == ["as-3:school"]
    assert listed(reader, adoption="cnc-1", side=ENTERPRISE) == ["as-1:enterprise", "as-2:enterprise"]
    assert listed(reader, adoption="cnc-2") == []
    assert listed(reader, base="drives") == everything
    assert listed(reader, base="elsewhere") == []
    assert listed(reader, assessor="t-he") == ["as-1:school"]


def test_an_assessment_shows_both_sides_and_how_far_they_are_apart(reader: Reader) -> None:
    found = shown(reader, "as-1")
    assert [(row.side, row.total) for row in found.sides] == [
        (ENTERPRISE, Decimal("69.00")),
        (SCHOOL, Decimal("81.00")),
    ]
    assert (found.apprentice, found.occupation, found.adoption) == ("person-17", "cnc-machinist", "cnc-1")
    assert found.gap == Decimal("12.00")
    assert shown(reader, "as-2").gap is None


def test_an_assessor_sees_both_sides_of_what_they_assessed_and_nothing_else(reader: Reader) -> None:
    assert len(shown(reader, "as-1", assessor="m-gao").sides) == 2
    for thing, other in (("as-2", "t-he"), ("as-3", "m-gao"), ("as-1", "t-lin")):
        with pytest.raises(NotFound, match=thing):
            shown(reader, thing, assessor=other)


def test_an_association_sees_what_it_published_version_by_version(reader: Reader) -> None:
    def published(tenant: TenantId, **asked: Any) -> list[tuple[str, int, str]]:
        rows = of_standards.standards(reader, tenant, of_standards.ListStandards(**asked)).rows
        return [(row.standard, row.version, row.state) for row in rows]

    assert published(MACHINISTS) == [("cnc", 1, "superseded"), ("cnc", 2, "current")]
    assert published(MACHINISTS, state="current") == [("cnc", 2, "current")]
    assert published(MACHINISTS, occupation="welder") == []
    assert published(WELDERS, occupation="welder") == [("welding", 1, "current")]
    latest = of_standards.one_standard(reader, MACHINISTS, of_standards.ShowStandard(standard="cnc"))
    first = of_standards.one_standard(reader, MACHINISTS, of_standards.ShowStandard(standard="cnc", version=1))
    assert (latest.version, first.superseded_by, first.criteria) == (2, 2, list(publish.criteria))


def test_a_university_sees_what_it_adopted_with_the_criteria(reader: Reader) -> None:
    def adopted(**asked: Any) -> list[str]:
        return [row.id for row in of_standards.adoptions(reader, NORTH, of_standards.ListAdoptions(**asked)).rows]

    assert adopted() == ["cnc-1", "cnc-2", "welding-1"]
    assert adopted(occupation="welder") == ["welding-1"]
    assert adopted(association=ASSOCIATION) == adopted(standard="cnc") == ["cnc-1", "cnc-2"]
    row = of_standards.one_adoption(reader, NORTH, of_standards.ShowAdoption(adoption="cnc-1"))
    assert (row.version, row.criteria) == (1, list(publish.criteria))


def test_another_tenants_rows_are_not_found(reader: Reader) -> None:
    (row,) = queries.assessments(reader, SOUTH, queries.ListAssessments()).rows
    assert (row.key, row.adoption) == ("as-1:school", "welding-1")
    assert of_standards.standards(reader, NORTH, of_standards.ListStandards()).rows == []
    assert of_standards.adoptions(reader, MACHINISTS, of_standards.ListAdoptions()).rows == []
    asked_elsewhere: list[tuple[Any, TenantId, Any]] = [
        (queries.one_assessment, SOUTH, queries.ShowAssessment(assessment="as-2")),
        (of_standards.one_adoption, SOUTH, of_standards.ShowAdoption(adoption="cnc-1")),
        (of_standards.one_standard, WELDERS, of_standards.ShowStandard(standard="cnc")),
        (of_standards.one_standard, MACHINISTS, of_standards.ShowStandard(standard="cnc", version=3)),
    ]
    for read, tenant, asked in asked_elsewhere:
        with pytest.raises(NotFound):
            read(reader, tenant, asked)


def test_pages_follow_one_another_without_gap_or_overlap(reader: Reader) -> None:
    def pages(query: Any, tenant: TenantId, asked: type[Any], place: str) -> list[Any]:
        return [getattr(row, place) for row in page_by_page(query, reader, tenant, asked())]

    assert pages(queries.assessments, NORTH, queries.ListAssessments, "key") == listed(reader)
    assert pages(of_standards.standards, MACHINISTS, of_standards.ListStandards, "key") == ["cnc:1", "cnc:2"]
    assert pages(of_standards.adoptions, NORTH, of_standards.ListAdoptions, "id") == ["cnc-1", "cnc-2", "welding-1"]


def test_a_bad_cursor_is_refused(reader: Reader) -> None:
    lists: list[tuple[Any, Any]] = [
        (queries.assessments, queries.ListAssessments),
        (of_standards.standards, of_standards.ListStandards),
        (of_standards.adoptions, of_standards.ListAdoptions),
    ]
    for query, asked in lists:
        with pytest.raises(Invalid, match="cursor"):
            query(reader, NORTH, asked(cursor="nonsense"))


def test_the_live_rows_equal_a_fold_of_the_store(stage: Stage) -> None:
    assert stage.verify(VIEWS).differences == ()
