"""The training plan of a base: drafted, endorsed by three, tried with a cohort, amended, and active anew."""

from __future__ import annotations

from datetime import date, timedelta

from baseplus.kernel.decisions import Command
from baseplus.training_plans.events import PilotOutcome
from baseplus.training_plans.model import (
    ActivatePlan,
    AmendPlan,
    DraftPlan,
    EndorsePlan,
    EvaluatePilot,
    LinkTheoryUnit,
    SelectPilotCohort,
)
from baseplus.training_plans.parts import Choice, Layer, Module, PlanText, Topic
from infra.simulation import cast
from infra.simulation.agenda import order
from infra.simulation.world import Base, Life, World


def teach(world: World, base: Base, lives: list[Life]) -> None:
    """Enter a base's plan; the second version comes after the pilot."""
    first = world.agenda.first
    title, before = f"{base.trade.title}, three years", first - timedelta(days=500)
    parties = (world.tenant, base.firm.id, cast.ASSOCIATION)
    modules = _modules(base)
    text = PlanText(title=title, occupation=base.trade.occupation, version=1, modules=modules, electives=1)
    _enter(world, base, before, DraftPlan(title, base.trade.occupation, *parties, modules, 1))
    _enter(world, base, before, LinkTheoryUnit("circuits", "wire-a-cabinet"))
    _enter(world, base, before, *(EndorsePlan(party, text.digest) for party in parties))
    _enter(world, base, before, ActivatePlan(before))
    pilots = tuple(life.id for life in lives if life.cohort <= 1)
    _enter(world, base, first, SelectPilotCohort("pilot-1", "First year", pilots, first))
    day = first + timedelta(days=110)
    found = "The tasks are right; the theory comes too late."
    _enter(world, base, day, EvaluatePilot("pilot-1", PilotOutcome.AMEND, found, day))
    better = (*modules, Module("robots", "Working with robots", Layer.EXPERTISE, Choice.ELECTIVE, "40"))
    text = text.revised(title, better, 1)
    day += timedelta(days=20)
    _enter(world, base, day, AmendPlan(title, better, "What the pilot found.", 1))
    for party in parties:
        day += timedelta(days=3)
        _enter(world, base, day, EndorsePlan(party, text.digest))
    _enter(world, base, day, ActivatePlan(day))


def _enter(world: World, base: Base, day: date, *commands: Command) -> None:
    world.agenda.enter(day, *(order(base.plan, command) for command in commands))


def _modules(base: Base) -> tuple[Module, ...]:
    circuits, cabinet = Topic("circuits", "Circuits"), Topic("wire-a-cabinet", "Wire a cabinet")
    return (
        Module("character", "Working together", Layer.CHARACTER, hours="60"),
        Module("basics", f"Basics of {base.trade.title}", Layer.BASIC, hours="240", units=(circuits,)),
        Module("skills", "At the bench", Layer.SKILL, hours="480", tasks=(cabinet,)),
        Module("mastery", "A station of one's own", Layer.EXPERTISE, hours="320"),
        Module("welding", "Welding for everybody", Layer.SKILL, Choice.ELECTIVE, "40"),
    )
