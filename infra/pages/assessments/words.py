"""Both sides of an assessment beside each other: per criterion, where the two stand and how far apart."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import NamedTuple

from baseplus.assessment.criteria import Side
from baseplus.kernel.refusals import NotFound
from infra.pages.charts import Scale, Tick, scale_around
from infra.pages.languages import gettext as _
from infra.pages.languages import joined, mark, number
from infra.pages.names import named
from infra.pages.visit import Visit
from projections.assessments.queries import ListAssessments, assessments
from projections.assessments.views import AssessmentRow
from projections.standards.queries import ShowAdoption, one_adoption
from projections.standards.views import AdoptionRow

WIDE = 15
"""Points that two sides may be apart before somebody should look at why."""

STATES = {
    "recorded": mark("Recorded"),
    "corrected": mark("Corrected"),
    "moderated": mark("Moderated"),
    "appealed": mark("Appealed"),
    "decided": mark("Appeal decided"),
}


class Line(NamedTuple):
    """A criterion: points of both sides, None where one has not assessed; at_…: percent of the width."""

    title: str
    weight: int
    school: int | None
    work: int | None
    gap: int | None
    at_school: str | None
    at_work: str | None
    evidence: Sequence[int]
    said: str


class Assessed(NamedTuple):
    """An assessment with its sides."""

    id: str
    adoption: AdoptionRow | None
    school: AssessmentRow | None
    work: AssessmentRow | None
    lines: Sequence[Line]
    ticks: Sequence[Tick]
    missing: Side | None

    @property
    def gap(self) -> Decimal | None:
        """How far the totals are apart, in points."""
        return abs(self.school.total - self.work.total) if self.school and self.work else None

    @property
    def title(self) -> str:
        """What was assessed."""
        one = self.school or self.work
        assert one is not None
        return self.adoption.title if self.adoption else one.standard

    @property
    def certificates(self) -> Sequence[str]:
        """Those that rest on its marks. Both sides know the same ones."""
        one = self.school or self.work
        assert one is not None
        return one.certificates

    @property
    def version(self) -> int:
        """The version of the standard."""
        one = self.school or self.work
        assert one is not None
        return one.version


def assessed(visit: Visit, apprentice: str) -> list[Assessed]:
    """What the reader may see of an apprentice's assessments, the latest first."""
    if not visit.may(assessments):
        return []
    return both_sides(visit, visit.every(assessments, ListAssessments(apprentice=apprentice)))


def both_sides(visit: Visit, rows: Iterable[AssessmentRow]) -> list[Assessed]:
    """The rows of each assessment put together, the latest first."""
    found: dict[str, list[AssessmentRow]] = {}
    for row in rows:
        found.setdefault(row.assessment, []).append(row)
    adoptions: dict[str, AdoptionRow | None] = {}
    for sides in found.values():
        if sides[0].adoption not in adoptions:
            adoptions[sides[0].adoption] = _adoption(visit, sides[0].adoption)
    made = [_assessed(thing, sides, adoptions[sides[0].adoption]) for thing, sides in found.items()]
    return sorted(made, key=lambda one: max(row.assessed_on for row in (one.school, one.work) if row), reverse=True)


def _adoption(visit: Visit, adoption: str) -> AdoptionRow | None:
    try:
        return visit.ask(one_adoption, ShowAdoption(adoption=adoption)) if visit.may(one_adoption) else None
    except NotFound:
        return None


def _assessed(assessment: str, sides: Sequence[AssessmentRow], adoption: AdoptionRow | None) -> Assessed:
    by_side = {row.side: row for row in sides}
    school, work = by_side.get(Side.SCHOOL), by_side.get(Side.ENTERPRISE)
    scale = scale_around([mark.points for row in sides for mark in row.marks], ceiling=100)
    titles = {one.id: one.title for one in adoption.criteria} if adoption else {}
    lines = [
        _line(mark.criterion, titles.get(mark.criterion, mark.criterion), mark.weight, school, work, scale)
        for mark in sides[0].marks
    ]
    missing = Side.SCHOOL if school is None else Side.ENTERPRISE if work is None else None
    return Assessed(assessment, adoption, school, work, lines, scale.ticks, missing)


def _line(
    criterion: str, title: str, weight: int, school: AssessmentRow | None, work: AssessmentRow | None, scale: Scale
) -> Line:
    marks = [next((mark for mark in row.marks if mark.criterion == criterion), None) if row else None
             for row in (school, work)]  # fmt: skip
    points = [mark.points if mark else None for mark in marks]
    gap = abs(points[0] - points[1]) if points[0] is not None and points[1] is not None else None
    evidence = sorted({one.position for mark in marks if mark for one in mark.evidence})
    told = [_("not yet assessed") if value is None else number(value) for value in points]
    said = _("%(what)s: school %(school)s, enterprise %(work)s", what=title, school=told[0], work=told[1])
    if gap is not None:
        said = joined((said, _("gap %(points)s", points=number(gap))))
    at = [None if value is None else scale.at(value) for value in points]
    return Line(title, weight, points[0], points[1], gap, at[0], at[1], evidence, said)


def assessor_of(row: AssessmentRow | None) -> str:
    """Who assessed a side; empty where nobody has."""
    return named(row.assessor) if row else ""
