"""The forms to record an assessment: the first side's, which opens it, and the other side's.

The form is a line of points per criterion of the adopted standard. Which standard, where there are several, is asked
first.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from flask import abort, request

from baseplus.assessment.adoptions import adoptions as adoption_rules
from baseplus.assessment.assessments import Record, RecordOtherSide
from baseplus.assessment.assessments import assessments as assessment_rules
from baseplus.assessment.criteria import Criterion, Side
from baseplus.kernel.refusals import NotFound
from infra.pages import frame
from infra.pages.apprentices.words import kind_of
from infra.pages.forms.controls import Choice, Extras, label_of
from infra.pages.forms.page import Form, Prepared
from infra.pages.forms.submission import Values
from infra.pages.languages import gettext as _
from infra.pages.languages import mark
from infra.pages.visit import Visit
from projections.apprenticeships.queries import (
    ListApprenticeships,
    NamedApprenticeshipRow,
    ShowApprenticeship,
    apprenticeships,
    one_apprenticeship,
)
from projections.mentors.queries import ListMentors, mentors
from projections.standards.queries import ListAdoptions, adoptions


def _record(visit: Visit, thing: str | None) -> Prepared:
    if thing is None:
        abort(404)
    row = visit.ask(one_apprenticeship, ShowApprenticeship(apprenticeship=thing))
    known = visit.every(adoptions, ListAdoptions())
    fitting = [one for one in known if one.occupation == row.occupation] or known
    asked = request.values.get("adoption", "")
    chosen = next((one for one in fitting if one.id == asked), fitting[0] if len(fitting) == 1 else None)
    back = frame.page_url("apprentice", visit, apprentice=row.id)
    if chosen is None:
        options = [(frame.here(adoption=one.id), f"{one.title}, {one.version}") for one in fitting]
        return Prepared(row.name, back, template="pages/choose_standard.html", facts={"options": options}, ready=False)
    fixed = {"/apprenticeship": row.id, "/adoption": chosen.id}
    title = _("%(standard)s, version %(version)s", standard=chosen.title, version=chosen.version)
    return _scored(visit, row.name, back, chosen.criteria, fixed, list(Side), title)


def _other_side(visit: Visit, thing: str | None) -> Prepared:
    """Made from what the rules know, not from the rows: nobody sees the other side's marks before giving theirs."""
    state, _version = visit.store.load(visit.tenant, assessment_rules, thing or "")
    if state.against is None:
        raise NotFound(assessment=thing)
    adopted = visit.store.load(visit.tenant, adoption_rules, state.against.adoption)[0].adopted
    assert adopted is not None, "an assessment is made against what was adopted"
    row = _trained(visit, state.apprentice)
    name = row.name if row else state.apprentice
    back = frame.page_url("apprentice", visit, apprentice=row.id) if row else frame.home(visit)
    missing = [side for side in Side if side not in state.sides]
    title = _("%(standard)s, version %(version)s", standard=adopted.title, version=adopted.version)
    return _scored(visit, name, back, adopted.criteria, {}, missing, title)


def _trained(visit: Visit, apprentice: str) -> NamedApprenticeshipRow | None:
    if not visit.may(apprenticeships):
        return None
    rows = visit.ask(apprenticeships, ListApprenticeships(apprentice=apprentice, limit=1)).rows
    return rows[0] if rows else None


def _scored(
    visit: Visit,
    name: str,
    back: str,
    criteria: Iterable[Criterion],
    fixed: dict[str, str],
    sides: Sequence[Side],
    title: str,
) -> Prepared:
    criteria = list(criteria)
    assessors = [Choice(one.id, f"{one.name} · {kind_of(one.kind)}") for one in visit.every(mentors, ListMentors())]
    labels = {
        f"/scores/{row}/points": _("%(criterion)s, weight %(weight)s %%", criterion=one.title, weight=one.weight)
        for row, one in enumerate(criteria)
    }
    extras = Extras(
        choices={"/assessor": assessors, "/side": [Choice(side.value, label_of(side.value)) for side in sides]},
        fixed=fixed,
        carried=frozenset({"/scores/*/criterion"}),
        hidden=frozenset({"/scores/*/evidence", "/resit_of"}),
        labels={"/on": _("Day of the assessment"), "/scores": title, **labels},
        helps={"/assessor": "", "/side": "", "/scores": _("Whole points, 0 to 100, for every criterion."),
               "/scores/*/points": ""},
        closed=frozenset({"/scores"}),
    )  # fmt: skip
    values: Values = {"scores": [{"criterion": one.id} for one in criteria]}
    if len(sides) == 1:
        values["side"] = sides[0].value
    return Prepared(name, back, extras, values)


def _after(visit: Visit, thing: str) -> tuple[str, dict[str, str]]:
    """The record of the apprentice, where the reader may see it."""
    state = visit.store.load(visit.tenant, assessment_rules, thing)[0]
    row = _trained(visit, state.apprentice)
    return ("apprentice", {"apprentice": row.id}) if row else ("apprentices", {})


FORMS = (
    Form(
        "record_assessment",
        "/apprentices/<id:apprentice>/assess",
        Record,
        mark("Record an assessment"),
        mark("Record it"),
        _record,
        _after,
        mark("It opens an assessment that both sides share."),
        creates=True,
        named=False,
    ),
    Form(
        "record_other_side",
        "/assessments/<id:assessment>/other-side",
        RecordOtherSide,
        mark("Record the other side's assessment"),
        mark("Record it"),
        _other_side,
        _after,
        mark("By another assessor, against the same version of the standard."),
    ),
)
