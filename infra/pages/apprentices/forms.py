"""The forms of an apprenticeship's everyday commands: enrol, assign a mentor, start."""

from __future__ import annotations

from flask import abort, request

from baseplus.agreements.terms import PartyKind
from baseplus.apprenticeships.events import MentorKind
from baseplus.apprenticeships.model import AssignMentor, Enrol, ReassignMentor, Start
from infra.pages import frame
from infra.pages.agreements.words import name_of
from infra.pages.apprentices.words import kind_of
from infra.pages.forms.controls import Choice, Extras
from infra.pages.forms.page import Form, Prepared
from infra.pages.languages import gettext as _
from infra.pages.languages import mark, ngettext
from infra.pages.visit import Visit
from projections.agreements.queries import ListAgreements, agreements
from projections.apprenticeships.queries import NamedApprenticeshipRow, ShowApprenticeship, one_apprenticeship
from projections.mentors.queries import ListMentors, mentors


def _after(_visit: Visit, thing: str) -> tuple[str, dict[str, str]]:
    return "apprentice", {"apprentice": thing}


def _found(visit: Visit, thing: str | None) -> NamedApprenticeshipRow:
    if thing is None:
        abort(404)
    return visit.ask(one_apprenticeship, ShowApprenticeship(apprenticeship=thing))


def _enrol(visit: Visit, _thing: str | None) -> Prepared:
    known = visit.every(agreements, ListAgreements(party_kind=PartyKind.ENTERPRISE))
    partners = {party.id: name_of(party) for row in known for party in row.parties if party.kind == "enterprise"}
    extras = Extras(
        choices={
            "/agreement": [Choice(row.id, row.title) for row in known],
            "/enterprise": [Choice(party, name) for party, name in sorted(partners.items())],
        },
        labels={"/apprentice": _("Id of the person"), "/on": _("Enrolled on")},
    )
    return Prepared(_("Apprentices"), frame.page_url("apprentices", visit), extras)


def _mentor(visit: Visit, thing: str | None) -> Prepared:
    row = _found(visit, thing)
    # the reader learns of a full mentor here and is told so by the rules, which alone know who is first
    choices = [
        Choice(one.id, f"{one.name} · {kind_of(one.kind)} · {_room(one.load, one.capacity)}")
        for one in visit.every(mentors, ListMentors())
    ]
    extras = Extras(
        choices={"/mentor": choices, "/kind": [Choice(kind.value, kind_of(kind)) for kind in MentorKind]},
        labels={"/mentor": _("Mentor"), "/kind": _("Kind"), "/on": _("From")},
        helps={"/mentor": "", "/kind": ""},
    )
    asked = request.args.get("kind", "")
    missing = "campus_tutor" if row.tutor is None else "enterprise_master" if row.master is None else ""
    values = {"kind": asked if asked in list(MentorKind) else missing}
    return Prepared(row.name, frame.page_url("apprentice", visit, apprentice=row.id), extras, values)


def _room(load: int, capacity: int) -> str:
    told = _("%(load)s of %(capacity)s", load=load, capacity=capacity)
    if load >= capacity:
        return f"{told}, {_('at capacity')}"
    return f"{told}, {ngettext('room for %(num)s', 'room for %(num)s', capacity - load)}"


def _start(visit: Visit, thing: str | None) -> Prepared:
    row = _found(visit, thing)
    extras = Extras(labels={"/on": _("From")})
    return Prepared(row.name, frame.page_url("apprentice", visit, apprentice=row.id), extras)


FORMS = (
    Form("enrol", "/apprentices/new", Enrol, mark("Enrol an apprentice"), mark("Enrol"), _enrol, _after),
    Form(
        "assign_mentor",
        "/apprentices/<id:apprentice>/mentors",
        AssignMentor,
        mark("Assign a mentor"),
        mark("Assign"),
        _mentor,
        _after,
    ),
    Form(
        "reassign_mentor",
        "/apprentices/<id:apprentice>/mentors/reassign",
        ReassignMentor,
        mark("Reassign to another mentor"),
        mark("Reassign"),
        _mentor,
        _after,
        mark("The one takes over from the other without a day between them."),
    ),
    Form(
        "start_training",
        "/apprentices/<id:apprentice>/start",
        Start,
        mark("Start the training"),
        mark("Start"),
        _start,
        _after,
    ),
)
