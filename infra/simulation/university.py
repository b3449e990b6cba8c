"""A university as a whole: its bases, and what it does for all of them. And the association, which is a tenant, too."""

from __future__ import annotations

import hashlib
from datetime import date, timedelta

from baseplus.kernel.access import Role
from baseplus.kernel.decisions import Step
from baseplus.kernel.vocabulary import TenantId
from baseplus.outcomes.model import CorrectReturn, FileReturn, outcomes
from infra.simulation import (
    agreements,
    apprentices,
    assessing,
    careers,
    cast,
    classes,
    holdings,
    mentors,
    money,
    office,
    overseers,
    plans,
    ventures,
)
from infra.simulation.agenda import Agenda
from infra.simulation.world import Base, Firm, Life, World
from tenants.keys.model import IssueKey, RevokeKey, in_its_tenant, keys
from tenants.model import RegisterTenant, TenantKind, tenancy

_LARGE = 10
"""Of a cohort from which on a university has two bases."""


def tenant_of(number: int) -> TenantId:
    """The tenant of the university with that number, from 0."""
    return TenantId(f"{cast.slug(cast.town(number))}-university")


def found(number: int, seed: int, first: date, last: date, cohort: int) -> World:
    """A university with everything that will be entered there, but what hangs on the news. cohort: how many are
    enrolled in a year."""
    town = cast.town(number)
    world = World(tenant_of(number), f"{town} University", str(seed), Agenda(first, last))
    _register(world, TenantKind.UNIVERSITY)
    classes.remember(world)
    world.bases = _bases(world, number, 2 if cohort >= _LARGE else 1)
    for base in world.bases:
        _base(world, base, cohort // len(world.bases))
    money.price(world)
    for trade in dict.fromkeys(base.trade for base in world.bases):
        assessing.adopt(world, trade)
    office.close_old(world, world.bases[0])
    holdings.stock_old(world)
    _returns(world)
    return world


def associate(seed: int, first: date, last: date) -> World:
    """The association, which publishes before anybody adopts."""
    tenant = TenantId(cast.ASSOCIATION)
    world = World(tenant, cast.ASSOCIATION_NAME, str(seed), Agenda(first, last))
    _register(world, TenantKind.ASSOCIATION)
    assessing.publish(world.agenda)
    return world


def _register(world: World, kind: TenantKind) -> None:
    long_ago = date(2000, 1, 1)
    world.agenda.enter(long_ago, Step(tenancy, world.tenant, RegisterTenant(world.name, kind)))
    role = Role.STAFF if kind is TenantKind.UNIVERSITY else Role.ASSOCIATION
    secret = hashlib.sha256(f"{world.seed}/{world.tenant}".encode()).hexdigest()
    issued = IssueKey(role, "the office", hashlib.sha256(secret.encode()).hexdigest())
    day = world.agenda.first + timedelta(days=2)
    world.agenda.enter(day, Step(keys, "office", issued, in_its_tenant))
    world.agenda.enter(day + timedelta(days=200), Step(keys, "office", RevokeKey("The clerk has left")))


def _bases(world: World, number: int, how_many: int) -> list[Base]:
    chance, bases = world.chance("bases"), []
    for place in range(how_many):
        trade = cast.TRADES[(number + place) % len(cast.TRADES)]
        firm, rival = (_firm(name) for name in chance.sample(cast.FIRMS, 2))
        care = (0.9, 0.35, 0.65, 0.8)[(number + 2 * place) % 4]
        id_ = f"{trade.industry}-{place + 1}"
        tutors, masters = (tuple(f"{id_}-{kind}{one}" for one in (1, 2)) for kind in ("tutor", "master"))
        base = Base(
            id_, f"{trade.title} base", trade, firm, rival, care, tutors, masters,
            f"{id_}-chief", f"{id_}-manager", f"{id_}-visitor",
        )  # fmt: skip
        bases.append(base)
    return bases


def _firm(name: str) -> Firm:
    return Firm(cast.slug(name), name)


def _base(world: World, base: Base, size: int) -> None:
    lives: list[Life] = apprentices.born(world, base, size)
    world.lives += lives
    office.run_base(world, base, lives)
    plans.teach(world, base, lives)
    agreements.agree(world, base, size)
    mentors.employ(world, base, lives)
    holdings.share(world, base)
    holdings.serve(world, base, lives)
    for life in lives:
        apprentices.live(world, life)
        agreements.contract(world, life)
        assessing.examine(world, life)
        careers.complain(world, life)
        careers.go_on(world, life)
        money.spend(world, life)
    classes.attend(world, base, lives)
    ventures.venture(world, base, lives)
    overseers.oversee(world, base)


def _returns(world: World) -> None:
    """What is reported of those who completed before; one figure turns out wrong."""
    year = world.agenda.first.year - 2
    named, chance = f"{year}-{(year + 1) % 100:02d}", world.chance("returns")
    day = world.agenda.first + timedelta(days=75)
    for trade in dict.fromkeys(base.trade for base in world.bases):
        people, rate = chance.randrange(30, 90), chance.randrange(60, 95)
        world.agenda.enter(day, Step(outcomes, named, FileReturn(named, trade.title, people, rate)))
        corrected = CorrectReturn(named, trade.title, "Two were counted twice", people - 2, rate)
        world.agenda.enter(day + timedelta(days=30), Step(outcomes, named, corrected))
