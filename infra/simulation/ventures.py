"""Projects: talked over, rejected, done, given up; and ventures that pass gates, or do not, and are incubated."""

from __future__ import annotations

from datetime import date, timedelta

from baseplus.kernel.decisions import Command
from baseplus.kernel.vocabulary import Money
from baseplus.projects.parts import Gate, Health, IncubationStage, Member, TeamRole
from baseplus.projects.proposals import Approve, Discuss, Propose, Reject
from baseplus.projects.ventures import Admit, Advance, EndIncubation, FailGate, Graduate, PassGate, SetBudget
from baseplus.projects.work import Abandon, Complete, RegisterProduct, ReportStatus, Staff, VerifyProduct
from infra.simulation.agenda import order
from infra.simulation.world import Base, Life, World

_DAY = timedelta(days=1)
_IDEAS = (
    "A sorter for screws", "A lamp from scrap", "A stand for bicycles", "A gauge for bearings", "A robot that waters",
    "A trainer for welding", "An app for the tool room", "A cart for the hall",
)  # fmt: skip


def venture(world: World, base: Base, lives: list[Life]) -> None:
    """A project every two months; each fourth one is a venture, and each seventh is rejected."""
    day, number = world.agenda.first + timedelta(days=10), 0
    while day + timedelta(days=20) < world.agenda.last:
        team = [life.id for life in lives if life.trains_on(day)][:3]
        if team:
            _Project(world, base, f"{base.id}-p{number}", number, team, day).run()
        day, number = day + timedelta(days=45 if base.care > 0.5 else 70), number + 1


class _Project:
    def __init__(self, world: World, base: Base, id_: str, number: int, team: list[str], day: date) -> None:
        self.world, self.base, self.id, self.number, self.team, self.day = world, base, id_, number, team, day
        self.chance = world.chance(id_)

    def _do(self, after: int, *commands: Command) -> None:
        """Enter commands so many days after what came before."""
        self.day += after * _DAY
        self.world.agenda.enter(self.day, *(order(self.id, command) for command in commands))

    def run(self) -> None:
        """From the proposal on."""
        base, number = self.base, self.number
        title, aim = _IDEAS[number % len(_IDEAS)], "Something that the hall needs and nobody sells."
        proposer = base.tutors[0]
        self._do(0, Propose(title, aim, base.id, proposer, base.firm.id if number % 2 else None, self.day))
        minutes = Discuss((*self.team, proposer), self.team[0], "Everybody wants it; nobody knows the cost.", self.day)
        self._do(0, minutes)
        self.day += 4 * _DAY
        if number % 7 == 2:
            self._do(0, Reject(base.chief, "There is no room for it.", self.day))
            return
        lead, *others = self.team
        members = (Member(lead, TeamRole.LEAD), *(Member(one) for one in others))
        self._do(0, Approve(base.chief, self.day), Staff(members, base.masters[0], self.day))
        if number % 4 in (0, 1):
            self._venture(graduates=number % 4 == 0)
        else:
            self._work()

    def _report(self, name: str, health: Health, progress: int, spent: int | None = None) -> None:
        money = None if spent is None else Money(str(spent), "EUR")
        said = ReportStatus(name, self.team[0], health, progress, "Half of the parts are there.", money, self.day)
        self._do(0, said)

    def _product(self) -> None:
        self._do(0, RegisterProduct("one", _IDEAS[self.number % len(_IDEAS)], tuple(self.team), self.day))
        self.day += 6 * _DAY
        seen = VerifyProduct("one", self.base.moderator, "I saw it run for an hour.", self.day)
        if self.number == 0 or self.chance.random() < 0.4 + 0.6 * self.base.care:
            self._do(0, seen)

    def _work(self) -> None:
        self.day += 20 * _DAY
        good = self.chance.random() < 0.4 + 0.5 * self.base.care
        self._report("one", Health.ON_TRACK if good else Health.AT_RISK, 40)
        self.day += 20 * _DAY
        if not good or self.number == 3:
            self._report("two", Health.BLOCKED, 45)
            self._do(0, Abandon("The parts are no longer made.", self.day))
            return
        self._product()
        self._do(0, Complete("It stands in the hall and is used.", self.day))

    def _gate(self, gate: Gate, *, fails: bool) -> None:
        """Somebody from outside looks; who fails reports what was changed and comes again."""
        self.day += 9 * _DAY
        assessor = self.base.moderator
        if fails:
            self._do(0, FailGate(gate, assessor, "Nobody has asked a buyer.", self.day))
            self.day += 9 * _DAY
            self._report(f"mended-{gate.value}", Health.AT_RISK, 50, 1500)
        self._do(0, PassGate(gate, assessor, "The risk is known, and is borne.", self.day))

    def _venture(self, *, graduates: bool) -> None:
        self._do(0, SetBudget(Money("6000", "EUR"), Money("2000", "EUR"), self.day))
        self._gate(Gate.FEASIBILITY, fails=self.number == 0 or self.chance.random() > self.base.care)
        self._do(0, Admit(self.day))
        self._report("first", Health.ON_TRACK, 30, 900)
        if not graduates:
            self._do(25, EndIncubation("Nobody buys it.", self.day + 25 * _DAY))
            self._do(1, Abandon("Nobody buys it.", self.day + _DAY))
            return
        self._gate(Gate.PROTOTYPE, fails=self.chance.random() > self.base.care)
        self._do(0, Advance(IncubationStage.PROTOTYPE, self.day))
        self._product()
        self._gate(Gate.MARKET, fails=False)
        self._do(0, Advance(IncubationStage.MARKET, self.day))
        self._gate(Gate.INDEPENDENCE, fails=False)
        self._do(0, Graduate(f"{self.base.trade.title} Works", self.day))
        self._do(3, Complete("It is a company now.", self.day + 3 * _DAY))
