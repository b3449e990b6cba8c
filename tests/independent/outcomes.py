"""What becomes of apprentices, and how both sides assess and certify them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from datetime import date
from fractions import Fraction

from tests.independent.raw import Asked, Fact, Figures, History, Tally

_COMPLETED, _EXITED = "apprenticeships.apprenticeship_completed", "apprenticeships.apprentice_exited"
_STARTED = "apprenticeships.apprenticeship_started"


def completion_rate(history: History, asked: Asked) -> Figures:
    """completed / completed + exited, by the end; who never started is not counted"""
    tally = Tally(asked)
    started = {fact.thing for fact in history.of(_STARTED)}
    for fact in history.of(_COMPLETED, _EXITED):
        if fact.thing in started:
            tally.add(fact.data["base"], fact.on, 100 * (fact.type.startswith(_COMPLETED)), 1, fact.thing)
    return tally.figures()


def early_exit_rate(history: History, asked: Asked) -> Figures:
    """exited before completion / started, by the start"""
    return _of_starters(history, asked, list(history.of(_EXITED)))


def poaching_rate(history: History, asked: Asked) -> Figures:
    """exited as poached / started, by the start"""
    return _of_starters(history, asked, [fact for fact in history.of(_EXITED) if fact.data["reason"] == "poached"])


def _of_starters(history: History, asked: Asked, left: list[Fact]) -> Figures:
    tally, gone = Tally(asked), {fact.thing for fact in left}
    for fact in history.of(_STARTED):
        tally.add(fact.data["base"], fact.on, 100 * (fact.thing in gone), 1, fact.thing)
    return tally.figures()


def _confirmed(history: History, months: int, after: Mapping[str, int] | None = None) -> dict[str, str]:
    """Apprenticeship -> where the person is after so many months, as was found last.

    after: apprenticeship -> the position of the event that it was asked after.
    """
    return {
        fact.thing: fact.data["destination"]
        for fact in history.of("apprenticeships.employment_confirmed")
        if fact.data["months"] == months and (after is None or fact.position > after.get(fact.thing, fact.position))
    }


def sustained_destination_rate(history: History, asked: Asked) -> Figures:
    """positive destination confirmed at 6 months / completed, by the completion; and the returns of academic years"""
    tally, found = Tally(asked), _confirmed(history, 6)
    for fact in history.of(_COMPLETED):
        positive = found.get(fact.thing, "unknown") not in ("neither", "unknown")
        tally.add(fact.data["base"], fact.on, 100 * positive, 1, fact.thing)
    returned: Figures = {}
    for fact in history.of("outcomes.outcome_return_filed", "outcomes.outcome_return_corrected"):
        people, rate = fact.data.get("completions"), fact.data.get("rate")
        counted = people if people is not None and rate is not None else 0
        returned["", fact.data["year"], fact.data["category"]] = (
            Fraction(counted * (rate or 0)),
            Fraction(counted),
            counted,
        )
    return tally.figures() | (returned if asked.per == "year" else {})


def retention_12m(history: History, asked: Asked) -> Figures:
    """still with the training enterprise at 12 months / hired by it, by the hire"""
    trainers = {fact.thing: fact.data["enterprise"] for fact in history.of("apprenticeships.apprentice_enrolled")}
    hires = list(history.of("apprenticeships.offer_accepted"))
    tally, found = Tally(asked), _confirmed(history, 12, {fact.thing: fact.position for fact in hires})
    for fact in hires:
        if fact.data["enterprise"] == trainers[fact.thing]:
            still = found.get(fact.thing) == "training_enterprise"
            tally.add(fact.data["base"], fact.on, 100 * still, 1, fact.thing)
    return tally.figures()


def pool_to_hire_rate(history: History, asked: Asked) -> Figures:
    """hired from the pool / joined the pool, by the joining"""
    tally = Tally(asked)
    hired = {
        (fact.thing, fact.data["pooled"])
        for fact in history.of("apprenticeships.offer_accepted")
        if fact.data.get("pooled")
    }
    for fact in history.of("apprenticeships.talent_pool_joined"):
        joined = (fact.thing, fact.data["on"])
        tally.add(fact.data["base"], fact.on, 100 * (joined in hired), 1, fact.position)
    return tally.figures()


def dual_certification_rate(history: History, asked: Asked) -> Figures:
    """dual certified / completed, by the completion; what was revoked never counted, what expired or was renewed did"""
    void = {fact.thing for fact in history.of("assessment.certificate_revoked")}
    sound: dict[str, list[Fact]] = defaultdict(list)
    for fact in history.of("assessment.certificate_awarded"):
        if fact.thing not in void:
            sound[fact.data["apprenticeship"]].append(fact)
    since: dict[str, date] = {}
    for trained, awards in sound.items():
        # Whoever comes to be certified by both does so on the day of an award.
        for day in sorted(award.on for award in awards):
            valid = {award.data["kind"] for award in awards if award.on <= day <= _last_day(award)}
            if len(valid) == 2:
                since.setdefault(trained, day)
    tally = Tally(asked)
    for fact in history.of(_COMPLETED):
        if fact.on < asked.today:
            dual = since.get(fact.thing, asked.today) < asked.today
            tally.add(fact.data["base"], fact.on, 100 * dual, 1, fact.thing)
    return tally.figures()


def _last_day(award: Fact) -> date:
    expires = award.data.get("expires")
    return date.fromisoformat(expires) if expires else date.max


def assessor_gap(history: History, asked: Asked) -> Figures:
    """|school's total − enterprise's total|, before moderation and appeal / assessments by both, by their beginning"""
    totals: dict[str, dict[str, Fraction]] = defaultdict(dict)
    first: dict[str, Fact] = {}
    last: dict[str, date] = {}
    for fact in history.of("assessment.assessment_recorded", "assessment.assessment_corrected"):
        totals[fact.thing][fact.data["side"]] = Fraction(fact.data["total"])
        if "recorded" in fact.type:
            first.setdefault(fact.thing, fact)
            last[fact.thing] = max(fact.on, last.get(fact.thing, fact.on))
    tally = Tally(asked)
    for thing, given in totals.items():
        if len(given) == 2 and last[thing] < asked.today:
            begun = first[thing]
            gap = abs(given["school"] - given["enterprise"])
            tally.add(begun.data["base"], begun.on, gap, 1, begun.data["apprentice"])
    return tally.figures()
