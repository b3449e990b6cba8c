"""What a base has and offers: resources that are booked, used and retired, and services by two channels."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

from baseplus.bases.events import ResourceKind, RetiredFor
from baseplus.bases.resources import Book, CancelBooking, Contribute, Retire, Use
from baseplus.kernel.decisions import Command
from baseplus.kernel.vocabulary import Money
from baseplus.mentoring.events import Channel
from baseplus.services.events import CancelledBy, ServiceKind
from baseplus.services.model import Cancel, Deliver, Offer, Rate, Request, Schedule, Withdraw
from infra.simulation.agenda import order
from infra.simulation.world import WEEK, Base, Life, World

_DAY = timedelta(days=1)
_THINGS = (
    ("lathe", ResourceKind.EQUIPMENT, "Lathe", 40),
    ("lab", ResourceKind.LABORATORY, "Test laboratory", 60),
    ("cad", ResourceKind.SOFTWARE, "Drawing software", 100),
)
_OFFERS = (("advice", ServiceKind.CONSULTING, "Advice on machines"), ("law", ServiceKind.LEGAL, "Help with contracts"))


def _enter(world: World, thing: str, day: date, *commands: Command, late: int = 0) -> None:
    world.agenda.enter(day, *(order(thing, command) for command in commands), late=late)


def share(world: World, base: Base) -> None:
    """Enter what becomes of a base's resources."""
    agenda, first = world.agenda, world.agenda.first
    for name, kind, title, hours in _THINGS:
        thing, chance = f"{base.id}-{name}", world.chance(base.id, name)
        since = first + timedelta(days=20) if name == "lathe" else first - timedelta(days=300)
        contributor = base.firm.id if name != "lab" else world.tenant
        worth = Money(str(chance.randrange(5, 90) * 1000), "EUR")
        _enter(world, thing, since, Contribute(base.id, contributor, kind, title, hours, "hall", worth, since))
        monday, number = max(first, since) + timedelta(days=(-max(first, since).weekday()) % 7) + WEEK, 0
        while monday + 6 * _DAY < agenda.last:
            if chance.random() < 0.4 + 0.5 * base.care:
                _booked(world, base, thing, monday, number)
            monday, number = monday + WEEK, number + 1
    old = f"{base.id}-drill"
    _enter(world, old, first, Contribute(base.id, base.firm.id, ResourceKind.EQUIPMENT, "Old drill", on=first))
    later = _at(first + 100 * _DAY, 9)
    _enter(world, old, first + 60 * _DAY, Book("b-late", later, later + timedelta(hours=2), base.tutors[0], "Practice"))
    _enter(world, old, first + 70 * _DAY, Retire(RetiredFor.WORN_OUT, first + 70 * _DAY))


def _booked(world: World, base: Base, thing: str, monday: date, number: int) -> None:
    """Booked on Monday for Wednesday; used, or not; and somebody else wants it at the same hour."""
    chance = world.chance(thing, str(number))
    since = _at(monday + 2 * _DAY, chance.choice((8, 10, 13)))
    until = since + timedelta(hours=chance.choice((2, 3, 4)))
    person = chance.choice((*base.tutors, *base.masters))
    _enter(world, thing, monday, Book(f"b-{number}", since, until, person, "Practice in small groups"))
    if number % 9 == 4:
        clash = order(thing, Book(f"c-{number}", since, until, base.chief, "A visit"))
        world.agenda.attempt(monday + _DAY, clash, expects=("taken_for_that_time",))
    fate = chance.random()
    if fate < 0.08 or number == 3:
        _enter(world, thing, monday + _DAY, CancelBooking(f"b-{number}", "The group is away"))
    elif fate < 0.9:
        use = Use(f"u-{number}", since, until, person, f"b-{number}")
        _enter(world, thing, monday + 2 * _DAY, use, late=chance.choice((0, 0, 1, 21)))


def serve(world: World, base: Base, lives: list[Life]) -> None:
    """Enter what is asked for and what comes of it."""
    first = world.agenda.first
    for name, kind, title in _OFFERS:
        service, chance = f"{base.id}-{name}", world.chance(base.id, name)
        since = first - timedelta(days=90)
        _enter(world, service, since, Offer(base.id, kind, title, within_days=10, on=since))
        day, number = first + timedelta(days=chance.randrange(1, 12)), 0
        while day + timedelta(days=25) < world.agenda.last:
            there = [life.id for life in lives if life.trains_on(day)] or [base.tutors[0]]
            _asked(world, base, service, day, f"q-{number}", chance.choice(there))
            day, number = day + timedelta(days=chance.randrange(6, 20)), number + 1
    roadshow, day = f"{base.id}-roadshow", first + timedelta(days=10)
    _enter(world, roadshow, day, Offer(base.id, ServiceKind.ROADSHOW, "Roadshow at schools", on=day))
    asked = Request("q-1", Channel.OFFLINE, base.tutors[0], on=day + 20 * _DAY)
    _enter(world, roadshow, day + 20 * _DAY, asked)
    _enter(world, roadshow, day + 25 * _DAY, Withdraw("Nobody has time for it", day + 25 * _DAY))


def _asked(world: World, base: Base, service: str, day: date, request: str, who: str) -> None:
    chance = world.chance(service, request)
    channel = chance.choice(tuple(Channel))
    _enter(
        world, service, day, Request(request, channel, who, wish="The inverter trips, and nobody knows why.", on=day)
    )
    if chance.random() < 0.1 or request == "q-1":
        by = CancelledBy.REQUESTER if chance.random() < 0.7 else CancelledBy.BASE
        _enter(world, service, day + 2 * _DAY, Cancel(request, by, "No longer needed", day + 2 * _DAY))
        return
    takes = chance.randrange(3, 9) if chance.random() < base.care else chance.randrange(11, 22)
    served = day + takes * _DAY
    _enter(world, service, day + _DAY, Schedule(request, _at(served, 14), channel, base.tutors[0]))
    done = channel if chance.random() < 0.85 else chance.choice(tuple(Channel))
    _enter(world, service, served, Deliver(request, done, "1.5", served))
    if chance.random() < 0.6:
        _enter(world, service, served + _DAY, Rate(request, who, chance.choice((2, 3, 4, 4, 5)), "It runs again."))


def stock_old(world: World) -> None:
    """What ends with the old workshop."""
    old, first = f"{world.tenant}-old", world.agenda.first
    since = first - timedelta(days=1000)
    anvil = Contribute(old, world.tenant, ResourceKind.OTHER, "Anvil", on=since)
    _enter(world, f"{old}-anvil", since, anvil)
    _enter(world, f"{old}-advice", since, Offer(old, ServiceKind.TRAINING, "Forging on Saturdays", on=since))


def _at(day: date, hour: int) -> datetime:
    return datetime.combine(day, time(hour, tzinfo=UTC))
