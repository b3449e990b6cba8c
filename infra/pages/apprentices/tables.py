"""Apprentices, and what happened to one of them, as files."""

from __future__ import annotations

from collections.abc import Iterable

from infra.pages.apprentices.words import HAPPENED, STATES, detail
from infra.pages.filters import filled
from infra.pages.forms.controls import label_of
from infra.pages.languages import gettext as _
from infra.pages.languages import mark
from infra.pages.tables import Column, Filters, Table
from infra.pages.visit import Visit
from projections.apprenticeships.queries import (
    ListApprenticeships,
    NamedApprenticeshipRow,
    NamedTimelineRow,
    ShowTimeline,
    apprenticeships,
    timeline,
)


def _apprentices(visit: Visit, given: Filters) -> Iterable[NamedApprenticeshipRow]:
    return visit.each(apprenticeships, filled(ListApprenticeships, given))


def _timeline(visit: Visit, given: Filters) -> Iterable[NamedTimelineRow]:
    return visit.each(timeline, filled(ShowTimeline, given))


TABLES = (
    Table(
        "apprentices",
        (
            Column(mark("Apprenticeship"), lambda row: row.id),
            Column(mark("Name"), lambda row: row.name),
            Column(mark("State"), lambda row: _(STATES[row.state][1])),
            Column(mark("Since"), lambda row: row.since),
            Column(mark("Base"), lambda row: row.base),
            Column(mark("Enterprise"), lambda row: row.enterprise),
            Column(mark("Occupation"), lambda row: row.occupation),
            Column(mark("Agreement"), lambda row: row.agreement),
            Column(mark("Campus tutor"), lambda row: row.tutor_name),
            Column(mark("Enterprise master"), lambda row: row.master_name),
            Column(mark("Started"), lambda row: row.started_on),
            Column(mark("Ended"), lambda row: row.ended_on),
            Column(mark("Why they left"), lambda row: label_of(row.exit_reason.value) if row.exit_reason else None),
            Column(mark("Position"), lambda row: row.position),
        ),
        _apprentices,
    ),
    Table(
        "timeline",
        (
            Column(mark("Position"), lambda row: row.position),
            Column(mark("Day"), lambda row: row.day),
            Column(mark("Event"), lambda row: _(HAPPENED[row.what])),
            Column(mark("Who and why"), detail),
            Column(mark("Recorded"), lambda row: row.recorded_at),
        ),
        _timeline,
    ),
)
