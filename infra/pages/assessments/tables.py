"""Assessments, a line per side, as a file."""

from __future__ import annotations

from collections.abc import Iterable

from infra.pages.assessments.words import STATES
from infra.pages.filters import filled
from infra.pages.forms.controls import label_of
from infra.pages.languages import gettext as _
from infra.pages.languages import mark
from infra.pages.tables import Column, Filters, Table
from infra.pages.visit import Visit
from projections.assessments.queries import ListAssessments, assessments
from projections.assessments.views import AssessmentRow


def _rows(visit: Visit, given: Filters) -> Iterable[AssessmentRow]:
    return visit.each(assessments, filled(ListAssessments, given))


TABLES = (
    Table(
        "assessments",
        (
            Column(mark("Assessment"), lambda row: row.assessment),
            Column(mark("Apprentice"), lambda row: row.apprentice),
            Column(mark("Standard"), lambda row: row.standard),
            Column(mark("Version"), lambda row: row.version),
            Column(mark("Side"), lambda row: label_of(row.side.value)),
            Column(mark("Assessor"), lambda row: row.assessor),
            Column(mark("Day"), lambda row: row.assessed_on),
            Column(mark("Total"), lambda row: float(row.total)),
            Column(mark("State"), lambda row: _(STATES[row.state])),
            Column(mark("Marks"), lambda row: ", ".join(f"{one.criterion} {one.points}" for one in row.marks)),
            Column(mark("Certificates"), lambda row: ", ".join(row.certificates)),
            Column(mark("Position"), lambda row: row.position),
        ),
        _rows,
    ),
)
