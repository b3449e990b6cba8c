"""The history of a tenant: every event, by stream and type, as it stood at any position; and the way to a position."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import TypeVar

from flask import g, redirect, render_template, request
from flask.typing import ResponseReturnValue

from baseplus.kernel.access import Forbidden
from baseplus.kernel.paging import ListQuery, Page
from baseplus.kernel.refusals import Invalid, NotFound
from infra.pages import events as told
from infra.pages import frame
from infra.pages.filters import filled
from infra.pages.languages import mark
from infra.pages.tables import Column, Filters, Table
from infra.pages.visit import Visit
from infra.wiring import EVENT_TYPES
from projections.agreements.queries import ListAgreements, ShowAgreement, agreements, one_agreement
from projections.apprenticeships.queries import ListApprenticeships, apprenticeships
from projections.history.queries import EventRow, ListEvents, events
from projections.mentors.queries import ListMentors, mentors

R = TypeVar("R")

_AROUND = 5  # later events that are shown before the one that was asked for


def history(tenant: str) -> ResponseReturnValue:  # noqa: ARG001 - the visit has it
    """Events, the latest first; or around one position."""
    visit: Visit = g.visit
    asked = filled(ListEvents)
    length = visit.store.position(visit.tenant)
    upto = min(asked.at + _AROUND, length) if asked.at and not asked.cursor else asked.at
    page = visit.ask(events, filled(ListEvents, at=upto) if upto else asked)
    chosen = next((row for row in page.rows if row.position == asked.at), None)
    return render_template(
        "pages/history.html",
        length=length,
        recorded=frame.recorded_at(visit, length),
        rows=page.rows,
        next=frame.here(cursor=page.cursor, at=None) if page.cursor else None,
        chosen=chosen,
        facts=told.facts_of(visit, chosen) if chosen else [],
        types=sorted({event.TYPE.partition(".")[0] for event in EVENT_TYPES}),
        asked=asked,
        title_of=told.title,
    )


def find(tenant: str) -> ResponseReturnValue:  # noqa: ARG001 - the visit has it
    """What somebody looks for: a position, `#123`; an agreement, by its id or title; people, by their names."""
    visit: Visit = g.visit
    wanted = request.args.get("q", "").strip()
    number = wanted.removeprefix("#")
    if number.isascii() and number.isdigit() and len(number) < 19 and int(number) and visit.may(events):
        return redirect(frame.event_url(int(number)) or frame.home(visit), 303)
    with suppress(Invalid, NotFound, Forbidden):
        one = visit.ask(one_agreement, filled(ShowAgreement, {}, agreement=wanted.lower()))
        return redirect(frame.page_url("agreement", visit, agreement=one.id), 303)
    return render_template(
        "pages/found.html",
        wanted=wanted,
        rows=_with(visit, wanted, agreements, ListAgreements),
        people=_with(visit, wanted, apprenticeships, ListApprenticeships),
        guides=_with(visit, wanted, mentors, ListMentors),
    )


def _with(visit: Visit, wanted: str, read: Callable[..., Page[R]], asked: type[ListQuery]) -> list[R]:
    """What has the wanted words in its name, of what the reader may see."""
    if not wanted or not visit.may(read):
        return []
    try:
        return visit.every(read, filled(asked, {"search": wanted}))
    except Invalid:
        return []


def _rows(visit: Visit, given: Filters) -> Iterable[EventRow]:
    return visit.each(events, filled(ListEvents, given))


TABLES = (
    Table(
        "history",
        (
            Column(mark("Position"), lambda row: row.position),
            Column(mark("Event"), lambda row: told.title(row.type)),
            Column(mark("Type"), lambda row: row.type),
            Column(mark("Stream"), lambda row: row.stream),
            Column(mark("Version"), lambda row: row.version),
            Column(mark("Happened"), lambda row: row.occurred_at),
            Column(mark("Recorded"), lambda row: row.recorded_at),
            Column(mark("Actor"), lambda row: row.actor),
        ),
        _rows,
    ),
)
