"""Everything the program is made of, in one visible list. Nothing is found by scanning."""

from __future__ import annotations

from typing import Any

from baseplus.agreements import api as agreements
from baseplus.apprenticeships import api as apprenticeships
from baseplus.apprenticeships.events import (
    ApprenticeEnrolled,
    ApprenticeExited,
    ApprenticeshipCompleted,
    ApprenticeshipStarted,
    BreakEnded,
    BreakStarted,
    MentorAssigned,
    MentorReassigned,
    MentorRelieved,
)
from baseplus.assessment import api as assessment
from baseplus.assessment import followers as assessment_followers
from baseplus.assessment.events import (
    AssessmentRecorded,
    CertificateAwarded,
    CertificateRevoked,
    StandardAdopted,
)
from baseplus.bases import api as bases
from baseplus.bases import followers as base_followers
from baseplus.bases.events import BaseClosed, ResourceContributed
from baseplus.catalogue import CAPABILITY_EVENTS
from baseplus.investment import api as investment
from baseplus.kernel.events import EventTypes
from baseplus.kernel.reactions import Reaction
from baseplus.kernel.routes import Route
from baseplus.logbook import api as logbook
from baseplus.logbook import followers as logbook_followers
from baseplus.mentoring import api as mentoring
from baseplus.mentoring import followers
from baseplus.oversight import api as oversight
from baseplus.projects import api as projects
from baseplus.reactions.authority_drift import AuthorityDrift
from baseplus.reactions.compensation import Compensation
from baseplus.reactions.dual_certification import DualCertification
from baseplus.reactions.duty_gaps import DutyGaps as DutyGapsReaction
from baseplus.reactions.obligations import Obligations as ObligationsReaction
from baseplus.reactions.second_classroom import SecondClassroom
from baseplus.services import api as services
from baseplus.services import followers as service_followers
from baseplus.services.events import ServiceOffered
from baseplus.training_plans import api as training_plans
from infra.postgres.deciding import Followers
from projections.agreements import api as agreement_views
from projections.agreements.views import Agreements, Obligations
from projections.apprenticeships import api as apprenticeship_views
from projections.apprenticeships.timeline import Timeline
from projections.apprenticeships.views import Apprenticeships, MentorNames
from projections.assessments import api as assessment_views
from projections.assessments.views import Assessments, SelfAssessments
from projections.bases import api as base_views
from projections.bases.views import Bases
from projections.benchmarks import api as benchmark_views
from projections.benchmarks.duties import DutiesDone
from projections.benchmarks.holdings import PostSpans, ResourceSpans, ResourceUse
from projections.benchmarks.learners import Assessed, Dual, GuidanceHours, Qualified
from projections.benchmarks.presence import Presence
from projections.benchmarks.reflecting import ReflectionDays
from projections.benchmarks.views import Benchmarks, Contributions
from projections.certificates import api as certificate_views
from projections.certificates.views import Certificates, Certified
from projections.grievances import api as grievance_views
from projections.grievances.views import GrievanceMentors, Grievances
from projections.history import api as history
from projections.investment import api as investment_views
from projections.investment.entries import Entries, Statements
from projections.investment.views import Accounts
from projections.keys import api as key_views
from projections.keys.views import Keys
from projections.logbook import api as logbook_views
from projections.logbook.attendance import Attendance
from projections.logbook.views import Learners, Reflections, Skills, Tasks
from projections.mentors import api as mentor_views
from projections.mentors.views import Dispatches, Mentors
from projections.oversight import api as oversight_views
from projections.oversight.views import Actions, AuthorityDrifts, DutyGaps, Reviews, Risks
from projections.posts import api as post_views
from projections.posts.views import PostChanges, Posts
from projections.projects import api as project_views
from projections.projects.views import Products, ProjectPeople, Projects
from projections.regulations import api as regulation_views
from projections.regulations.views import Breaches, Editions, Regulations
from projections.resources import api as resource_views
from projections.resources.views import Bookings, Resources
from projections.runner.view import View
from projections.services import api as service_views
from projections.services.views import Channels, Requests, Services
from projections.standards import api as standard_views
from projections.standards.views import Adoptions, Crosswalks, Standards
from projections.talents import api as talent_views
from projections.talents.views import Talents
from projections.training_plans import api as training_plan_views
from projections.training_plans.views import TrainingPlans
from tenants.events import TenancyEvent
from tenants.keys import api as keys
from tenants.keys.events import KeyEvent

EVENT_TYPES = EventTypes(TenancyEvent, KeyEvent, *CAPABILITY_EVENTS)
"""Every event type that the program reads and writes."""

FOLLOWERS: Followers = {
    ResourceContributed: (base_followers.contributed,),
    ServiceOffered: (base_followers.offered,),
    BaseClosed: (base_followers.closed, service_followers.closed),
    ApprenticeEnrolled: (base_followers.enrolled, logbook_followers.enrolled),
    MentorAssigned: (followers.assigned, logbook_followers.assigned),
    MentorReassigned: (followers.reassigned, logbook_followers.reassigned),
    MentorRelieved: (followers.relieved, logbook_followers.relieved),
    ApprenticeshipStarted: (logbook_followers.went_on,),
    BreakStarted: (logbook_followers.rested,),
    BreakEnded: (logbook_followers.went_on,),
    ApprenticeshipCompleted: (base_followers.ended, logbook_followers.rested),
    ApprenticeExited: (base_followers.ended, logbook_followers.rested),
    StandardAdopted: (assessment_followers.adopted,),
    AssessmentRecorded: (assessment_followers.assessed,),
    CertificateAwarded: (assessment_followers.awarded,),
    CertificateRevoked: (assessment_followers.revoked,),
}
"""What must happen together with an event, in the same transaction."""

REACTIONS: tuple[Reaction[Any], ...] = (
    ObligationsReaction(),
    DualCertification(),
    Compensation(),
    SecondClassroom(),
    DutyGapsReaction(),
    AuthorityDrift(),
)
"""What follows by itself, afterwards: `baseplus react`."""

ROUTES: tuple[Route, ...] = (
    *keys.routes,
    *key_views.routes,
    *bases.routes,
    *base_views.routes,
    *post_views.routes,
    *regulation_views.routes,
    *resource_views.routes,
    *services.routes,
    *service_views.routes,
    *agreements.routes,
    *agreement_views.routes,
    *mentoring.routes,
    *mentor_views.routes,
    *apprenticeships.routes,
    *apprenticeship_views.routes,
    *training_plans.routes,
    *training_plan_views.routes,
    *logbook.routes,
    *logbook_views.routes,
    *grievance_views.routes,
    *talent_views.routes,
    *assessment.routes,
    *standard_views.routes,
    *assessment_views.routes,
    *investment.routes,
    *investment_views.routes,
    *projects.routes,
    *project_views.routes,
    *certificate_views.routes,
    *benchmark_views.routes,
    *benchmark_views.own,
    *oversight.routes,
    *oversight_views.routes,
    *history.routes,
)
"""Every command that people and programs may give, and every question that they may ask."""

VIEWS: tuple[View[Any, Any], ...] = (
    Keys(),
    Bases(),
    Posts(),
    PostChanges(),
    Regulations(),
    Editions(),
    Breaches(),
    Resources(),
    Bookings(),
    Services(),
    Requests(),
    Channels(),
    Agreements(),
    Obligations(),
    Mentors(),
    Dispatches(),
    Apprenticeships(),
    MentorNames(),
    Timeline(),
    TrainingPlans(),
    Learners(),
    Tasks(),
    Skills(),
    Reflections(),
    Attendance(),
    Grievances(),
    GrievanceMentors(),
    Talents(),
    Standards(),
    Adoptions(),
    Crosswalks(),
    Assessments(),
    Accounts(),
    Entries(),
    Statements(),
    Projects(),
    Products(),
    ProjectPeople(),
    SelfAssessments(),
    Certificates(),
    Certified(),
    Presence(),
    DutiesDone(),
    PostSpans(),
    ResourceSpans(),
    ResourceUse(),
    ReflectionDays(),
    GuidanceHours(),
    Assessed(),
    Dual(),
    Qualified(),
    Contributions(),
    Benchmarks(),
    Reviews(),
    Actions(),
    Risks(),
    DutyGaps(),
    AuthorityDrifts(),
)
"""Every read model."""
