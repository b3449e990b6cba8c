"""Today: what needs a person, how each agreement is kept, and what happens at this moment."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import NamedTuple

from flask import g, render_template, request
from flask.typing import ResponseReturnValue

from baseplus.agreements.drafting import Draft
from baseplus.apprenticeships.events import MentorKind
from infra.pages import events, frame, languages
from infra.pages.agreements.words import name_of
from infra.pages.apprentices.words import know_apprentices
from infra.pages.charts import Bar, scale_from_zero, stacked
from infra.pages.languages import gettext as _
from infra.pages.languages import joined, mark
from infra.pages.mentors import loads
from infra.pages.names import learn
from infra.pages.needs import KEPT, STATES, Need, Owed, needs_of_agreements, needs_of_assessments, needs_of_people, owed
from infra.pages.tables import Column, Filters, Table
from infra.pages.visit import Visit
from projections.agreements.views import AgreementRow
from projections.apprenticeships.queries import ListApprenticeships, NamedApprenticeshipRow, apprenticeships
from projections.history.queries import ListEvents
from projections.history.queries import events as history
from projections.mentors.queries import ListMentors, mentors
from projections.mentors.views import MentorRow

_FEED = 7
_MONTH = timedelta(days=30)


class Kept(NamedTuple):
    """How one agreement is kept. on_time: percent of what fell due; None where nothing has."""

    row: AgreementRow
    partner: str
    fulfilled: int
    late: int
    soon: int
    later: int
    on_time: int | None
    bars: Sequence[Bar]
    said: str


def today(tenant: str) -> ResponseReturnValue:  # noqa: ARG001 - the visit has it
    """The first page of a day."""
    visit: Visit = g.visit
    source, day = frame.folded(visit), languages.date_today()
    found = owed(visit)
    people = _people(visit)
    needs = all_needs(visit, found, people, day)
    ticks, guides = loads(
        sorted(people.guides, key=lambda row: (row.kind == MentorKind.CAMPUS_TUTOR, row.capacity - row.load, row.name))
    )
    state = request.args.get("state", "")
    feed = events.lately(visit, ListEvents(limit=_FEED)) if visit.may(history) else None
    return render_template(
        "pages/today.html",
        source=source,
        today=day,
        tally=[(name, _(text), sum(need.state == name for need in needs)) for name, text in STATES.items()],
        state=state,
        states=STATES,
        needs=[need for need in needs if state in ("", need.state)],
        all=len(needs),
        kept=list(kept(found, day)),
        percent=scale_from_zero(100).ticks,
        in_force=sum(row.state == "in_force" for row in found.agreements.values()),
        trained=sum(row.state in ("in_training", "on_break") for row in people.trained),
        guides=guides,
        ticks=ticks,
        feed=feed,
        may_draft=visit.may(Draft),
    )


class People(NamedTuple):
    """Whom the reader may see."""

    trained: list[NamedApprenticeshipRow]
    guides: list[MentorRow]


def _people(visit: Visit) -> People:
    """They; from here on events name them."""
    trained = visit.every(apprenticeships, ListApprenticeships()) if visit.may(apprenticeships) else []
    guides = visit.every(mentors, ListMentors()) if visit.may(mentors) else []
    know_apprentices(trained)
    learn({row.id: row.name for row in guides})
    return People(trained, guides)


def all_needs(visit: Visit, found: Owed, people: People, day: date) -> list[Need]:
    """Everything that needs somebody: late first, then by day."""
    order = list(STATES)
    needs = [*needs_of_agreements(visit, found, day), *needs_of_people(visit, *people)]
    needs += needs_of_assessments(visit, people.trained)
    return sorted(needs, key=lambda need: (order.index(need.state), need.by or date.max, need.what))


def kept(found: Owed, day: date) -> Iterable[Kept]:
    """The agreements in force, each with what became of what is owed."""
    lates = Counter(one.agreement for one in found.late)
    soons = Counter(one.agreement for one in found.open if one.due <= day + _MONTH)
    laters = Counter(one.agreement for one in found.open if one.due > day + _MONTH)
    for row in found.agreements.values():
        if row.state not in KEPT:
            continue
        late, soon, later = lates[row.id], soons[row.id], laters[row.id]
        met = row.obligations_fulfilled + row.obligations_cured
        fallen = met + late
        said = _(
            "%(agreement)s: %(fulfilled)s fulfilled, %(late)s late, %(soon)s due soon, %(later)s later",
            agreement=row.title,
            fulfilled=met,
            late=late,
            soon=soon,
            later=later,
        )
        yield Kept(
            row,
            joined(name_of(party) for party in row.parties if party.kind != "school"),
            met,
            late,
            soon,
            later,
            round(100 * row.obligations_fulfilled / fallen) if fallen else None,
            stacked([("done", met), ("alarm", late), ("todo", soon), ("later", later)]),
            said,
        )


def _needs(visit: Visit, given: Filters) -> Iterable[Need]:
    state = given.get("state", "")
    needs = all_needs(visit, owed(visit), _people(visit), languages.date_today())
    return [need for need in needs if state in ("", need.state)]


def _kept(visit: Visit, _given: Filters) -> Iterable[Kept]:
    return kept(owed(visit), languages.date_today())


TABLES = (
    Table(
        "needs",
        (
            Column(mark("State"), lambda need: _(STATES[need.state])),
            Column(mark("What"), lambda need: need.what),
            Column(mark("Why it is here"), lambda need: need.why),
            Column(mark("Whose duty"), lambda need: need.whose.name),
            Column(mark("Due by"), lambda need: need.by),
        ),
        _needs,
    ),
    Table(
        "kept",
        (
            Column(mark("Agreement"), lambda one: one.row.id),
            Column(mark("Title"), lambda one: one.row.title),
            Column(mark("With"), lambda one: one.partner),
            Column(mark("Fulfilled"), lambda one: one.fulfilled),
            Column(mark("Late"), lambda one: one.late),
            Column(mark("Due soon"), lambda one: one.soon),
            Column(mark("Later"), lambda one: one.later),
            Column(mark("On time, percent"), lambda one: one.on_time),
        ),
        _kept,
    ),
)
