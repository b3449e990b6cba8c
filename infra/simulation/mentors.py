"""Mentors: who is qualified, whom everybody wants, and who is sent to teach or to work on the other side."""

from __future__ import annotations

from datetime import date, timedelta

from baseplus.agreements.events import ObligationBreached
from baseplus.apprenticeships.model import ReassignMentor
from baseplus.kernel.decisions import Step
from baseplus.mentoring.dispatch import CompleteSecondment, DeliverDispatch, MissDispatch, ScheduleDispatch
from baseplus.mentoring.events import Channel
from baseplus.mentoring.model import GiveGuidance, Qualify, Register, SetCapacity
from infra.simulation import cast
from infra.simulation.agenda import order
from infra.simulation.apprentices import MASTER, TUTOR
from infra.simulation.world import Base, Life, News, World

_DAY = timedelta(days=1)
LATE_HOURS = "6"


def employ(world: World, base: Base, lives: list[Life]) -> None:
    """Register the mentors of a base before anybody is enrolled, and enter what they do besides guiding."""
    agenda, chance = world.agenda, world.chance(base.id, "mentors")
    before = agenda.first - timedelta(days=600)
    for kind, people, whose in ((TUTOR, base.tutors, world.tenant), (MASTER, base.masters, base.firm.id)):
        for number, person in enumerate(people):
            name = cast.person(chance)
            agenda.enter(before, order(person, Register(person, name, kind, whose, len(lives) + 1)))
            if chance.random() < 0.3 + 0.6 * base.care or number == 0:
                day = agenda.first + timedelta(days=chance.randrange(200))
                agenda.enter(day, order(person, Qualify("Three years in the trade, by the reference of a firm.")))
    _wanted(world, base, lives)
    for tutor in base.tutors:
        _dispatch(world, base, tutor)
    day = agenda.first + timedelta(days=60 + chance.randrange(60))
    month = (day - timedelta(days=28), day - _DAY)
    agenda.enter(day, order(base.tutors[0], CompleteSecondment(base.firm.id, *month, "120", "On the assembly line.")))
    world.listen(ObligationBreached, lambda event, news: _make_up(world, base, lives, event, news))


def wanted(base: Base) -> str:
    """The id of the master whom everybody wants: there is room for one."""
    return f"{base.id}-star"


def _wanted(world: World, base: Base, lives: list[Life]) -> None:
    """Whoever comes second is refused, and the office makes room later."""
    agenda, star = world.agenda, wanted(base)
    agenda.enter(agenda.first, order(star, Register(star, "Vera Stein", MASTER, base.firm.id, 1)))
    day = agenda.first + timedelta(days=(5 - agenda.first.weekday()) % 7 + 28)
    ours = [life for life in lives if life.cohort == 0 and life.trains_on(day + timedelta(days=50))][:2]
    for life in ours:
        ask = order(life.id, ReassignMentor(MASTER, star, day))
        agenda.attempt(day, ask, expects=("mentor_at_capacity",))
    for life in ours[:1]:
        back = day + _DAY
        agenda.enter(back, order(life.id, ReassignMentor(MASTER, life.master, back)))
    agenda.enter(day + timedelta(days=30), order(star, SetCapacity(2)))


def _dispatch(world: World, base: Base, tutor: str) -> None:
    """Once a month; missed at times, and sometimes made up for."""
    agenda, chance = world.agenda, world.chance(tutor, "dispatches")
    for number, month in enumerate(world.months()):
        dispatch, day = f"d-{month:%Y-%m}", month + timedelta(days=9)
        planned = ScheduleDispatch(dispatch, base.id, chance.choice(("4", "6", "8")), day)
        agenda.enter(month, order(tutor, planned))
        if number == 1 or chance.random() > 0.5 + 0.5 * base.care:
            agenda.enter(day + _DAY, order(tutor, MissDispatch(dispatch, "Ill, and nobody stood in.")))
            if chance.random() < 0.4:
                made_up = DeliverDispatch(dispatch, delivered_on=day + timedelta(days=12))
                agenda.enter(day + timedelta(days=12), order(tutor, made_up))
        else:
            agenda.enter(day, order(tutor, DeliverDispatch(dispatch)), late=chance.choice((0, 0, 1, 15)))


def _make_up(world: World, base: Base, lives: list[Life], event: ObligationBreached, news: News) -> None:
    """The enterprise makes up for guidance that it owed, sooner or later; who takes little care sometimes does not."""
    if news.at.thing != base.agreement or event.clause != "guide":
        return
    chance = world.chance(base.id, "make-up", str(event.occurrence))
    if chance.random() > 0.5 + 0.5 * base.care and event.occurrence > 1:
        return
    day = news.day + timedelta(days=chance.randrange(4, 20))
    day -= timedelta(days=max(0, day.weekday() - 4))
    world.agenda.enter(day, lambda: _hours(lives, day))


def _hours(lives: list[Life], day: date) -> list[Step]:
    return [
        order(life.master, GiveGuidance(life.id, LATE_HOURS, Channel.OFFLINE, day))
        for life in lives
        if life.started <= day < life.leaves - _DAY
    ]
