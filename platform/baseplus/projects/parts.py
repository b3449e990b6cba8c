"""What a project is made of: its team, the gates that a venture passes, the stages of incubation.

Parts are stored inside events, so a new field needs a default.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from enum import StrEnum
from typing import Annotated

from msgspec import Meta, Struct

from baseplus.kernel.refusals import Rejected
from baseplus.kernel.vocabulary import PersonId


class TeamRole(StrEnum):
    """What somebody is in a project's team. One leads it."""

    LEAD = "lead"
    MEMBER = "member"


class Member(Struct, frozen=True):
    """A person of the team."""

    person: Annotated[PersonId, Meta(description="the person, by a random id that says nothing about them")]
    role: Annotated[TeamRole, Meta(description="whether they lead the team")] = TeamRole.MEMBER


class Health(StrEnum):
    """How a project goes, as its team sees it."""

    ON_TRACK = "on_track"
    AT_RISK = "at_risk"
    BLOCKED = "blocked"


class Gate(StrEnum):
    """The risk gates of a venture, in the order in which they are passed."""

    FEASIBILITY = "feasibility"
    PROTOTYPE = "prototype"
    MARKET = "market"
    INDEPENDENCE = "independence"


class IncubationStage(StrEnum):
    """The stages of incubation, in their order."""

    IDEA = "idea"
    PROTOTYPE = "prototype"
    MARKET = "market"


GATE_TO: dict[IncubationStage, Gate] = {
    IncubationStage.IDEA: Gate.FEASIBILITY,
    IncubationStage.PROTOTYPE: Gate.PROTOTYPE,
    IncubationStage.MARKET: Gate.MARKET,
}
"""Through which gate a stage is entered. A venture graduates through the last gate, `independence`."""


def next_stage(stage: IncubationStage) -> IncubationStage | None:
    """The stage after this one; None after the last one."""
    stages = [*IncubationStage]
    place = stages.index(stage) + 1
    return stages[place] if place < len(stages) else None


def next_gate(passed: Iterable[Gate]) -> Gate | None:
    """The first gate that has not been passed; None where all have."""
    done = set(passed)
    return next((gate for gate in Gate if gate not in done), None)


def check_team(members: Iterable[Member]) -> None:
    """Raises Rejected where somebody is named twice, or not exactly one leads."""
    members = tuple(members)
    if twice := sorted(one for one, times in Counter(member.person for member in members).items() if times > 1):
        raise Rejected("person_named_twice", people=twice)
    leads = sorted(member.person for member in members if member.role is TeamRole.LEAD)
    if len(leads) != 1:
        raise Rejected("one_leads_a_team", leads=leads)
