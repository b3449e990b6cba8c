"""An agreement between a school and an enterprise, event by event, for the tests to take up where they need it."""

from __future__ import annotations

from datetime import UTC, date, datetime
from functools import reduce

from baseplus.agreements.events import (
    AgreementDrafted,
    AgreementEvent,
    AgreementProposed,
    AgreementSigned,
    AgreementTookEffect,
    ClauseAdded,
    ObligationFulfilled,
    ObligationScheduled,
)
from baseplus.agreements.model import Agreement, agreements
from baseplus.agreements.terms import ByDate, Clause, Every, Evidence, Obligation, Party, PartyKind, Quantity
from baseplus.kernel.scenario import Scenario

SCHOOL = Party("qinglan", PartyKind.SCHOOL, "Qinglan University")
ENTERPRISE = Party("yunchuan", PartyKind.ENTERPRISE, "Yunchuan Drives")
ASSOCIATION = Party("drives-association", PartyKind.ASSOCIATION, "Association of Drive Makers")

STARTS, ENDS = date(2026, 3, 1), date(2027, 2, 28)
GUIDANCE, FOUNDED = "mentoring.guidance_given.v1", "bases.base_founded.v1"

found = Clause("found", "qinglan", "The school founds the base.", Obligation((FOUNDED,), ByDate(date(2026, 3, 31))))
guide = Clause(
    "guide",
    "yunchuan",
    "Yunchuan guides for 16 hours a month.",
    Obligation((GUIDANCE,), Every(1, date(2026, 1, 31)), Quantity("16", "hours")),
)
hire = Clause("hire", "yunchuan", "Yunchuan may offer employment first.")

given = Scenario(agreements)


def at(day: date) -> datetime:
    """Nine in the morning of that day."""
    return datetime(day.year, day.month, day.day, 9, tzinfo=UTC)


def fold(*history: AgreementEvent) -> Agreement:
    """The agreement after these events."""
    return reduce(agreements.evolve, history, Agreement())


def guidance(position: int, hours: str) -> Evidence:
    """An event that shows hours of guidance."""
    return Evidence(GUIDANCE, "mentoring/m-7", position, hours)


drafted = AgreementDrafted("Joint training", (SCHOOL, ENTERPRISE), STARTS, ENDS)
draft = (drafted, ClauseAdded(found), ClauseAdded(guide), ClauseAdded(hire))
DIGEST = fold(*draft).text.digest
PROPOSED = date(2026, 2, 16)
proposed = (*draft, AgreementProposed(DIGEST, PROPOSED))
signed_by_school = (*proposed, AgreementSigned("qinglan", DIGEST))
signed_by_both = (*signed_by_school, AgreementSigned("yunchuan", DIGEST))

founding_owed = ObligationScheduled("found", 1, "qinglan", date(2026, 3, 31), (FOUNDED,))
guidance_owed = ObligationScheduled("guide", 1, "yunchuan", date(2026, 3, 31), (GUIDANCE,), Quantity("16", "hours"))
in_force = (*signed_by_both, AgreementTookEffect(date(2026, 3, 2), DIGEST), founding_owed, guidance_owed)
founded = ObligationFulfilled("found", 1, (Evidence(FOUNDED, "bases/b-1", 9),))
