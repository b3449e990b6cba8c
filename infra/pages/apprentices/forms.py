"""The forms of an apprenticeship's everyday commands: enrol, assign a mentor, start."""

from __future__ import annotations

from collections.abc import Sequence

from flask import abort, request

from baseplus.agreements.terms import PartyKind
from baseplus.apprenticeships.events import MentorKind
from baseplus.apprenticeships.model import AssignMentor, Enrol, ReassignMentor, Start
from infra.pages import frame
from infra.pages.agreements.words import know_organisations
from infra.pages.apprentices.words import kind_of
from infra.pages.forms.controls import Choice, Extras
from infra.pages.forms.page import Form, Prepared
from infra.pages.languages import gettext as _
from infra.pages.languages import joined, mark, ngettext
from infra.pages.names import named
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
    know_organisations(visit)
    known = visit.every(agreements, ListAgreements(party_kind=PartyKind.ENTERPRISE, state="in_force"))
    partners = {party.id: named(party.id) for row in known for party in row.parties if party.kind == "enterprise"}
    extras = Extras(
        choices={
            "/agreement": [Choice(row.id, f"{row.title} · {row.id}") for row in known],
            "/enterprise": [Choice(party, name) for party, name in sorted(partners.items())],
        },
        labels={"/apprentice": _("Id of the person"), "/on": _("Enrolled on")},
        helps={"/agreement": _("One that is in force.")},
    )
    return Prepared(_("Apprentices"), frame.page_url("apprentices", visit), extras)


def _assign(visit: Visit, thing: str | None) -> Prepared:
    row = _found(visit, thing)
    return _mentor(visit, row, [kind for kind in MentorKind if _present(row, kind) is None])


def _reassign(visit: Visit, thing: str | None) -> Prepared:
    row = _found(visit, thing)
    return _mentor(visit, row, [kind for kind in MentorKind if _present(row, kind) is not None])


def _present(row: NamedApprenticeshipRow, kind: MentorKind) -> str | None:
    return row.tutor if kind is MentorKind.CAMPUS_TUTOR else row.master


def _mentor(visit: Visit, row: NamedApprenticeshipRow, kinds: Sequence[MentorKind]) -> Prepared:
    """kinds: those that it may be about. Where it is about one, only mentors of this kind are to choose from."""
    asked = request.args.get("kind", "")
    kind = MentorKind(asked) if asked in list(MentorKind) else kinds[0] if len(kinds) == 1 else None
    # the reader learns of a full mentor here and is told so by the rules, which alone know who is first
    choices = [
        Choice(one.id, f"{one.name} · {kind_of(one.kind)} · {_room(one.load, one.capacity)}")
        for one in visit.every(mentors, ListMentors(kind=kind))
    ]
    extras = Extras(
        choices={"/mentor": choices, "/kind": [Choice(one.value, kind_of(one)) for one in MentorKind]},
        labels={"/mentor": _("Mentor"), "/kind": _("Kind"), "/on": _("From")},
        helps={"/mentor": "", "/kind": ""},
        fixed={"/kind": kind.value} if kind else {},
    )
    return Prepared(row.name, frame.page_url("apprentice", visit, apprentice=row.id), extras)


def _room(load: int, capacity: int) -> str:
    told = _("%(load)s of %(capacity)s", load=load, capacity=capacity)
    if load >= capacity:
        return joined((told, _("at capacity")))
    return joined((told, ngettext("room for %(num)s", "room for %(num)s", capacity - load)))


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
        _assign,
        _after,
    ),
    Form(
        "reassign_mentor",
        "/apprentices/<id:apprentice>/mentors/reassign",
        ReassignMentor,
        mark("Reassign to another mentor"),
        mark("Reassign"),
        _reassign,
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
