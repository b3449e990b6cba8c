"""Those who look at bases from above: joint reviews, the association's, and what people decide about findings."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import count

from baseplus.kernel.decisions import Command
from baseplus.oversight.actions import CloseAction, RaiseAction
from baseplus.oversight.events import AuthorityDriftDetected, SecondClassroomRiskRaised
from baseplus.oversight.gaps import ClearAuthorityDrift
from baseplus.oversight.reviews import HoldJointReview, IssueAssociationReview
from baseplus.oversight.risks import AppealRisk, ClearRisk, ConfirmRisk
from baseplus.oversight.terms import Behind, Present, Standing, Verdict
from infra.simulation import cast
from infra.simulation.agenda import order
from infra.simulation.world import Base, News, World

_DAY = timedelta(days=1)


def _enter(world: World, thing: str, day: date, *commands: Command, late: int = 0) -> None:
    world.agenda.enter(day, *(order(thing, command) for command in commands), late=late)


def oversee(world: World, base: Base) -> None:
    """Enter the reviews of a base, and hear of what is found there."""
    present = (Present(world.tenant, Standing.SCHOOL), Present(base.firm.id, Standing.ENTERPRISE))
    chance = world.chance(base.id, "reviews")
    for number, month in enumerate(world.months()):
        if number % 3 == 1 and (number == 1 or chance.random() < 0.5 + 0.5 * base.care):
            day = month + timedelta(days=chance.randrange(3, 20))
            review = f"{base.id}-r{number}"
            since = month - timedelta(days=90)
            held = HoldJointReview(base.id, present, "More hours at the machines.", since, month, day, base.agreement)
            _enter(world, review, day, held)
            _action(world, base, f"{base.id}-a{number}", f"reviews/{review}", day)
        if number % 12 == 4:
            care = base.care
            verdict = Verdict.EXEMPLARY if care > 0.8 else Verdict.SOUND if care > 0.5 else Verdict.WANTING
            said = IssueAssociationReview(base.id, cast.ASSOCIATION, verdict, "We talked with everybody.", month)
            _enter(world, f"{base.id}-assoc{number}", month, said)
    turns = count()

    def raised(event: SecondClassroomRiskRaised, news: News) -> None:
        if event.base == base.id:
            _risk(world, base, news, next(turns))

    world.listen(SecondClassroomRiskRaised, raised)
    world.listen(AuthorityDriftDetected, lambda event, news: _drift(world, base, event, news))


def _action(world: World, base: Base, action: str, origin: str, day: date, behind: tuple[Behind, ...] = ()) -> None:
    """Somebody is to do something; who takes care does it in time."""
    chance = world.chance(action)
    due = day + timedelta(days=30)
    raised = RaiseAction(base.id, "Put the hours at the machines into the plan", base.firm.id, due, day, origin)
    _enter(world, action, day, raised)
    if chance.random() < 0.5 + 0.5 * base.care:
        done = day + timedelta(days=chance.randrange(10, 30 if base.care > 0.5 else 70))
        _enter(world, action, done, CloseAction("The plan has them.", done, behind))


def _risk(world: World, base: Base, news: News, turn: int) -> None:
    """First it is looked into, and further reasons may come; then a person decides; some appeal."""
    risk, chance = news.at.thing, world.chance(news.at.thing)
    dean, rector, master = f"{world.tenant}-dean", f"{world.tenant}-rector", base.masters[0]
    day = news.day + timedelta(days=60 + chance.randrange(10))
    if turn % 3 == 1:
        _enter(world, risk, day - 20 * _DAY, AppealRisk(master, "The texts were dictated to all."))
        _enter(world, risk, day, ClearRisk(dean, "The texts were dictated; the work is real."))
        return
    _enter(world, risk, day, ConfirmRisk(dean, "Nobody could say what they had done."))
    behind = (Behind(news.at.type, news.at.stream, news.at.position),)
    _action(world, base, f"{risk}-act", news.at.stream, day, behind)
    if turn % 3 == 0:
        _enter(world, risk, day + 10 * _DAY, AppealRisk(master, "We were short of people."))
        ends = ConfirmRisk if turn % 2 else ClearRisk
        _enter(world, risk, day + 20 * _DAY, ends(rector, "All were heard."))


def _drift(world: World, base: Base, event: AuthorityDriftDetected, news: News) -> None:
    if event.base == base.id:
        day = news.day + timedelta(days=14)
        _enter(world, news.at.thing, day, ClearAuthorityDrift(f"{world.tenant}-dean", "Two masters came back."))
