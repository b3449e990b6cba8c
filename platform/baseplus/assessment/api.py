"""Standards, adoptions, assessments and certificates: the commands that people and programs may give.

An association publishes in its own history. A mentor gives only what is their own: their assessment, their correction,
their moderation. Appeals are entered and decided by the staff.
"""

from __future__ import annotations

from itertools import chain

from baseplus.assessment.adoptions import AdoptStandard, adoptions, as_published
from baseplus.assessment.assessments import (
    Appeal,
    Correct,
    DecideAppeal,
    Moderate,
    Record,
    RecordOtherSide,
    against_adopted,
    assessments,
)
from baseplus.assessment.certificates import Award, Revoke, by_assessment, certificates
from baseplus.assessment.certified import RecogniseDual, certified
from baseplus.assessment.crosswalks import ApproveCrosswalk, between_adopted, crosswalks
from baseplus.assessment.self_assessments import SelfAssess, of_oneself, self_assessments
from baseplus.assessment.standards import Publish, Revise, standards
from baseplus.assessment.void import reopened
from baseplus.kernel.access import Role
from baseplus.kernel.routes import Routes

_ASSOCIATION = (Role.ASSOCIATION,)
_STAFF = (Role.STAFF,)
_ASSESSORS = (Role.STAFF, Role.MENTOR.own("assessor"))
_MODERATORS = (Role.STAFF, Role.MENTOR.own("moderator"))

of_standards = Routes("standards", standards)
of_standards.command("POST /standards", Publish, may=_ASSOCIATION)
of_standards.command("POST /standards/{standard}/revise", Revise, may=_ASSOCIATION)

of_adoptions = Routes("adoptions", adoptions)
of_adoptions.command("POST /adoptions", AdoptStandard, may=_STAFF, resolve=as_published)

of_assessments = Routes("assessments", assessments)
of_assessments.command("POST /assessments", Record, may=_ASSESSORS, resolve=against_adopted)
of_assessments.command("POST /assessments/{assessment}/other-side", RecordOtherSide, may=_ASSESSORS)
of_assessments.command("POST /assessments/{assessment}/correct", Correct, may=_ASSESSORS, resolve=reopened)
of_assessments.command("POST /assessments/{assessment}/moderate", Moderate, may=_MODERATORS, resolve=reopened)
of_assessments.command("POST /assessments/{assessment}/appeal", Appeal, may=_STAFF)
of_assessments.command("POST /assessments/{assessment}/appeal/decide", DecideAppeal, may=_STAFF)

of_self_assessments = Routes("self_assessments", self_assessments)
of_self_assessments.command("POST /self-assessments", SelfAssess, may=_STAFF, resolve=of_oneself)

of_crosswalks = Routes("crosswalks", crosswalks)
of_crosswalks.command("POST /crosswalks", ApproveCrosswalk, may=_STAFF, resolve=between_adopted)

of_certificates = Routes("certificates", certificates)
of_certificates.command("POST /certificates", Award, may=_STAFF, resolve=by_assessment)
of_certificates.command("POST /certificates/{certificate}/revoke", Revoke, may=_STAFF)

of_certified = Routes("certified", certified)
of_certified.command("POST /certified/{apprenticeship}/recognise-dual", RecogniseDual, may=_STAFF)

routes = tuple(
    chain(
        of_standards,
        of_adoptions,
        of_assessments,
        of_self_assessments,
        of_crosswalks,
        of_certificates,
        of_certified,
    )
)
