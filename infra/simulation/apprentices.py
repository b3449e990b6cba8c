"""The lives of apprentices: who is enrolled when, who guides them, when they rest, complete or leave."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from baseplus.apprenticeships.events import Direction, ExitReason, LearnerRole, MentorKind
from baseplus.apprenticeships.learning import AssumeRole, PassModule, RelinquishRole, SelectModule
from baseplus.apprenticeships.model import (
    AssignMentor,
    Complete,
    EndBreak,
    Enrol,
    Exit,
    ReassignMentor,
    RelieveMentor,
    Start,
    StartBreak,
)
from infra.simulation import cast
from infra.simulation.agenda import order
from infra.simulation.world import Base, Life, World

TUTOR, MASTER = MentorKind.CAMPUS_TUTOR, MentorKind.ENTERPRISE_MASTER
_DAY = timedelta(days=1)
_BEFORE = 400  # days before the beginning on which the first cohort was enrolled
_LONG = 455
_DIRECTIONS = {
    ExitReason.POACHED: Direction.WORK,
    ExitReason.TRANSFERRED: Direction.ANOTHER_APPRENTICESHIP,
    ExitReason.CAREER_CHANGE: Direction.STUDY,
    ExitReason.DROPPED_OUT: Direction.UNKNOWN,
    ExitReason.DISMISSED: Direction.NONE,
    ExitReason.OTHER: Direction.ANOTHER_APPRENTICESHIP,
}
_LIKELY = (
    ExitReason.DROPPED_OUT,
    ExitReason.DROPPED_OUT,
    ExitReason.CAREER_CHANGE,
    ExitReason.TRANSFERRED,
    ExitReason.POACHED,
    ExitReason.DISMISSED,
)
MODULES = ("character", "basics", "skills", "mastery")


def born(world: World, base: Base, size: int) -> list[Life]:
    """The apprentices of a base: a cohort that was there before, and one every year."""
    first = world.agenda.first
    enrolments = [first - timedelta(days=_BEFORE), first + timedelta(days=14)]
    while enrolments[-1] + timedelta(days=365) < world.agenda.last:
        enrolments.append(enrolments[-1] + timedelta(days=365))
    return [
        _born(world, base, cohort, number, _saturday(enrolled))
        for cohort, enrolled in enumerate(enrolments)
        for number in range(size)
    ]


def _born(world: World, base: Base, cohort: int, number: int, enrolled: date) -> Life:
    id_ = f"{base.id}-{cohort}{number:02d}"
    chance = world.chance(id_)
    started = enrolled + 16 * _DAY
    long = _LONG + 7 * chance.randrange(13) + (60 if cohort == 0 and number else 0)
    why: ExitReason | None = None
    if number == 1 and cohort == 0:
        long, why = _BEFORE + 98, ExitReason.POACHED
    elif number == 2 and cohort == 0:
        long, why = _BEFORE + 126, ExitReason.DROPPED_OUT
    elif number == 0 and cohort == 0:
        long = _BEFORE + 119
    elif chance.random() > 0.6 + 0.35 * base.care:
        long, why = 60 + chance.randrange(380), chance.choice(_LIKELY)
        if cohort == 0:
            long = max(long, _BEFORE + 7 * chance.randrange(4, 30))
    leaves = _saturday(enrolled + timedelta(days=long))
    care = min(1.0, max(0.1, chance.gauss(0.3 + 0.6 * base.care, 0.15)))
    tutor, master = (of[number % len(of)] for of in (base.tutors, base.masters))
    life = Life(id_, cast.person(chance), base, number, cohort, tutor, master, enrolled, started, leaves, why, care)
    return _rested(world, life) if number % 4 == 3 or chance.random() < 0.08 else life


def _rested(world: World, life: Life) -> Life:
    since = _saturday(max(life.started + 120 * _DAY, world.agenda.first + 28 * _DAY))
    until = since + 28 * _DAY
    if until + 21 * _DAY >= life.leaves:
        return life
    return replace(life, rests=((since, until),))


def live(world: World, life: Life) -> None:
    """Enter what the office knows of an apprenticeship."""
    agenda, chance, id_ = world.agenda, world.chance(life.id, "office"), life.id
    base, on = life.base, life.enrolled
    enrol = Enrol(id_, life.name, base.id, base.firm.id, base.trade.occupation, base.agreement, on)
    agenda.enter(on, order(id_, enrol), order(id_, AssumeRole(LearnerRole.STUDENT, on)))
    agenda.enter(on + _DAY, order(id_, AssignMentor(TUTOR, life.tutor, on + _DAY)))
    agenda.enter(on + _DAY, order(id_, AssignMentor(MASTER, life.master, on + _DAY)))
    agenda.enter(
        life.started, order(id_, Start(life.started)), order(id_, AssumeRole(LearnerRole.APPRENTICE, life.started))
    )
    for since, until in life.rests:
        agenda.enter(since, order(id_, StartBreak(since)))
        agenda.enter(until, order(id_, EndBreak(until)), late=chance.choice((0, 0, 2)))
    _mentors_change(world, life)
    for number, module in enumerate(MODULES):
        selected = life.started + timedelta(days=7 + 70 * number)
        passed = selected + timedelta(days=50)
        if passed < life.leaves:
            agenda.enter(selected, order(id_, SelectModule(base.plan, module, selected)))
            points = min(100, int(55 + 40 * life.care + chance.randrange(10)))
            agenda.enter(passed, order(id_, PassModule(module, passed, points)), late=chance.choice((0, 0, 0, 30)))
    if life.why is None:
        agenda.enter(life.leaves, order(id_, Complete(life.leaves)))
        graduation = life.leaves + 30 * _DAY
        agenda.enter(graduation, order(id_, RelinquishRole(LearnerRole.STUDENT, graduation)))
    else:
        agenda.enter(life.leaves, order(id_, Exit(life.why, _DIRECTIONS[life.why], life.leaves)))


def _mentors_change(world: World, life: Life) -> None:
    """Somebody is relieved over a weekend; the last of a cohort goes over to another tutor."""
    agenda, id_ = world.agenda, life.id
    day = _saturday(max(life.started, agenda.first) + 70 * _DAY)
    if not life.trains_on(day) or not life.trains_on(day + 7 * _DAY):
        return
    if life.number % 5 == 0:
        agenda.enter(day, order(id_, RelieveMentor(MASTER, day)))
        agenda.enter(day + _DAY, order(id_, AssignMentor(MASTER, life.master, day + _DAY)))
    elif life.number % 5 == 3:
        other = next(tutor for tutor in (*life.base.tutors, life.tutor) if tutor != life.tutor)
        agenda.enter(day, order(id_, ReassignMentor(TUTOR, other, day)))
        agenda.enter(day + _DAY, order(id_, ReassignMentor(TUTOR, life.tutor, day + _DAY)))


def _saturday(day: date) -> date:
    return day + timedelta(days=(5 - day.weekday()) % 7)
