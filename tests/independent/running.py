"""How a base is run: agreements, posts, resources, services, teachers who are sent, projects, money."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, datetime, timedelta
from fractions import Fraction

from tests.independent.presence import days
from tests.independent.raw import Asked, Fact, Figures, History, Tally


def _agreements(history: History) -> dict[str, str | None]:
    return {fact.thing: fact.data.get("base") for fact in history.of("agreements.agreement_drafted")}


def obligation_on_time_rate(history: History, asked: Asked) -> Figures:
    """fulfilled by due date / fallen due; what happened in time and was recorded late is in time"""
    fell = {
        (fact.thing, fact.data["clause"], fact.data["occurrence"]): date.fromisoformat(fact.data["due"])
        for fact in history.of("agreements.obligation_fell_due")
    }
    in_time = set[tuple[str, str, int]]()
    for fact in history.of("agreements.obligation_fulfilled", "agreements.breach_cured"):
        owed = (fact.thing, fact.data["clause"], fact.data["occurrence"])
        happened = [date.fromisoformat(one["on"]) if one.get("on") else fact.day for one in fact.data["evidence"]]
        if "fulfilled" in fact.type or max(happened) <= fell[owed]:
            in_time.add(owed)
    tally, bases = Tally(asked), _agreements(history)
    for owed, due in fell.items():
        tally.add(bases[owed[0]], due, 100 * (owed in in_time), 1)
    return tally.figures()


def days_to_signature(history: History, asked: Asked) -> Figures:
    """days from proposal to the last signature / agreements signed, by that signature"""
    tally, bases = Tally(asked), _agreements(history)
    proposed: dict[str, date] = {}
    for fact in history.of("agreements.agreement_proposed", "agreements.agreement_took_effect"):
        if "proposed" in fact.type:
            proposed[fact.thing] = fact.day
        else:
            # the last party signs, and the agreement takes effect with it
            tally.add(bases[fact.thing], fact.day, (fact.day - proposed[fact.thing]).days, 1)
    return tally.figures()


def post_vacancy_days(history: History, asked: Asked) -> Figures:
    """days vacant in the period / posts that there were in it"""
    there: dict[tuple[str, str], list[date | None]] = {}
    held: dict[tuple[str, str], list[tuple[str, date, date]]] = defaultdict(list)
    holding: dict[tuple[str, str], tuple[str, date]] = {}

    def free(post: tuple[str, str], on: date) -> None:
        if post in holding:
            person, since = holding.pop(post)
            held[post].append((person, since, on))

    for fact in history.of(
        *(f"bases.{name}" for name in ("post_created", "manager_appointed", "post_handed_over", "post_vacated")),
        "bases.post_abolished",
        "bases.base_closed",
    ):
        name = fact.type.split(".")[1]
        ended = [one for one in there if one[0] == fact.thing and there[one][1] is None]
        posts = ended if name == "base_closed" else [(fact.thing, fact.data["post"])]
        for post in posts:
            if name == "post_created":
                there[post] = [fact.on, None]
                continue
            if name != "base_closed":
                free(post, fact.on)
            if name in ("manager_appointed", "post_handed_over"):
                holding[post] = (fact.data["person"], fact.on)
            if name in ("post_abolished", "base_closed"):
                there[post][1] = fact.on
    for post in list(holding):
        free(post, asked.today)
    return _vacancies(asked, there, held)


def _vacancies(
    asked: Asked,
    there: dict[tuple[str, str], list[date | None]],
    held: dict[tuple[str, str], list[tuple[str, date, date]]],
) -> Figures:
    tally, counted = Tally(asked), set[tuple[tuple[str, str], str]]()
    for post, (since, until) in there.items():
        assert since is not None
        by = {day: person for person, first, last in held[post] for day in days(first, min(last, asked.today))}
        for day in days(since, min(until or asked.today, asked.today)):
            fresh = (post, asked.period(day)) not in counted
            counted.add((post, asked.period(day)))
            tally.add(post[0], day, day not in by, int(fresh), by.get(day))
    return tally.figures()


def resource_utilisation(history: History, asked: Asked) -> Figures:
    """hours used / hours available: a seventh of the weekly hours for each day that a resource is there"""
    tally = Tally(asked)
    gone = {fact.thing: fact.on for fact in history.of("bases.resource_retired")}
    for fact in history.of("bases.resource_contributed"):
        hours = Fraction(fact.data["weekly_hours"], 7)
        # its last day included: it can be used until it goes
        end = gone[fact.thing] + timedelta(days=1) if fact.thing in gone else asked.today
        for day in days(fact.on, min(end, asked.today)):
            tally.add(fact.data["base"], day, 0, hours)
    for fact in history.of("bases.resource_used"):
        since = datetime.fromisoformat(fact.data["since"]).replace(second=0, microsecond=0)
        until = datetime.fromisoformat(fact.data["until"]).astimezone(since.tzinfo).replace(second=0, microsecond=0)
        while since < until:
            midnight = datetime.combine(since.date() + timedelta(days=1), datetime.min.time(), since.tzinfo)
            part = min(midnight, until) - since
            if since.date() < asked.today:
                hours = 100 * Fraction(part // timedelta(minutes=1), 60)
                tally.add(fact.data["base"], since.date(), hours, 0, fact.data["used_by"])
            since = min(midnight, until)
    return {key: found for key, found in tally.figures().items() if found[1]}


def service_on_time_rate(history: History, asked: Asked) -> Figures:
    """delivered in time / requested, by the request and its channel; what was excused in time is not counted"""
    tally = Tally(asked)
    ends: dict[tuple[str, str], Fact] = {
        (fact.thing, fact.data["request"]): fact
        for fact in history.of("services.service_delivered", "services.service_cancelled")
    }
    for fact in history.of("services.service_requested"):
        end, due = ends.get((fact.thing, fact.data["request"])), date.fromisoformat(fact.data["due"])
        in_time = end is not None and end.on <= due
        cancelled = end is not None and "cancelled" in end.type
        if cancelled and in_time and end is not None and end.data["by"] == "requester":
            continue
        tally.add(fact.data["base"], fact.on, 100 * (in_time and not cancelled), 1, category=fact.data["channel"])
    return tally.figures()


def dispatch_delivery_rate(history: History, asked: Asked) -> Figures:
    """delivered hours / scheduled hours, by the day that they were scheduled for; nobody makes up for somebody else"""
    tally = Tally(asked)
    came = {
        (fact.thing, fact.data["dispatch"]): Fraction(fact.data["hours"])
        for fact in history.of("mentoring.teacher_dispatch_delivered")
    }
    for fact in history.of("mentoring.teacher_dispatch_scheduled"):
        scheduled = Fraction(fact.data["hours"])
        taught = min(scheduled, came.get((fact.thing, fact.data["dispatch"]), Fraction(0)))
        tally.add(fact.data["base"], fact.on, 100 * taught, scheduled)
    return tally.figures()


def project_completion_rate(history: History, asked: Asked) -> Figures:
    """completed / approved, by the approval; people are all who ever joined a team"""
    tally = Tally(asked)
    done = {fact.thing for fact in history.of("projects.project_completed")}
    approved = {fact.thing: fact for fact in history.of("projects.project_approved")}
    for thing, fact in approved.items():
        tally.add(fact.data["base"], fact.on, 100 * (thing in done), 1)
    for fact in history.of("projects.project_staffed"):
        for member in fact.data["members"]:
            of = approved[fact.thing]
            tally.add(of.data["base"], of.on, person=(fact.thing, member["person"]))
    return tally.figures()


def incubation_graduation_rate(history: History, asked: Asked) -> Figures:
    """graduated / admitted, by the admission"""
    tally = Tally(asked)
    done = {fact.thing for fact in history.of("projects.incubation_graduated")}
    for fact in history.of("projects.incubation_admitted"):
        tally.add(fact.data["base"], fact.on, 100 * (fact.thing in done), 1)
        for number in range(fact.data["people"]):
            tally.add(fact.data["base"], fact.on, person=(fact.position, number))
    return tally.figures()
