"""What apprentices do day by day, and who says so: the class's week, entered on Friday.

In a bad month of a base reflections are copied, an apprentice is there without anything coming of it, one sits in the
classroom alone, and tasks are accepted within seconds; in another the school's tutor does the enterprise's duties.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta

from baseplus.kernel.decisions import Command, Step
from baseplus.kernel.events import Event
from baseplus.logbook.attendance import (
    ClaimAttendance,
    DisputeAttendance,
    MatchOutput,
    MatchToolLog,
    Vouch,
    WithdrawAttendance,
)
from baseplus.logbook.events import SkillSignedOff, TaskAccepted, Work
from baseplus.logbook.reflections import ReviewReflection, SubmitReflection
from baseplus.logbook.skills import Attempt, Demonstrate, SignOff
from baseplus.logbook.tasks import AcceptTask, AssignTask, ReturnTask, SubmitTask
from baseplus.mentoring.events import Channel
from baseplus.mentoring.model import GiveGuidance
from infra.simulation import cast
from infra.simulation.agenda import order
from infra.simulation.world import WEEK, Base, Life, News, World

_DAYS = {Work.JOB: (0, 3), Work.EXERCISE: (1,), Work.CLASSROOM: (4,)}
_STAMPED = time(10, tzinfo=UTC)


def bad_months(world: World, base: Base) -> tuple[frozenset[str], frozenset[str]]:
    """The months in which the base looks like a second classroom, and those in which the school does the enterprise's
    duties. Each has one; who takes less care, more."""
    chance = world.chance(base.id, "months")
    months = [f"{month:%Y-%m}" for month in world.months()]
    if len(months) < 3:
        return frozenset(), frozenset()
    more = [month for month in months[2:] if chance.random() > 0.7 + 0.3 * base.care]
    drifting = [month for month in months[2:] if chance.random() > 0.75 + 0.25 * base.care]
    return frozenset((months[1], *more)), frozenset((months[2], *drifting))


def attend(world: World, base: Base, lives: list[Life]) -> None:
    """Enter the weeks of everybody at a base."""
    bad, drifting = bad_months(world, base)
    for life in lives:
        chance = world.chance(life.id, "class")
        for number, monday in enumerate(life.weeks(world.agenda)):
            month = f"{monday:%Y-%m}"
            week = _Week(life, chance, monday, number, month in bad, month in drifting)
            for day, command in week.told():
                world.agenda.file(day, order(life.id, command))
            _guide(world, life, chance, monday)
    for month in sorted(bad):
        _stamp(world, month, lives)


def remember(world: World) -> None:
    """Keep in mind what apprentices have shown, to assess them by it."""

    def note(_event: Event, news: News) -> None:
        world.shown[news.at.thing].append((news.at.stream, news.at.position))

    world.listen(TaskAccepted, note)
    world.listen(SkillSignedOff, note)


class _Week:
    """A week of an apprentice: day and command, in the order in which they can be entered."""

    def __init__(self, life: Life, chance: random.Random, monday: date, number: int, bad: bool, drift: bool) -> None:
        self.life, self.chance, self.monday, self.number = life, chance, monday, number
        self.idle = bad and life.number % 4 == 1
        self.seated = bad and life.number % 4 == 2
        self.copying = bad and not self.idle
        self.by = life.tutor if drift and life.number % 5 else life.master
        self.output: str | None = None
        self.told_on = {work: tuple(monday + timedelta(days=day) for day in days) for work, days in _DAYS.items()}

    def told(self) -> Iterator[tuple[date, Command]]:
        """What is entered of the week."""
        if not self.idle:
            yield from self._task()
            yield from self._skill()
            yield from self._reflection()
        for work, days in self.told_on.items():
            for day in days:
                yield from self._attendance(Work.CLASSROOM if self.seated else work, day)

    def _task(self) -> Iterator[tuple[date, Command]]:
        """Every other week one is assigned on Monday and submitted on Thursday; not all are good at once."""
        life, chance, task = self.life, self.chance, f"t-{self.number}"
        if self.number % 2:
            return
        thursday, friday = self.monday + timedelta(days=3), self.monday + timedelta(days=4)
        work = Work.JOB if chance.random() < 0.4 + 0.5 * life.base.care else Work.EXERCISE
        yield self.monday, AssignTask(task, chance.choice(cast.TITLES), work, self.by, friday, on=self.monday)
        yield thursday, SubmitTask(task, "It lies on the bench, with the sheet of measurements.", thursday)
        if chance.random() > 0.5 + 0.5 * life.care:
            yield thursday, ReturnTask(task, self.by, "Measure again, and write down every value.", thursday)
            yield friday, SubmitTask(task, "Measured again; the sheet is complete.", friday)
            yield friday, AcceptTask(task, self.by, on=friday)
        else:
            yield friday, AcceptTask(task, self.by, on=friday)
            if work is Work.JOB:
                self.output = task

    def _skill(self) -> Iterator[tuple[date, Command]]:
        """Every fourth week one is shown, tried and signed off; each is another one."""
        life, chance, turn = self.life, self.chance, self.number // 4
        if self.number % 4 != 1:
            return
        skills = life.base.trade.skills
        skill = f"{skills[turn % len(skills)]}-{turn // len(skills) + 1}-{self.monday:%y%m}"
        tuesday, friday = self.monday + timedelta(days=1), self.monday + timedelta(days=4)
        yield self.monday, Demonstrate(skill, self.by, self.monday)
        for _ in range(1 if chance.random() < life.care else 2):
            yield tuesday, Attempt(skill, on=tuesday)
        yield friday, SignOff(skill, self.by, friday)

    def _reflection(self) -> Iterator[tuple[date, Command]]:
        life, chance, name = self.life, self.chance, f"r-{self.number}"
        if self.number % 2 == 0 and not self.copying and chance.random() > life.care:
            return
        thursday, friday = self.monday + timedelta(days=3), self.monday + timedelta(days=4)
        own = (
            f"{chance.choice(cast.LESSONS)}. Week {self.number + 1} of {life.id}, at the {life.base.trade.title} bench."
        )
        yield thursday, SubmitReflection(name, cast.COPIED if self.copying else own, on=thursday)
        if chance.random() < 0.3 + 0.6 * life.base.care:
            yield friday, ReviewReflection(name, life.tutor, "Well seen. What would you do differently?", friday)

    def _attendance(self, work: Work, day: date) -> Iterator[tuple[date, Command]]:
        """Mostly seen by two, sometimes by nobody; now and then disputed, and then sometimes seen anew."""
        life, chance = self.life, self.chance
        if chance.random() > 0.7 + 0.3 * life.care:
            return
        yield day, ClaimAttendance(work, chance.choice(("6", "7", "7.5", "8")), day)
        fate = chance.random()
        if 0.012 <= fate < 0.018:
            yield day, WithdrawAttendance(work, "It was another day.", day)
            return
        on_the_job = work is not Work.CLASSROOM
        sure = 0.5 + 0.5 * life.base.care
        if chance.random() < sure:
            yield day, Vouch(work, life.master if on_the_job else life.tutor, day)
            shown = self.output if work is Work.JOB and day.weekday() == 3 and self.by != life.master else None
            if shown and fate >= 0.018:
                yield day + timedelta(days=1), MatchOutput(work, shown, day)
            elif on_the_job and chance.random() < sure:
                yield day, MatchToolLog(work, f"log-{day:%y%m%d}-{life.number}", day)
            elif chance.random() < sure:
                yield day, Vouch(work, life.tutor if on_the_job else life.master, day)
        if fate < 0.012:
            yield day, DisputeAttendance(work, "Nobody saw them in the hall.", life.master, day)
            if fate < 0.006:
                yield day, Vouch(work, life.master, day)
                yield day, Vouch(work, life.tutor, day)


def _guide(world: World, life: Life, chance: random.Random, monday: date) -> None:
    """Hours of guidance of either side, in alternate weeks."""
    turn = monday.isocalendar().week % 2
    mentor = life.master if turn else life.tutor
    if chance.random() < 0.35 + 0.6 * life.base.care:
        channel = Channel.ONLINE if chance.random() < 0.2 else Channel.OFFLINE
        day = monday + timedelta(days=2)
        hours = chance.choice(("1.5", "2", "2", "3"))
        world.agenda.file(day, order(mentor, GiveGuidance(life.id, hours, channel, day)))


def _stamp(world: World, month: str, lives: list[Life]) -> None:
    """On a Tuesday three are accepted, each within seconds, by somebody who cannot have looked."""
    year, number = map(int, month.split("-"))
    tuesday = date(year, number, 8)
    tuesday += timedelta(days=(1 - tuesday.weekday()) % 7)
    assigned = datetime.combine(tuesday, _STAMPED)
    there = [life for life in lives if life.trains_on(tuesday) and life.trains_on(tuesday + WEEK)][:4]
    for count, life in enumerate(there):
        task = f"stamp-{month}"
        title = AssignTask(task, "Sweep the hall", Work.EXERCISE, life.master, on=tuesday)
        begun = assigned + timedelta(minutes=5 * count)
        world.agenda.at(begun, order(life.id, title))
        world.agenda.at(begun + timedelta(minutes=1), order(life.id, SubmitTask(task, on=tuesday)))
        accepted: Step = order(life.id, AcceptTask(task, life.master, on=tuesday))
        world.agenda.at(begun + timedelta(minutes=1, seconds=20), accepted)
