"""One apprentice: where they stand, who guides them, what happened."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import NamedTuple

from flask import g, render_template
from flask.typing import ResponseReturnValue

from baseplus.apprenticeships.events import MentorKind
from baseplus.apprenticeships.model import AssignMentor, ReassignMentor, Start
from baseplus.assessment.assessments import Record, RecordOtherSide
from infra.pages import frame, languages
from infra.pages.agreements.words import Whose, know_organisations
from infra.pages.apprentices.words import HAPPENED, KINDS, badge_of, detail, kind_of, know_apprentices
from infra.pages.assessments.certificates import held
from infra.pages.assessments.words import WIDE, assessed, assessor_of
from infra.pages.charts import Bar, Scale, Tick, percent
from infra.pages.events import Happened
from infra.pages.languages import gettext as _
from infra.pages.names import learn, named
from infra.pages.visit import Visit
from projections.apprenticeships.queries import (
    NamedApprenticeshipRow,
    NamedTimelineRow,
    ShowApprenticeship,
    ShowTimeline,
    one_apprenticeship,
    timeline,
)

_TIMELINE = 12
_AHEAD = timedelta(days=90)  # room to the right of today
_OVER = ("completed", "exited")


class Span(NamedTuple):
    """A line of the chart: what went on, from when to when."""

    what: Whose
    text: str
    bars: Sequence[Bar]
    said: str


class DayTick(NamedTuple):
    """A mark on an axis of days."""

    x: str
    anchor: str
    label: str


def apprentice_page(tenant: str, apprentice: str) -> ResponseReturnValue:  # noqa: ARG001 - the visit has it
    """The record, or the refusal to show it."""
    visit: Visit = g.visit
    g.section = "apprentices"
    source = frame.folded(visit)
    row = visit.ask(one_apprenticeship, ShowApprenticeship(apprenticeship=apprentice))
    know_apprentices([row])
    know_organisations(visit)
    past = visit.every(timeline, ShowTimeline(apprenticeship=apprentice))
    for one in past:
        learn(
            {
                mentor: name
                for mentor, name in ((one.mentor, one.mentor_name), (one.previous, one.previous_name))
                if mentor and name
            }
        )
    scale = _scale(row)
    return render_template(
        "pages/apprentice.html",
        source=source,
        row=row,
        badge=badge_of(row.state),
        mentors=[(kind, kind_of(kind), KINDS[kind][0], *_present(row, kind)) for kind in MentorKind],
        spans=_spans(row, past, scale),
        ticks=_ticks(scale),
        today=scale.at(languages.date_today().toordinal()) if row.state not in _OVER else None,
        assessed=assessed(visit, row.apprentice),
        certificates=held(visit, row.id),
        assessor_of=assessor_of,
        wide=WIDE,
        may_assess=visit.may(Record) and row.state not in ("enrolled", "exited"),
        may_other=visit.may(RecordOtherSide),
        feed=[_told(one) for one in past[:_TIMELINE]],
        all=len(past),
        over=row.state in _OVER,
        may_assign=visit.may(AssignMentor),
        may_reassign=visit.may(ReassignMentor),
        may_start=visit.may(Start) and row.state == "enrolled" and row.tutor and row.master,
    )


def _present(row: NamedApprenticeshipRow, kind: MentorKind) -> tuple[str | None, str | None, date | None]:
    """Who of a kind guides the apprentice now: id, name, since when."""
    if kind is MentorKind.CAMPUS_TUTOR:
        return row.tutor, row.tutor_name, row.tutor_since
    return row.master, row.master_name, row.master_since


def _scale(row: NamedApprenticeshipRow) -> Scale:
    end = row.ended_on or languages.date_today() + _AHEAD
    return Scale(row.enrolled_on.toordinal(), max(end, row.enrolled_on + _AHEAD).toordinal())


def _ticks(scale: Scale) -> list[DayTick]:
    return [DayTick(tick.x, tick.anchor, _month(tick)) for tick in scale.ticks]


def _month(tick: Tick) -> str:
    return languages.month(date.fromordinal(int(tick.value)))


def _spans(row: NamedApprenticeshipRow, past: Sequence[NamedTimelineRow], scale: Scale) -> list[Span]:
    now = row.ended_on or languages.date_today()

    def bar(kind: str, since: date, until: date) -> Bar:
        since, until = min(since, now), min(until, now)
        return Bar(kind, scale.at(since.toordinal()), scale.between(since.toordinal(), until.toordinal()))

    spans = []
    if row.started_on:
        text = _("since %(day)s", day=languages.day(row.started_on))
        what = Whose("", _("In training"))
        spans.append(_span(what, text, [bar("done", row.started_on, now)]))
    for kind in MentorKind:
        mentor, name, since = _present(row, kind)
        former = [one for one in row.former if one.kind is kind]
        bars = [_apart(bar(KINDS[kind][0], one.since, one.until)) for one in former]
        if mentor and since:
            bars.append(bar(KINDS[kind][0], since, now))
        text = name or mentor or _("nobody")
        if former:
            text = languages.joined(
                (text, _("before: %(names)s", names=languages.joined(named(one.mentor) for one in former)))
            )
        spans.append(_span(Whose(KINDS[kind][0], kind_of(kind)), text, bars))
    if breaks := _breaks(past, now):
        text = languages.ngettext("%(num)s break", "%(num)s breaks", len(breaks))
        spans.append(_span(Whose("", _("Breaks")), text, [bar("later", *one) for one in breaks]))
    return spans


def _apart(bar: Bar) -> Bar:
    """A bar with a gap behind it: who took over did so on the same day."""
    return Bar(bar.kind, bar.x, percent(max(float(bar.width[:-1]) - 0.6, 0.5)))


def _span(what: Whose, text: str, bars: Sequence[Bar]) -> Span:
    shown = [Bar(one.kind, one.x, one.width if one.width != "0%" else percent(0.5)) for one in bars]
    return Span(what, text, shown, _("%(what)s: %(told)s", what=what.name, told=text))


def _breaks(past: Sequence[NamedTimelineRow], now: date) -> list[tuple[date, date]]:
    found, began = [], None
    for row in reversed(past):
        if row.what == "break_started":
            began = row.day
        elif began is not None and row.what in ("break_ended", *_OVER):
            found.append((began, row.day))
            began = None
    return [*found, (began, now)] if began else found


def _told(row: NamedTimelineRow) -> Happened:
    side = "" if row.side == "none" else row.side
    return Happened(row.position, _(HAPPENED[row.what]), row.happened_at, languages.day(row.day), detail(row), side)
