"""One agreement: what was promised, who has signed, what came of it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from babel import dates
from flask import g, render_template
from flask.typing import ResponseReturnValue

from baseplus.agreements.drafting import AddClause, Propose, Sign
from baseplus.agreements.terms import Clause, PartyKind
from infra.pages import events, frame, languages
from infra.pages.agreements.words import (
    Badge,
    Whose,
    badge_of,
    badge_of_owed,
    know_parties,
    name_of,
    number_of,
    promise,
    side_of,
    summary,
    whose,
)
from infra.pages.charts import Mark, in_month, twelve_months
from infra.pages.languages import gettext as _
from infra.pages.visit import Visit
from projections.agreements.queries import ListObligations, ShowAgreement, obligations, one_agreement
from projections.agreements.views import AgreementRow, ObligationRow
from projections.history.queries import ListEvents
from projections.history.queries import events as history

_TIMELINE = 12
_MARKS = {"fulfilled": "done", "breached": "alarm", "cured": "cured", "open": "todo"}


class Line(NamedTuple):
    """A clause in the table. evidence: positions, the latest first; None: how it stands is not the reader's to know."""

    clause: Clause
    whose: Whose
    text: str
    promise: str
    badge: Badge
    evidence: Sequence[int] | None


class Month(NamedTuple):
    """A month on an axis."""

    x: str
    label: str


class Course(NamedTuple):
    """How a clause was kept, month by month."""

    text: str
    whose: Whose
    marks: Sequence[Mark]
    said: str
    counts: dict[str, int]


def agreement_page(tenant: str, agreement: str) -> ResponseReturnValue:  # noqa: ARG001 - the visit has it
    """The agreement, or the refusal to show it."""
    visit: Visit = g.visit
    g.section = "agreements"
    source = frame.folded(visit)
    row = visit.ask(one_agreement, ShowAgreement(agreement=agreement))
    owed = visit.every(obligations, ListObligations(agreement=agreement))
    know_parties([row])
    today = languages.date_today()
    months = twelve_months(max([today, *(one.due for one in owed if one.state == "open")]))
    timeline = None
    if visit.may(history):
        asked = ListEvents(stream=f"agreements/{agreement}", limit=_TIMELINE)
        calls = {"clause": {clause.id: number_of(row, clause.id) for clause in row.clauses}}
        timeline = events.lately(visit, asked, whose_page=agreement, calls=calls)
    return render_template(
        "pages/agreement.html",
        source=source,
        row=row,
        badge=badge_of(row.state),
        lines=lines(visit, row, owed),
        months=[Month(in_month(months, month) or "", _initial(month)) for month in months],
        span=f"{_month(months[0])} – {_month(months[-1])}",
        courses=_courses(row, owed, months),
        late=[(one, whose(row, one.party), number_of(row, one.clause)) for one in owed if one.state == "breached"],
        parties=[(side_of(party), name_of(party), party) for party in row.parties],
        waiting=[name_of(party) for party in row.parties if party.id in row.missing_signatures],
        timeline=timeline,
        may_sign=may_sign(visit, row),
        own_to_sign=own_to_sign(visit, row),
        may_add=visit.may(AddClause),
        may_propose=visit.may(Propose),
    )


def may_sign(visit: Visit, row: AgreementRow) -> list[str]:
    """The parties for which the reader may sign what is on the table."""
    if row.state != "proposed" or not visit.may(Sign):
        return []
    own = visit.grant(Sign).own
    return [party for party in row.missing_signatures if own is None or party == visit.caller.own]


def own_to_sign(visit: Visit, row: AgreementRow) -> list[str]:
    """Of the parties for which the reader may sign, those that they speak for: the one that they are; on the staff, the
    school. What another party signed may be recorded for it, but is not asked of the reader."""
    parties = may_sign(visit, row)
    if not parties or visit.grant(Sign).own is not None:
        return parties
    schools = [party.id for party in row.parties if party.kind is PartyKind.SCHOOL]
    ours = [visit.tenant] if visit.tenant in schools else schools
    return [party for party in parties if party in ours]


def lines(visit: Visit, row: AgreementRow, owed: Sequence[ObligationRow]) -> list[Line]:
    """The clauses, each with how it stands and what shows it, as far as the reader is told what is owed."""
    own = visit.grant(obligations).own
    return [
        Line(
            clause,
            whose(row, clause.party),
            clause.text,
            promise(clause),
            *(
                (Badge("", _("The other side's to follow")), None)
                if own and clause.obligation and clause.party != visit.caller.own
                else _standing(clause, _of(clause, owed))
            ),
        )
        for clause in row.clauses
    ]


def _of(clause: Clause, owed: Sequence[ObligationRow]) -> list[ObligationRow]:
    return [one for one in owed if one.clause == clause.id]


def _standing(clause: Clause, owed: Sequence[ObligationRow]) -> tuple[Badge, Sequence[int]]:
    """How a clause stands: what is late first, then what is open, then what was last."""
    evidence = sorted({one.position for row in owed for one in row.evidence}, reverse=True)[:2]
    if clause.obligation is None:
        return Badge("", _("Right")), evidence
    worst = min(
        owed, key=lambda one: (one.state != "breached", one.state != "open", -one.due.toordinal()), default=None
    )
    return (badge_of_owed(worst) if worst else Badge("", _("Not yet due"))), evidence


def _courses(row: AgreementRow, owed: Sequence[ObligationRow], months: Sequence[date]) -> list[Course]:
    courses = []
    for clause in row.clauses:
        of_clause = [one for one in _of(clause, owed) if one.state in _MARKS]
        if not of_clause:
            continue
        counts = {state: sum(one.state == state for one in of_clause) for state in _MARKS}
        text = summary(clause, 60)
        said = _(
            "%(what)s: %(fulfilled)s on time, %(cured)s cured, %(breached)s breached, %(open)s open",
            what=text,
            **counts,
        )
        marks = [Mark(_MARKS[one.state], x) for one in of_clause if (x := in_month(months, one.due))]
        courses.append(Course(text, whose(row, clause.party), marks, said, counts))
    return courses


def _initial(month: date) -> str:
    return dates.format_date(month, "LLLLL", locale=languages.chosen().locale)


def _month(month: date) -> str:
    return dates.format_skeleton("yMMM", month, locale=languages.chosen().locale)
