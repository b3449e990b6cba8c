"""Certificates that are void lock no marks.

A revocation releases the assessment, since that is said (`AssessmentReleased`). Certificates that were revoked before
are still named by their assessment; their own streams know that they are void, and that they stay so.
"""

from __future__ import annotations

from baseplus.assessment.assessments import Correct, Moderate, Reopened, assessments
from baseplus.assessment.certificates import certificates
from baseplus.kernel.decisions import Load
from baseplus.kernel.vocabulary import TenantId


def reopened(
    load: Load, tenant: TenantId, assessment: str, command: Correct | Moderate
) -> Correct | Moderate | Reopened:
    """The order, with the certificates on the marks that are void, where there are any."""
    found, _ = load(tenant, assessments, assessment)
    void = tuple(one for one in found.certificates if load(tenant, certificates, one)[0].revoked)
    return Reopened(command, void) if void else command
