"""After the training, and beside it: the talent pool, offers, where people are months later; and grievances."""

from __future__ import annotations

from datetime import date, timedelta

from baseplus.apprenticeships.career import (
    AcceptOffer,
    ConfirmEmployment,
    DeclineOffer,
    GiveConsent,
    JoinPool,
    LeavePool,
    MakeOffer,
    WithdrawConsent,
)
from baseplus.apprenticeships.events import Destination, GrievanceOutcome
from baseplus.apprenticeships.grievances import EntrustGrievance, RaiseGrievance, ResolveGrievance
from baseplus.kernel.days import months_later
from baseplus.kernel.decisions import Command
from baseplus.kernel.vocabulary import Money
from infra.simulation.agenda import order
from infra.simulation.world import Life, World

_DAY = timedelta(days=1)


def _enter(world: World, thing: str, day: date, *commands: Command, late: int = 0) -> None:
    world.agenda.enter(day, *(order(thing, command) for command in commands), late=late)


def go_on(world: World, life: Life) -> None:
    """Enter somebody's way from training to work."""
    if life.why is None:
        _completed(world, life)
    elif world.chance(life.id, "pool").random() < 0.25:
        day = life.leaves - 30 * _DAY
        if life.trains_on(day):
            _enter(world, life.id, day, GiveConsent(day), JoinPool(day))


def _completed(world: World, life: Life) -> None:
    chance, id_ = world.chance(life.id, "career"), life.id
    joined = life.leaves - 20 * _DAY
    pooled = life.first or chance.random() < 0.7
    if pooled:
        _enter(world, id_, joined, GiveConsent(joined), JoinPool(joined))
    if life.first:  # of two minds: withdraws, and comes back
        _enter(world, id_, joined + 2 * _DAY, WithdrawConsent(joined + 2 * _DAY))
        _enter(world, id_, joined + 5 * _DAY, GiveConsent(joined + 5 * _DAY), JoinPool(joined + 5 * _DAY))
    offered = life.leaves + 7 * _DAY
    firm, wage = life.base.firm.id, Money(str(2300 + chance.randrange(900)), "EUR")
    hired: date | None = None
    stays = chance.random() < 0.4 + 0.5 * life.base.care
    if pooled:
        _enter(world, id_, offered, MakeOffer("o-rival", life.base.rival.id, "Technician", wage, offered))
        if stays or life.first:
            _enter(world, id_, offered + 4 * _DAY, DeclineOffer("o-rival", offered + 4 * _DAY))
        elif chance.random() < 0.7:
            hired = offered + 5 * _DAY
            _enter(world, id_, hired, AcceptOffer("o-rival", on=hired))
        else:
            _enter(world, id_, offered + 60 * _DAY, LeavePool(offered + 60 * _DAY))
    if stays or life.first:
        _enter(world, id_, offered, MakeOffer("o-firm", firm, life.base.trade.occupation, wage, offered))
        hired = offered + 6 * _DAY
        _enter(world, id_, hired, AcceptOffer("o-firm", on=hired))
    _asked(world, life, hired, stays=stays or life.first)


def _asked(world: World, life: Life, hired: date | None, *, stays: bool) -> None:
    chance = world.chance(life.id, "asked")
    where = Destination.TRAINING_ENTERPRISE if stays else Destination.ANOTHER_EMPLOYER
    if hired is None:
        where = chance.choice((Destination.STUDY, Destination.NEITHER, Destination.UNKNOWN))
    for months in (3, 6, 12):
        due = months_later(max(hired or life.leaves, life.leaves), months)
        if due is None or (chance.random() > 0.9 and not life.first):
            continue
        if months == 12 and chance.random() < 0.2:
            where = Destination.ANOTHER_EMPLOYER
        asked = due + chance.randrange(0, 12) * _DAY
        _enter(world, life.id, asked, ConfirmEmployment(months, where, asked), late=chance.choice((0, 0, 30)))


def complain(world: World, life: Life) -> None:
    """Some have a grievance, mostly about a mentor, who is never among its handlers."""
    chance = world.chance(life.id, "grievance")
    if not life.first and chance.random() > 0.18 - 0.12 * life.base.care:
        return
    day = max(life.started, world.agenda.first) + chance.randrange(30, 80) * _DAY
    if day >= life.leaves:
        return
    name, counsel, dean = f"g-{life.id}", f"{world.tenant}-counsel", f"{world.tenant}-dean"
    text = "I sweep the hall while the others are at the machines."
    _enter(world, name, day, RaiseGrievance(life.id, text, (counsel,), life.master, day))
    _enter(world, name, day + 5 * _DAY, EntrustGrievance(counsel, (dean,)))
    outcome, settled = chance.choice(tuple(GrievanceOutcome)), day + chance.randrange(10, 60) * _DAY
    _enter(
        world, name, settled, ResolveGrievance(dean, outcome, "We spoke with both; the plan of work is new.", settled)
    )
