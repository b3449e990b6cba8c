"""Who was in training and who was guided by whom, day by day."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import date, timedelta
from fractions import Fraction

from tests.independent.raw import Asked, Fact, Figures, History, Tally

_COURSE = tuple(
    f"apprenticeships.{name}"
    for name in (
        "apprentice_enrolled",
        "apprenticeship_started",
        "break_started",
        "break_ended",
        "apprenticeship_completed",
        "apprentice_exited",
        "mentor_assigned",
        "mentor_reassigned",
        "mentor_relieved",
    )
)


def days(since: date, until: date) -> Iterator[date]:
    """From the one until, and without, the other."""
    for number in range((until - since).days):
        yield since + timedelta(days=number)


class Presence:
    """The days of each apprenticeship. A day belongs to what stands at its end: a last day is none."""

    def __init__(self, history: History, today: date) -> None:
        self.bases: dict[str, str] = {}
        self.training: dict[str, set[date]] = defaultdict(set)
        self.guidance: dict[tuple[str, str, str], set[date]] = defaultdict(set)
        """(apprenticeship, kind, mentor) -> days."""
        self._today = today
        self._open: dict[tuple[str, ...], date] = {}
        for fact in history.of(*_COURSE):
            self._hear(fact)
        for what in list(self._open):
            self._end(what, today)

    def _hear(self, fact: Fact) -> None:
        name, thing, on = fact.type.split(".")[1], fact.thing, fact.on
        if name == "apprentice_enrolled":
            self.bases[thing] = fact.data["base"]
        elif name in ("apprenticeship_started", "break_ended"):
            self._open[thing,] = on
        elif name in ("break_started", "apprenticeship_completed", "apprentice_exited"):
            self._end((thing,), on)
        else:
            kind, mentor = fact.data["kind"], fact.data["mentor"]
            if name == "mentor_relieved":
                self._end((thing, kind, mentor), on)
                return
            if name == "mentor_reassigned":
                self._end((thing, kind, fact.data["previous"]), on)
            self._open[thing, kind, mentor] = on

    def _end(self, what: tuple[str, ...], on: date) -> None:
        since = self._open.pop(what, None)
        if since is not None:
            found = days(since, min(on, self._today))
            if len(what) == 1:
                self.training[what[0]].update(found)
            else:
                self.guidance[what[0], what[1], what[2]].update(found)

    def present(self, asked: Asked) -> dict[tuple[str, str], dict[str, date]]:
        """Who was in training: (base, period) -> apprenticeship -> one of the days."""
        found: dict[tuple[str, str], dict[str, date]] = defaultdict(dict)
        for thing, trained in self.training.items():
            for day in trained:
                found[asked.base(self.bases[thing]), asked.period(day)][thing] = day
        return found


def dual_mentor_coverage(history: History, asked: Asked) -> Figures:
    """apprentice-days with both mentors / apprentice-days"""
    seen, tally = Presence(history, asked.today), Tally(asked)
    guided: dict[tuple[str, str], set[date]] = defaultdict(set)
    for (thing, kind, _), found in seen.guidance.items():
        guided[thing, kind] |= found
    for thing, trained in seen.training.items():
        both = guided[thing, "campus_tutor"] & guided[thing, "enterprise_master"]
        for day in trained:
            tally.add(seen.bases[thing], day, 100 * (day in both), 1, thing)
    return tally.figures()


def mentor_load(history: History, asked: Asked) -> Figures:
    """apprentices / active mentors: of each day, added up"""
    seen, tally = Presence(history, asked.today), Tally(asked)
    active = set[tuple[str, str, date]]()
    for (thing, _, mentor), found in seen.guidance.items():
        base = seen.bases[thing]
        for day in found:
            fresh = (asked.base(base), mentor, day) not in active
            active.add((asked.base(base), mentor, day))
            tally.add(base, day, 1, int(fresh), thing)
    return tally.figures()


def practice_qualified_tutors(history: History, asked: Asked) -> Figures:
    """practice-qualified campus tutors, by the end of the period / campus tutors who guide in it"""
    qualified: dict[str, date] = {}
    for fact in history.of("mentoring.mentor_qualified"):
        qualified.setdefault(fact.thing, fact.on if fact.data.get("on") else fact.day)
    seen, tally = Presence(history, asked.today), Tally(asked)
    counted = set[tuple[str, str, str]]()
    for (thing, kind, mentor), found in seen.guidance.items():
        for day in found if kind == "campus_tutor" else ():
            of = (asked.base(seen.bases[thing]), asked.period(day), mentor)
            if of not in counted:
                counted.add(of)
                known = mentor in qualified and qualified[mentor] <= asked.last(day)
                tally.add(seen.bases[thing], day, 100 * known, 1, mentor)
    return tally.figures()


def joint_assessment_coverage(history: History, asked: Asked) -> Figures:
    """apprentices assessed by both sides by the end of the period / apprentices in training in it"""
    sides: dict[str, dict[str, date]] = defaultdict(dict)
    whose: dict[str, str] = {}
    for fact in history.of("assessment.assessment_recorded"):
        sides[fact.thing][fact.data["side"]] = fact.on
        if fact.data.get("apprenticeship"):
            whose[fact.thing] = fact.data["apprenticeship"]
    first: dict[str, date] = {}
    for assessment, by in sides.items():
        if len(by) == 2 and assessment in whose:
            both, thing = max(by.values()), whose[assessment]
            first[thing] = min(both, first.get(thing, both))
    figures = Figures()
    for (base, period), present in Presence(history, asked.today).present(asked).items():
        assessed = [thing for thing, day in present.items() if thing in first and first[thing] <= asked.last(day)]
        figures[base, period, "all"] = (Fraction(100 * len(assessed)), Fraction(len(present)), len(present))
    return figures


def guidance_hours(history: History, asked: Asked) -> Figures:
    """hours given / apprentice-months of 30 days in training, by the side that gave them"""
    seen, figures = Presence(history, asked.today), Figures()
    hours = Tally(asked)
    for fact in history.of("mentoring.guidance_given"):
        base = seen.bases.get(fact.data["apprenticeship"])
        if base is not None and fact.on < asked.today:
            side = {"campus_tutor": "school", "enterprise_master": "enterprise"}[fact.data["kind"]]
            hours.add(base, fact.on, Fraction(fact.data["hours"]), 0, None, side)
    given, trained = hours.figures(), _trained(seen, asked).figures()
    for (base, period, _), (_, present, people) in trained.items():
        for side in ("school", "enterprise"):
            above = given.get((base, period, side), (Fraction(0),))[0]
            figures[base, period, side] = (above, present / 30, people)
    return figures


def reflection_cadence(history: History, asked: Asked) -> Figures:
    """reflections / apprentice-weeks"""
    seen, figures = Presence(history, asked.today), Figures()
    written = Tally(asked)
    for fact in history.of("logbook.reflection_submitted"):
        if fact.on < asked.today:
            written.add(fact.data["base"], fact.on, 1)
    found = written.figures()
    for key, (_, present, people) in _trained(seen, asked).figures().items():
        figures[key] = (found[key][0] if key in found else Fraction(0), present / 7, people)
    return figures


def products_per_apprentice(history: History, asked: Asked) -> Figures:
    """verified products / apprentices in training on at least one day of the period"""
    made, figures = Tally(asked), Figures()
    for fact in history.of("projects.product_verified"):
        if fact.on < asked.today:
            made.add(fact.data["base"], fact.on, 1)
    for key, (products, _, _) in made.figures().items():
        figures[key] = (products, Fraction(0), 0)
    for (base, period), present in Presence(history, asked.today).present(asked).items():
        products = figures.get((base, period, "all"), (Fraction(0),))[0]
        figures[base, period, "all"] = (products, Fraction(len(present)), len(present))
    return figures


def _trained(seen: Presence, asked: Asked) -> Tally:
    tally = Tally(asked)
    for thing, trained in seen.training.items():
        for day in trained:
            tally.add(seen.bases[thing], day, 0, 1, thing)
    return tally
