"""Questions about assessments. The tenant comes first; row-level security knows no other."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Literal

import msgspec
from msgspec import Meta, structs

from baseplus.assessment.criteria import Side
from baseplus.kernel.paging import ListQuery, Page, page_of, read_cursor
from baseplus.kernel.refusals import NotFound
from baseplus.kernel.vocabulary import Id, PersonId, TenantId, stream_id
from projections.assessments.views import AssessmentRow, Assessments, SelfAssessmentRow, SideState
from projections.runner.as_of import AsOf, rows_as_of
from projections.runner.reader import Reader, fields
from projections.runner.sorting import SORT, Descending, Sorting


class ListAssessments(ListQuery, frozen=True, kw_only=True):
    """Which assessments."""

    apprentice: Annotated[PersonId | None, Meta(description="only those of this apprentice")] = None
    side: Annotated[Side | None, Meta(description="only those of this side")] = None
    state: Annotated[SideState | None, Meta(description="only those in this state")] = None
    standard: Annotated[Id | None, Meta(description="only those against this standard, whatever its version")] = None
    adoption: Annotated[Id | None, Meta(description="only those against this adopted version")] = None
    base: Annotated[Id | None, Meta(description="only those at this base")] = None
    assessor: Annotated[PersonId | None, Meta(description="only those by this assessor")] = None
    apprenticeship: Annotated[Id | None, Meta(description="only those in this apprenticeship")] = None
    latest: Annotated[bool | None, Meta(description="only those that were not sat again, or were")] = None
    sort: Annotated[Literal["key", "apprentice", "assessed_on", "total", "state"], SORT] = "key"
    descending: Descending = False


class ShowAssessment(AsOf, frozen=True, kw_only=True):
    """Which assessment, and as of when."""

    assessment: Id
    assessor: Annotated[PersonId | None, Meta(description="only where this is one of its assessors")] = None


class ListSelfAssessments(ListQuery, frozen=True, kw_only=True):
    """Which self-assessments."""

    apprentice: Annotated[PersonId | None, Meta(description="only those of this apprentice")] = None
    apprenticeship: Annotated[Id | None, Meta(description="only those in this apprenticeship")] = None
    adoption: Annotated[Id | None, Meta(description="only those against this adopted version")] = None
    base: Annotated[Id | None, Meta(description="only those at this base")] = None


class AssessmentSides(msgspec.Struct, frozen=True):
    """An assessment with its sides. gap: the absolute difference of what the two assessors gave, in points; None until
    both have assessed."""

    assessment: str
    apprentice: str
    base: str
    occupation: str
    adoption: str
    sides: list[AssessmentRow]
    gap: Decimal | None


_SORTED = Sorting(ListAssessments, AssessmentRow, "key")


def assessments(
    reader: Reader, tenant: TenantId, asked: ListAssessments, *, until: int | None = None
) -> Page[AssessmentRow]:
    """List assessments, a row for each side, by id."""
    order = _SORTED.order(asked)
    sql = f"""
        SELECT {fields(AssessmentRow)} FROM views.assessments
        WHERE {order.after}
          AND (%(apprentice)s::text IS NULL OR apprentice = %(apprentice)s)
          AND (%(side)s::text IS NULL OR side = %(side)s)
          AND (%(state)s::text IS NULL OR state = %(state)s)
          AND (%(standard)s::text IS NULL OR standard = %(standard)s)
          AND (%(adoption)s::text IS NULL OR adoption = %(adoption)s)
          AND (%(base)s::text IS NULL OR base = %(base)s)
          AND (%(assessor)s::text IS NULL OR assessor = %(assessor)s)
          AND (%(apprenticeship)s::text IS NULL OR apprenticeship = %(apprenticeship)s)
          AND (%(latest)s::boolean IS NULL OR (resat_by IS NULL) = %(latest)s)
        {order.by} LIMIT %(limit)s + 1"""
    rows = reader.rows(tenant, sql, structs.asdict(asked) | order.params, AssessmentRow, until=until)
    return page_of(rows, asked.limit, order.place)


def one_assessment(
    reader: Reader, tenant: TenantId, asked: ShowAssessment, *, until: int | None = None
) -> AssessmentSides:
    """Show an assessment with both sides.

    Their marks, what happened to them, and how far the two assessors are apart: now, as known on a day that has passed,
    or as it was on one.
    """
    sql = f"""
        SELECT {fields(AssessmentRow)} FROM views.assessments
        WHERE assessment = %(assessment)s
          AND (%(assessor)s::text IS NULL OR EXISTS (
              SELECT FROM views.assessments o WHERE o.assessment = %(assessment)s AND o.assessor = %(assessor)s))
        ORDER BY key"""
    rows = reader.rows(tenant, sql, structs.asdict(asked), AssessmentRow, until=until)
    if rows and not asked.now:
        found = rows_as_of(reader, tenant, Assessments(), stream_id("assessments", asked.assessment), asked)
        rows = [found[key] for key in sorted(found)]
    if not rows:
        raise NotFound(assessment=asked.assessment)
    first = rows[0]
    gap = abs(rows[0].given - rows[1].given) if len(rows) > 1 else None
    return AssessmentSides(asked.assessment, first.apprentice, first.base, first.occupation, first.adoption, rows, gap)


def self_assessments(
    reader: Reader, tenant: TenantId, asked: ListSelfAssessments, *, until: int | None = None
) -> Page[SelfAssessmentRow]:
    """List what apprentices think of their own competence, by id."""
    (after,) = read_cursor(asked.cursor, tuple[str]) if asked.cursor else ("",)
    sql = f"""
        SELECT {fields(SelfAssessmentRow)} FROM views.self_assessments
        WHERE id > %(after)s
          AND (%(apprentice)s::text IS NULL OR apprentice = %(apprentice)s)
          AND (%(apprenticeship)s::text IS NULL OR apprenticeship = %(apprenticeship)s)
          AND (%(adoption)s::text IS NULL OR adoption = %(adoption)s)
          AND (%(base)s::text IS NULL OR base = %(base)s)
        ORDER BY id LIMIT %(limit)s + 1"""
    rows = reader.rows(tenant, sql, {**structs.asdict(asked), "after": after}, SelfAssessmentRow, until=until)
    return page_of(rows, asked.limit, lambda row: (row.id,))
