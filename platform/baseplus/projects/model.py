"""Projects: whose rules decide.

A project is proposed, talked over, decided on, staffed, reported on, and completed or abandoned; with a budget it is a
venture, which passes gates and may be incubated. One project is one stream. `docs/domain/projects.md` draws it.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import TypeAlias, assert_never

from baseplus.kernel.decisions import Decider
from baseplus.projects.events import ProjectEvent
from baseplus.projects.project import Project, evolve
from baseplus.projects.proposals import Approve, Discuss, ProposalOrder, Propose, Reject, decide_proposal
from baseplus.projects.ventures import (
    Admit,
    Advance,
    EndIncubation,
    FailGate,
    Graduate,
    PassGate,
    SetBudget,
    VentureOrder,
    decide_venture,
)
from baseplus.projects.work import (
    Abandon,
    Complete,
    RegisterProduct,
    ReportStatus,
    Staff,
    VerifyProduct,
    WorkOrder,
    decide_work,
)

ProjectCommand: TypeAlias = ProposalOrder | WorkOrder | VentureOrder


def decide(command: ProjectCommand, project: Project, now: datetime) -> Iterator[ProjectEvent]:
    """What an order leads to. Raises Rejected."""
    match command:
        case Propose() | Discuss() | Approve() | Reject():
            yield from decide_proposal(command, project, now)
        case Staff() | ReportStatus() | RegisterProduct() | VerifyProduct() | Complete() | Abandon():
            yield from decide_work(command, project, now)
        case SetBudget() | PassGate() | FailGate() | Admit() | Advance() | Graduate() | EndIncubation():
            yield from decide_venture(command, project, now)
        case _:
            assert_never(command)


projects = Decider("projects", Project, decide, evolve)
