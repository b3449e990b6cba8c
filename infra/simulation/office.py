"""A base's own business: posts held and handed over, regulations, inspections, matters for the teacher in charge."""

from __future__ import annotations

from datetime import date, timedelta

from baseplus.bases.daily import CompleteInspection, ContactPartner, DecideMatter, Escalate, HoldActivity
from baseplus.bases.events import InspectionKind, PostKind, Setting, Severity
from baseplus.bases.model import Close, Found, RegisterSite
from baseplus.bases.posts import AbolishPost, Appoint, CreatePost, HandOver, Vacate
from baseplus.bases.regulations import AdoptRegulation, AmendRegulation, RecordBreach
from baseplus.kernel.decisions import Command
from baseplus.mentoring.events import Channel
from baseplus.oversight.events import DutyGapDetected
from infra.simulation import cast
from infra.simulation.agenda import order
from infra.simulation.world import Base, Life, News, World

_DAY = timedelta(days=1)
_POSTS = (
    ("general", PostKind.STUDENT_GENERAL_MANAGER, "Student general manager", "head"),
    ("hr", PostKind.HR_MANAGER, "HR manager", "general"),
    ("projects", PostKind.PROJECT_MANAGER, "Project manager", "general"),
    ("office", PostKind.BACK_OFFICE_MANAGER, "Back-office manager", "general"),
    ("liaison", PostKind.LIAISON_MANAGER, "Liaison manager", "general"),
)


def run_base(world: World, base: Base, lives: list[Life]) -> None:
    """Enter what happens at a base besides training."""
    first, care = world.agenda.first, base.care
    founded = first - timedelta(days=700)
    _enter(world, base.id, founded, Found(base.name, base.trade.industry, world.name, base.agreement, founded))
    site = RegisterSite("hall", f"Hall of {base.firm.name}", Setting.AT_THE_ENTERPRISE, "Works Road 3", "420", founded)
    campus = RegisterSite("campus", "Campus workshop", Setting.ON_CAMPUS, "College Lane 1", "260", founded)
    _enter(world, base.id, founded, site, campus)
    _posts(world, base, founded)
    _regulations(world, base, lives, founded)
    for number, month in enumerate(world.months()):
        _month(world, base, number, month)
    _matters(world, base, first + timedelta(days=40), care)


def _enter(world: World, thing: str, day: date, *commands: Command, late: int = 0) -> None:
    world.agenda.enter(day, *(order(thing, command) for command in commands), late=late)


def _posts(world: World, base: Base, founded: date) -> None:
    chance, name = world.chance(base.id, "posts"), base.id
    _enter(world, name, founded, CreatePost("head", PostKind.TEACHER_IN_CHARGE, "Teacher in charge", on=founded))
    _enter(world, name, founded, Appoint("head", base.chief, cast.person(chance), founded))
    for post, kind, title, above in _POSTS:
        _enter(world, name, founded, CreatePost(post, kind, title, reports_to=above, on=founded))
        _enter(world, name, founded, Appoint(post, f"{name}-{post}-0", cast.person(chance), founded))
    year = world.agenda.first
    number = 1
    while year < world.agenda.last:
        for place, (post, *_) in enumerate(_POSTS[:3]):
            day = year + timedelta(days=30 + 25 * place)
            outgoing, person = (f"{name}-{post}-{count}" for count in (number - 1, number))
            hand = HandOver(post, outgoing, person, cast.person(chance), ("the keys", "the files", "what is open"), day)
            _enter(world, name, day, hand, late=chance.choice((0, 0, 10)))
        _vacant(world, base, year, number)
        year, number = year + timedelta(days=365), number + 1
    world.listen(DutyGapDetected, lambda event, news: _fill(world, base, event, news))
    spare = world.agenda.first + timedelta(days=20)
    _enter(world, name, spare, CreatePost("archive", PostKind.OTHER, "Archivist", 60, on=spare))
    _enter(world, name, spare + timedelta(days=10), AbolishPost("archive", spare + timedelta(days=10)))


def _vacant(world: World, base: Base, year: date, number: int) -> None:
    """The liaison manager leaves every year, and whoever takes little care finds nobody in time."""
    day = year + timedelta(days=120)
    _enter(world, base.id, day, Vacate("liaison", "They have graduated.", day))
    if number > 1 and base.care > 0.6:
        after = day + timedelta(days=9)
        chance = world.chance(base.id, "liaison", str(number))
        _enter(world, base.id, after, Appoint("liaison", f"{base.id}-liaison-{number}", cast.person(chance), after))


def _fill(world: World, base: Base, event: DutyGapDetected, news: News) -> None:
    """Told that a post stands empty, somebody looks for a person, sooner or later."""
    if event.base == base.id:
        chance = world.chance(base.id, "gap", event.since.isoformat())
        day = news.day + timedelta(days=chance.randrange(3, 40))
        found = Appoint(event.post, f"{base.id}-{event.post}-{event.since:%y%m}", cast.person(chance), day)
        _enter(world, base.id, day, found)


def _regulations(world: World, base: Base, lives: list[Life], founded: date) -> None:
    chance, first = world.chance(base.id, "regulations"), world.agenda.first
    for regulation, title in (("safety", "Safety in the hall"), ("management", "How students run the base")):
        text = f"{title}. One: whoever enters signs. Two: whoever leaves cleans."
        _enter(world, base.id, founded, AdoptRegulation(regulation, title, text, founded))
    day = first + timedelta(days=50)
    amended = "Safety in the hall. One: whoever enters signs and wears goggles. Two: whoever leaves cleans."
    _enter(world, base.id, day, AmendRegulation("safety", amended, "An eye was hurt.", day))
    anew = AdoptRegulation("management", "How students run the base", "One: every post has one holder.", day)
    _enter(world, base.id, day + _DAY, anew)
    for number, month in enumerate(world.months()):
        if number and chance.random() < base.care:
            continue
        there = [life for life in lives if life.trains_on(month + 5 * _DAY)]
        if there:
            on, person = month + 5 * _DAY, chance.choice(there).id
            severity = Severity.SERIOUS if chance.random() < 0.2 else Severity.MINOR
            breach = RecordBreach(f"breach-{number}", "safety", person, severity, "Without goggles.", on)
            _enter(world, base.id, on, breach, late=chance.choice((0, 1, 25)))


def _month(world: World, base: Base, number: int, month: date) -> None:
    chance = world.chance(base.id, "month", str(number))
    day = month + timedelta(days=chance.randrange(8, 20))
    passed = chance.random() < base.care
    findings = () if passed else ("A guard was missing", "The first-aid box was empty")[: chance.randrange(1, 3)]
    kind = chance.choice(tuple(InspectionKind))
    looked = CompleteInspection(
        f"insp-{number}", kind, base.moderator, passed, findings, "hall", day + timedelta(days=90), day
    )
    _enter(world, base.id, day, looked, late=chance.choice((0, 0, 40)))
    partner, channel = chance.choice((base.firm, base.rival)), chance.choice(tuple(Channel))
    about = chance.choice(("Places for the next cohort", "A visit of the works", "The spring fair"))
    contact = ContactPartner(f"contact-{number}", partner.id, base.manager, channel, about, day + 14 * _DAY, day)
    _enter(world, base.id, day, contact)
    if number % 3 == 0:
        title = chance.choice(("Welding night", "Football against the masters", "Open day"))
        held = HoldActivity(f"act-{number}", title, base.manager, chance.randrange(8, 60), day)
        _enter(world, base.id, day, held)


def _matters(world: World, base: Base, day: date, care: float) -> None:
    number = 0
    while day < world.agenda.last:
        by = day + timedelta(days=14)
        raised = Escalate(f"matter-{number}", "A machine is out of order", base.manager, "The spindle broke.", by, day)
        _enter(world, base.id, day, raised)
        decided = day + timedelta(days=3 if care > 0.5 else 30)
        _enter(
            world, base.id, decided, DecideMatter(f"matter-{number}", base.chief, "It is repaired at once.", decided)
        )
        day, number = day + timedelta(days=120), number + 1


def close_old(world: World, base: Base) -> None:
    """The university's old workshop, which is closed with all that it has."""
    old, first = f"{world.tenant}-old", world.agenda.first
    founded, day = first - timedelta(days=2000), first + timedelta(days=140)
    _enter(world, old, founded, Found("The old workshop", base.trade.industry, world.name, on=founded))
    _enter(world, old, founded, CreatePost("head", PostKind.TEACHER_IN_CHARGE, "Teacher in charge", on=founded))
    _enter(world, old, founded, Appoint("head", base.chief, "Ada Adler", founded))
    _enter(world, old, day, Close("Everything moved to the new hall.", day))
