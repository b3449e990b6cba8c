"""What needs a person: what is late, at risk, due, or waits for a signature."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from baseplus.apprenticeships.events import MentorKind
from baseplus.apprenticeships.model import AssignMentor
from baseplus.mentoring.model import SetCapacity
from infra.pages import frame, languages
from infra.pages.agreements.one import own_to_sign
from infra.pages.agreements.words import Whose, doing, know_parties, number_of, summary, whose
from infra.pages.apprentices.words import KINDS, kind_of
from infra.pages.assessments.words import WIDE, both_sides
from infra.pages.languages import gettext as _
from infra.pages.languages import mark
from infra.pages.names import named
from infra.pages.visit import Visit
from projections.agreements.queries import ListAgreements, ListObligations, agreements, obligations
from projections.agreements.views import AgreementRow, ObligationRow
from projections.apprenticeships.queries import NamedApprenticeshipRow
from projections.assessments.queries import ListAssessments, assessments
from projections.mentors.views import MentorRow

State = Literal["late", "risk", "due", "waits"]

STATES: Mapping[State, str] = {
    "late": mark("Late"),
    "risk": mark("At risk"),
    "due": mark("Due"),
    "waits": mark("To sign"),
}
KEPT = ("in_force", "suspended")
"""States of an agreement under which something can be kept. What was breached before its end stays so."""
SOON = timedelta(days=7)
"""What is due so soon needs somebody."""


@dataclass(frozen=True)
class Need:
    """Something for a person. by: the day; where it has none, `said` stands there. verb: what to do, at `url`."""

    state: State
    what: str
    why: str
    whose: Whose
    by: date | None
    said: str
    verb: str
    url: str

    @property
    def badge(self) -> str:
        """The class of its badge."""
        return "" if self.state == "waits" else self.state


@dataclass(frozen=True)
class Owed:
    """The agreements, and what is owed under them, as a page needs them."""

    agreements: Mapping[str, AgreementRow]
    late: Sequence[ObligationRow]
    open: Sequence[ObligationRow]


def owed(visit: Visit) -> Owed:
    """All of them that the reader may see; from here on events name parties by their names. Raises Forbidden."""
    known = {row.id: row for row in visit.every(agreements, ListAgreements())}
    know_parties(known.values())
    late = visit.every(obligations, ListObligations(state="breached"))
    return Owed(known, late, visit.every(obligations, ListObligations(state="open")))


def needs_of_agreements(visit: Visit, found: Owed, today: date) -> Iterator[Need]:
    """What is late and can still be made good, what is due soon, what waits for the reader's own signature."""
    for row in found.late:
        if found.agreements[row.agreement].state in KEPT:
            yield _obligation(visit, found, row, "late", today)
    for row in found.open:
        if row.due <= today + SOON and found.agreements[row.agreement].state == "in_force":
            yield _obligation(visit, found, row, "due", today)
    for agreement in found.agreements.values():
        for party in own_to_sign(visit, agreement)[:1]:
            yield _signature(visit, agreement, party)


def needs_of_people(
    visit: Visit, trained: Sequence[NamedApprenticeshipRow], guides: Sequence[MentorRow]
) -> Iterator[Need]:
    """Who is trained, or waits to be, without a mentor; who can take nobody on."""
    for row in trained:
        if row.state not in ("enrolled", "in_training"):
            continue
        for kind, present in ((MentorKind.CAMPUS_TUTOR, row.tutor), (MentorKind.ENTERPRISE_MASTER, row.master)):
            if present is None:
                yield _without(visit, row, kind)
    for mentor in guides:
        if mentor.load >= mentor.capacity and (visit.may(SetCapacity) or visit.may(AssignMentor)):
            yield _full(visit, mentor)


def needs_of_assessments(visit: Visit, trained: Sequence[NamedApprenticeshipRow]) -> Iterator[Need]:
    """Whom the two sides see very differently."""
    if not visit.may(assessments):
        return
    by_person = {row.apprentice: row for row in trained}
    for one in both_sides(visit, visit.every(assessments, ListAssessments())):
        side = one.school or one.work
        if side is None or one.gap is None or one.gap < WIDE or side.apprentice not in by_person:
            continue
        if any(row and row.state in ("moderated", "decided") for row in (one.school, one.work)):
            continue
        row = by_person[side.apprentice]
        yield Need(
            "risk",
            _(
                "Assessments of %(name)s are %(points)s points apart",
                name=row.name,
                points=languages.number(float(one.gap)),
            ),
            one.title,
            Whose("both", _("Both sides")),
            None,
            _("since %(day)s", day=languages.short_day(max(one.assessed_on for one in (one.school, one.work) if one))),
            _("Open it"),
            frame.page_url("apprentice", visit, apprentice=row.id, _anchor="assessed"),
        )


def _without(visit: Visit, row: NamedApprenticeshipRow, kind: MentorKind) -> Need:
    may = visit.may(AssignMentor)
    page = "assign_mentor" if may else "apprentice"
    more = {"kind": kind.value} if may else {}
    training = row.state == "in_training"
    return Need(
        "risk" if training else "due",
        _("No %(kind)s for %(name)s", kind=kind_of(kind).lower(), name=row.name),
        _("In training since %(day)s", day=languages.short_day(row.since))
        if training
        else _("Enrolled; training starts with one mentor of each kind"),
        Whose(KINDS[kind][0], named(row.enterprise) if kind is MentorKind.ENTERPRISE_MASTER else _("School")),
        None,
        _("since %(day)s", day=languages.short_day(row.since)),
        _("Assign") if may else _("Open it"),
        frame.page_url(page, visit, apprentice=row.id, **more),
    )


def _full(visit: Visit, row: MentorRow) -> Need:
    return Need(
        "risk",
        _("%(name)s is at capacity", name=row.name),
        _("Guides %(load)s of %(capacity)s apprentices", load=row.load, capacity=row.capacity),
        Whose(KINDS[row.kind][0], kind_of(row.kind)),
        None,
        "",
        _("Open it"),
        frame.page_url("mentors", visit, with_room="false"),
    )


def _obligation(visit: Visit, found: Owed, row: ObligationRow, state: State, today: date) -> Need:
    agreement = found.agreements[row.agreement]
    clause = next((clause for clause in agreement.clauses if clause.id == row.clause), None)
    place = _(
        "Clause %(clause)s of “%(agreement)s”", clause=number_of(agreement, row.clause), agreement=agreement.title
    )
    return Need(
        state,
        summary(clause) if clause else row.clause,
        _("%(what)s: %(told)s", what=place, told=doing(clause.obligation)) if clause and clause.obligation else place,
        whose(agreement, row.party),
        row.due,
        languages.apart(row.due, today),
        _("Open it"),
        frame.page_url("agreement", visit, agreement=row.agreement, _anchor=f"c-{row.clause}"),
    )


def _signature(visit: Visit, row: AgreementRow, party: str) -> Need:
    return Need(
        "waits",
        _("Sign %(title)s", title=row.title),
        _(
            "%(signed)s of %(all)s parties have signed the text",
            signed=len(row.parties) - len(row.missing_signatures),
            all=len(row.parties),
        ),
        whose(row, party),
        None,
        _("proposed %(day)s", day=languages.short_day(row.proposed_at)) if row.proposed_at else "",
        _("Sign"),
        frame.page_url("sign_agreement", visit, agreement=row.id),
    )
