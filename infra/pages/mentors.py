"""Mentors and their load, and the form to register one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from flask import g, render_template, request
from flask.typing import ResponseReturnValue

from baseplus.apprenticeships.events import MentorKind
from baseplus.mentoring.model import Register, SetCapacity
from infra.pages import frame
from infra.pages.agreements.words import know_organisations
from infra.pages.apprentices.words import KINDS, kind_of
from infra.pages.charts import Scale, Tick, scale_from_zero
from infra.pages.filters import filled
from infra.pages.forms.controls import Choice, Extras
from infra.pages.forms.page import Form, Prepared
from infra.pages.languages import gettext as _
from infra.pages.languages import mark, ngettext
from infra.pages.tables import Column, Filters, Table
from infra.pages.visit import Visit
from projections.apprenticeships.queries import apprenticeships
from projections.mentors.queries import ListMentors, ShowMentor, mentors, one_mentor
from projections.mentors.views import MentorRow


class Load(NamedTuple):
    """A mentor with the load in the chart. at, capacity: percent of the width."""

    row: MentorRow
    side: str
    kind: str
    full: bool
    at: str
    capacity: str
    said: str


def mentors_page(tenant: str) -> ResponseReturnValue:  # noqa: ARG001 - the visit has it
    """The mentors whom the reader may see."""
    visit: Visit = g.visit
    source = frame.folded(visit)
    know_organisations(visit)
    page = visit.ask(mentors, filled(ListMentors))
    ticks, rows = loads(page.rows)
    filters = {name: value for name in ("kind", "with_room", "search") if (value := request.args.get(name))}
    return render_template(
        "pages/mentors.html",
        source=source,
        rows=rows,
        ticks=ticks,
        next=frame.here(cursor=page.cursor) if page.cursor else None,
        kinds=[(kind.value, kind_of(kind)) for kind in MentorKind],
        filters=filters,
        may_register=visit.may(Register),
        may_set=visit.may(SetCapacity),
        may_see=lambda mentor: sees_apprentices_of(visit, mentor),
    )


def sees_apprentices_of(visit: Visit, mentor: str) -> bool:
    """Whether the reader may ask whom the mentor guides: a mentor may ask that of themselves alone."""
    return visit.may(apprenticeships) and (visit.grant(apprenticeships).own != "mentor" or mentor == visit.caller.own)


def loads(rows: Sequence[MentorRow]) -> tuple[list[Tick], list[Load]]:
    """Where the loads of mentors stand, on one scale."""
    scale = scale_from_zero(max((max(row.capacity, row.load) for row in rows), default=4))
    return scale.ticks, [_load(row, scale) for row in rows]


def _load(row: MentorRow, scale: Scale) -> Load:
    full = row.load >= row.capacity
    room = _("at capacity") if full else ngettext("room for %(num)s", "room for %(num)s", row.capacity - row.load)
    said = f"{row.name}: {row.load} / {row.capacity}, {room}"
    side = KINDS[row.kind][0]
    return Load(row, side, kind_of(row.kind), full, scale.at(row.load), scale.at(row.capacity), said)


def _rows(visit: Visit, given: Filters) -> Iterable[MentorRow]:
    return visit.each(mentors, filled(ListMentors, given))


def _register(visit: Visit, _thing: str | None) -> Prepared:
    extras = Extras(
        choices={"/kind": [Choice(kind.value, kind_of(kind)) for kind in MentorKind]},
        labels={"/person": _("Id of the person")},
    )
    return Prepared(_("Mentors"), frame.page_url("mentors", visit), extras, {"organisation": visit.tenant})


def _capacity(visit: Visit, thing: str | None) -> Prepared:
    row = visit.ask(one_mentor, ShowMentor(mentor=thing or ""))
    return Prepared(row.name, frame.page_url("mentors", visit), values={"capacity": str(row.capacity)})


def _after(_visit: Visit, _thing: str) -> tuple[str, dict[str, str]]:
    return "mentors", {}


FORMS = (
    Form("register_mentor", "/mentors/new", Register, mark("Register a mentor"), mark("Register"), _register, _after),
    Form(
        "set_capacity",
        "/mentors/<id:mentor>/capacity",
        SetCapacity,
        mark("Set the capacity"),
        mark("Set it"),
        _capacity,
        _after,
    ),
)

TABLES = (
    Table(
        "mentors",
        (
            Column(mark("Mentor"), lambda row: row.id),
            Column(mark("Name"), lambda row: row.name),
            Column(mark("Kind"), lambda row: kind_of(row.kind)),
            Column(mark("Organisation"), lambda row: row.organisation),
            Column(mark("Load"), lambda row: row.load),
            Column(mark("Capacity"), lambda row: row.capacity),
            Column(mark("Qualified"), lambda row: _("yes") if row.qualified else _("no")),
            Column(mark("Position"), lambda row: row.position),
        ),
        _rows,
    ),
)
