"""Agreements, their clauses and what is owed, as files."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

from infra.pages.agreements.one import Line, lines
from infra.pages.agreements.words import STATES, name_of, whose
from infra.pages.filters import filled
from infra.pages.forms.controls import label_of
from infra.pages.languages import gettext as _
from infra.pages.languages import mark
from infra.pages.tables import Column, Filters, Table
from infra.pages.visit import Visit
from projections.agreements.queries import (
    ListAgreements,
    ListObligations,
    ShowAgreement,
    agreements,
    obligations,
    one_agreement,
)
from projections.agreements.views import AgreementRow, ObligationRow


class _Owed(NamedTuple):
    row: ObligationRow
    agreement: AgreementRow | None


def _agreements(visit: Visit, given: Filters) -> Iterable[AgreementRow]:
    return visit.each(agreements, filled(ListAgreements, given))


def _obligations(visit: Visit, given: Filters) -> Iterable[_Owed]:
    known = {row.id: row for row in visit.every(agreements, ListAgreements())}
    rows = visit.every(obligations, filled(ListObligations, given))
    return [_Owed(row, known.get(row.agreement)) for row in rows]


def _clauses(visit: Visit, given: Filters) -> Iterable[Line]:
    asked = filled(ShowAgreement, given)
    row = visit.ask(one_agreement, asked)
    return lines(visit, row, visit.every(obligations, ListObligations(agreement=asked.agreement)))


def _party(owed: _Owed) -> Any:
    return whose(owed.agreement, owed.row.party).name if owed.agreement else owed.row.party


AGREEMENTS = Table(
    "agreements",
    (
        Column(mark("Agreement"), lambda row: row.id),
        Column(mark("Title"), lambda row: row.title),
        Column(mark("State"), lambda row: _(STATES[row.state][1])),
        Column(mark("Parties"), lambda row: ", ".join(map(name_of, row.parties))),
        Column(mark("Signatures missing"), lambda row: ", ".join(row.missing_signatures)),
        Column(mark("First day"), lambda row: row.starts),
        Column(mark("Last day"), lambda row: row.ended_on or row.ends),
        Column(mark("In force since"), lambda row: row.effective_on),
        Column(mark("Fulfilled"), lambda row: row.obligations_fulfilled),
        Column(mark("Cured"), lambda row: row.obligations_cured),
        Column(mark("Late"), lambda row: row.obligations_late),
        Column(mark("Open"), lambda row: row.obligations_open),
        Column(mark("Position"), lambda row: row.position),
    ),
    _agreements,
)

OBLIGATIONS = Table(
    "obligations",
    (
        Column(mark("Agreement"), lambda owed: owed.row.agreement),
        Column(mark("Clause"), lambda owed: owed.row.clause),
        Column(mark("Occurrence"), lambda owed: owed.row.occurrence),
        Column(mark("Whose duty"), _party),
        Column(mark("Amount"), lambda owed: float(owed.row.amount)),
        Column(mark("Unit"), lambda owed: owed.row.unit),
        Column(mark("Due by"), lambda owed: owed.row.due),
        Column(mark("State"), lambda owed: label_of(owed.row.state)),
        Column(mark("Evidence"), lambda owed: " ".join(f"#{one.position}" for one in owed.row.evidence)),
        Column(mark("Position"), lambda owed: owed.row.position),
    ),
    _obligations,
)

CLAUSES = Table(
    "clauses",
    (
        Column(mark("Clause"), lambda line: line.clause.id),
        Column(mark("What is promised"), lambda line: line.text),
        Column(mark("What fulfils it"), lambda line: line.promise),
        Column(mark("Whose duty"), lambda line: line.whose.name),
        Column(mark("State"), lambda line: line.badge.text),
        Column(mark("Evidence"), lambda line: " ".join(f"#{position}" for position in line.evidence or ())),
    ),
    _clauses,
)

TABLES = (AGREEMENTS, OBLIGATIONS, CLAUSES)
