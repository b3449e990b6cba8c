"""Every event that capabilities know, in one visible list: what a clause may name, and what the program reads."""

from __future__ import annotations

from baseplus.agreements.events import AgreementEvent
from baseplus.apprenticeships.events import ApprenticeshipEvent, GrievanceEvent
from baseplus.assessment.events import AssessmentEvent
from baseplus.bases.events import BasesEvent
from baseplus.benchmarks.events import BenchmarkEvent
from baseplus.investment.events import InvestmentEvent
from baseplus.kernel.events import EventTypes
from baseplus.logbook.events import LogbookEvent
from baseplus.mentoring.events import MentoringEvent
from baseplus.outcomes.events import OutcomeEvent
from baseplus.oversight.events import OversightEvent
from baseplus.projects.events import ProjectEvent
from baseplus.services.events import ServiceEvent
from baseplus.training_plans.events import TrainingPlanEvent

CAPABILITY_EVENTS = EventTypes(
    BasesEvent,
    ServiceEvent,
    AgreementEvent,
    ApprenticeshipEvent,
    GrievanceEvent,
    MentoringEvent,
    LogbookEvent,
    TrainingPlanEvent,
    AssessmentEvent,
    InvestmentEvent,
    ProjectEvent,
    OutcomeEvent,
    BenchmarkEvent,
    OversightEvent,
)
"""What happens in bases. A history has events of its tenancy and its keys besides."""
