"""What stands in logbooks, and what training costs and brings."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

from tests.independent.raw import Asked, Fact, Figures, History, Tally


@dataclass
class Claim:
    """An attendance that was claimed. standing: who stands behind its witnesses; nobody, for a tool, is one of them."""

    fact: Fact
    standing: set[str | None] = field(default_factory=set)

    @property
    def counts(self) -> bool:
        """Whether two independent witnesses agree."""
        return len(self.standing) >= 2


def _attendance(history: History) -> list[Claim]:
    claims: dict[tuple[str, str, str], Claim] = {}
    names = ("claimed", "corroborated", "disputed", "withdrawn")
    for fact in history.of(*(f"logbook.attendance_{name}" for name in names)):
        of = (fact.thing, fact.data["on"], fact.data["work"])
        if "claimed" in fact.type:
            claims[of] = Claim(fact)
        elif "withdrawn" in fact.type:
            claims.pop(of, None)
        elif "disputed" in fact.type:
            claims[of].standing.clear()
        else:
            claims[of].standing.add(fact.data.get("behind"))
    return list(claims.values())


def corroborated_attendance_rate(history: History, asked: Asked) -> Figures:
    """corroborated / claimed, by the day that is claimed"""
    tally = Tally(asked, fullest=True)
    for claim in _attendance(history):
        fact = claim.fact
        tally.add(fact.data["base"], fact.on, 100 * claim.counts, 1, fact.thing)
    return tally.figures()


def real_work_share(history: History, asked: Asked) -> Figures:
    """hours on job tasks / all learning hours, of attendance that counts"""
    tally = Tally(asked, fullest=True)
    for claim in _attendance(history):
        fact, hours = claim.fact, Fraction(claim.fact.data["hours"])
        if claim.counts:
            job = fact.data["work"] == "job"
            tally.add(fact.data["base"], fact.on, 100 * hours if job else 0, hours, fact.thing)
    return tally.figures()


def feedback_lag_days(history: History, asked: Asked) -> Figures:
    """days submission → review / reviewed, by the review"""
    tally = Tally(asked, fullest=True)
    submitted = {(fact.thing, fact.data["reflection"]): fact.on for fact in history.of("logbook.reflection_submitted")}
    for fact in history.of("logbook.reflection_reviewed"):
        lag = fact.on - submitted[fact.thing, fact.data["reflection"]]
        tally.add(fact.data["base"], fact.on, lag.days, 1, fact.thing)
    return tally.figures()


def task_first_pass_rate(history: History, asked: Asked) -> Figures:
    """accepted at first submission / accepted, by the acceptance"""
    tally = Tally(asked, fullest=True)
    returned = {(fact.thing, fact.data["task"]) for fact in history.of("logbook.task_returned")}
    for fact in history.of("logbook.task_accepted"):
        first = (fact.thing, fact.data["task"]) not in returned
        tally.add(fact.data["base"], fact.on, 100 * first, 1, fact.thing)
    return tally.figures()


def enterprise_duty_share(history: History, asked: Asked) -> Figures:
    """shown skills, sign-offs and job tasks by enterprise masters / by masters and campus tutors"""
    kinds = {fact.data["mentor"]: fact.data["kind"] for fact in history.of("logbook.mentor_entered")}
    kinds |= {fact.thing: fact.data["kind"] for fact in history.of("mentoring.mentor_registered")}
    bases = {fact.thing: fact.data["base"] for fact in history.of("logbook.logbook_opened")}
    bases |= {fact.thing: fact.data["base"] for fact in history.of("apprenticeships.apprentice_enrolled")}
    tally = Tally(asked)
    for fact in history.of("logbook.skill_demonstrated", "logbook.skill_signed_off", "logbook.task_assigned"):
        if fact.data.get("work", "job") == "job" and fact.on < asked.today and fact.thing in bases:
            by_master = kinds[fact.data["mentor"]] == "enterprise_master"
            tally.add(bases[fact.thing], fact.on, 100 * by_master, 1, fact.thing)
    return tally.figures()


@dataclass
class Entry:
    """A cost or an output as it stands, in hundredths. borne: by the enterprise."""

    fact: Fact
    amount: Fraction
    borne: Fraction
    currency: str


def _entries(history: History, kind: str) -> list[Entry]:
    found: dict[tuple[str, str], Entry] = {}
    names = {"cost": ("incurred", "corrected", "apportioned"), "output": ("valued", "corrected")}[kind]
    for fact in history.of(*(f"investment.{kind}_{name}" for name in names)):
        amount = fact.data["amount"]
        borne = sum(Decimal(part["amount"]) for part in fact.data.get("borne", ()) if part["bearer"] == "enterprise")
        first = found.get((fact.thing, fact.data[kind]))
        entry = Entry(first.fact if first else fact, _cents(amount["amount"]), _cents(borne), amount["currency"])
        found[fact.thing, fact.data[kind]] = entry
    return list(found.values())


def _cents(amount: str | Decimal | int) -> Fraction:
    """Rounded to hundredths, each entry by itself."""
    return Fraction(Decimal(amount).quantize(Decimal("0.01"), ROUND_HALF_UP))


def enterprise_cost_share(history: History, asked: Asked) -> Figures:
    """cost borne by enterprise / all cost, by the day of the cost and its currency"""
    tally = Tally(asked, fullest=True)
    for entry in _entries(history, "cost"):
        fact = entry.fact
        tally.add(fact.data["base"], fact.on, 100 * entry.borne, entry.amount, fact.thing, entry.currency)
    return tally.figures()


def return_on_training(history: History, asked: Asked) -> Figures:
    """value of output / cost, by the day of the entry and its currency"""
    tally = Tally(asked, fullest=True)
    for entry in _entries(history, "cost"):
        fact = entry.fact
        tally.add(fact.data["base"], fact.on, 0, entry.amount, fact.thing, entry.currency)
    for entry in _entries(history, "output"):
        tally.add(entry.fact.data["base"], entry.fact.on, entry.amount, category=entry.currency)
    return tally.figures()
