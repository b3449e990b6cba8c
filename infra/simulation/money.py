"""What training costs and brings back, month by month, and what is lost with those who are poached."""

from __future__ import annotations

from datetime import date, timedelta

from baseplus.investment.entries import AgreeShare, CorrectCost, CorrectOutput, IncurCost, ValueOutput
from baseplus.investment.events import PoachingDeclared
from baseplus.investment.poaching import AgreeCompensation, SettleCompensation
from baseplus.investment.returns import IssueStatement
from baseplus.investment.terms import Bearer, CostKind, Share
from baseplus.kernel.decisions import Command
from baseplus.kernel.vocabulary import Money
from infra.simulation.agenda import order
from infra.simulation.world import Life, News, World

_EURO = "EUR"


def _enter(world: World, life: Life, day: date, *commands: Command, late: int = 0) -> None:
    world.agenda.enter(day, *(order(life.id, command) for command in commands), late=late)


def spend(world: World, life: Life) -> None:
    """Enter the account of an apprenticeship."""
    chance, firm = world.chance(life.id, "money"), life.base.firm.id
    months = [month for month in world.months() if life.started < month <= life.leaves + timedelta(days=20)]
    for number, month in enumerate(months):
        day = month - timedelta(days=1)
        wage = Money(str(850 + 40 * number + chance.randrange(60)), _EURO)
        _enter(world, life, month, IncurCost(f"wage-{day:%Y-%m}", CostKind.WAGE, wage, on=day, enterprise=firm))
        if number % 2 == 0:
            hours = Money(f"{chance.randrange(180, 420)}.50", _EURO)
            kind, payer = chance.choice(
                ((CostKind.SUPERVISION, Bearer.ENTERPRISE), (CostKind.TRAINING_FEE, Bearer.SCHOOL))
            )
            _enter(world, life, month, IncurCost(f"more-{day:%Y-%m}", kind, hours, payer, day))
        worth = Money(str(int((300 + 55 * number) * (0.5 + life.care)) + chance.randrange(80)), _EURO)
        late = chance.choice((0, 0, 0, 75))
        _enter(world, life, month, ValueOutput(f"work-{day:%Y-%m}", worth, day, firm), late=late)
        if number == 2:
            self_borne = (Share(Bearer.ENTERPRISE, 70), Share(Bearer.SCHOOL, 20), Share(Bearer.PUBLIC, 10))
            since = month - timedelta(days=40)
            _enter(world, life, month, AgreeShare((CostKind.WAGE, CostKind.SUPERVISION), self_borne, since))
        if number == 3 and (life.first or chance.random() < 0.3):
            name, wrong = f"wage-{day:%Y-%m}", Money(str(wage.value - 25), _EURO)
            _enter(world, life, month, CorrectCost(name, wrong, "Two days were counted twice."), late=5)
            name, better = f"work-{day:%Y-%m}", Money(str(worth.value + 60), _EURO)
            _enter(world, life, month, CorrectOutput(name, better, "A second piece was sold."), late=80)
    if len(months) > 2:
        day = min(life.leaves, world.agenda.last) - timedelta(days=1)
        hiring, gain = Money("9500", _EURO), Money(str(120 + chance.randrange(200)), _EURO)
        _enter(world, life, day, IssueStatement(hiring, gain))


def price(world: World) -> None:
    """Once a poaching is declared, whoever hired the apprentice pays, mostly in two parts."""
    by_id = {life.id: life for life in world.lives}
    world.listen(PoachingDeclared, lambda event, news: _paid(world, by_id[news.at.thing], event, news))


def _paid(world: World, life: Life, event: PoachingDeclared, news: News) -> None:
    lost = next((one for one in event.unrecovered if one.value > 0), None)
    if lost is None:
        return
    chance = world.chance(life.id, "poached")
    first = max(1, int(lost.value) // 2)
    second = max(1, int(lost.value * 8 // 10) - first)
    agreed, day = Money(str(first + second), lost.currency), news.day + timedelta(days=20)
    due = day + timedelta(days=90)
    _enter(world, life, day, AgreeCompensation(life.base.rival.name, agreed, due, day))
    for number, part in enumerate((first, second)):
        if number == 0 or chance.random() < 0.7:
            paid = day + timedelta(days=15 + 40 * number)
            pay = SettleCompensation(f"part-{number}", Money(str(part), lost.currency), paid)
            _enter(world, life, paid, pay)
