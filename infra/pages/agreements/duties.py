"""Which events a clause is offered as what fulfils it: those that somebody's deed leads to.

Left out is what the program enters by itself, that is its own books, what follows from other events, and what its
detectors find; and what nobody owes anybody, like what went wrong. The rules take any type that a capability knows: a
clause that a program adds may name another one.
"""

from __future__ import annotations

from baseplus.agreements.events import AgreementEvent
from baseplus.apprenticeships.events import GrievanceEvent
from baseplus.assessment.events import AfterEvent, CertifiedEvent, EvidenceEvent, PlaceTaken
from baseplus.bases.events import ApprenticeDeparted, ApprenticeReceived, HoldingTakenOn, RegulationBreachRecorded
from baseplus.benchmarks.events import BenchmarkEvent
from baseplus.catalogue import CAPABILITY_EVENTS
from baseplus.investment.events import PoachingDeclared
from baseplus.kernel.reactions import members
from baseplus.logbook.events import StandingEvent
from baseplus.mentoring.events import ApprenticeReleased, ApprenticeTakenOn, TeacherDispatchMissed
from baseplus.oversight.events import AuthorityDriftEvent, DutyGapEvent, RiskEvent

_BOOKS = (
    *(AgreementEvent, BenchmarkEvent),
    *(StandingEvent, AfterEvent, CertifiedEvent, EvidenceEvent),
    *(PlaceTaken, HoldingTakenOn, ApprenticeReceived, ApprenticeDeparted, ApprenticeTakenOn, ApprenticeReleased),
)
_FINDINGS = (RiskEvent, DutyGapEvent, AuthorityDriftEvent, PoachingDeclared)
_WENT_WRONG = (GrievanceEvent, RegulationBreachRecorded, TeacherDispatchMissed)
_NO_DUTY = frozenset(event for some in (*_BOOKS, *_FINDINGS, *_WENT_WRONG) for event in members(some))

DUTIES = tuple(event.TYPE for event in CAPABILITY_EVENTS if event not in _NO_DUTY)
"""The names of the types that are offered."""
