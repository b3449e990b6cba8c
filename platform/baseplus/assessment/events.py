"""What can happen to skill standards, their adoptions, and assessments against them.

Streams: `standards/<id>` in an association's history; in a university's `adoptions/<id>`, `assessments/<id>`,
`self_assessments/<id>`, `crosswalks/<id>` and `certificates/<id>`. Beside them are those that own what several of these
must agree on: `assessment_once/<digest>` what may be there once, `certified/<apprenticeship>` which certificates
somebody holds, `evidence/<position>` what one piece of evidence is counted for.
"""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Annotated, ClassVar

from baseplus.assessment.criteria import AdoptedVersion, Counted, Criterion, Mark, Pair, Side, Sitting, Total, Version
from baseplus.kernel.events import Event, Personal
from baseplus.kernel.vocabulary import Id, Line, PersonId, Sha256, Text


class SkillStandardPublished(Event):
    """An association published a version of a standard for an occupation. `digest`: SHA-256 of its canonical text."""

    TYPE: ClassVar = "assessment.skill_standard_published.v1"
    occupation: Id
    title: Line
    version: Version
    criteria: tuple[Criterion, ...]
    digest: Sha256


class SkillStandardSuperseded(Event):
    """A later version took this one's place: it is adopted no more, and stays in force where it was adopted."""

    TYPE: ClassVar = "assessment.skill_standard_superseded.v1"
    version: Version
    by: Version


class StandardAdopted(Event):
    """The university assesses by this version of an association's standard.

    It carries all that the version says, so that the university's history stands alone.
    """

    TYPE: ClassVar = "assessment.standard_adopted.v1"
    association: Id
    standard: Id
    version: Version
    digest: Sha256
    occupation: Id
    title: Line
    criteria: tuple[Criterion, ...]


class Once(StrEnum):
    """What may be there once: an adoption of a version; an assessment of an apprentice under an adoption."""

    ADOPTION = "adoption"
    ASSESSMENT = "assessment"


class PlaceTaken(Event):
    """What may be there once is there, under this id."""

    TYPE: ClassVar = "assessment.place_taken.v1"
    what: Once
    by: Id


class AssessmentRecorded(Event):
    """A side has assessed an apprentice against an adopted standard.

    on: the day of the assessment. began: that of the side that was recorded first, which may be this one. other_total:
    what the other side's own assessor gave; None where it has not been recorded yet, so that an event with a total here
    makes the assessment a joint one. apprenticeship, enterprise: where the person is trained; None in events from
    before it was asked for. sitting: 1 the first time; resit_of: the assessment before, from the second time on.
    """

    TYPE: ClassVar = "assessment.assessment_recorded.v1"
    apprentice: PersonId
    base: Id
    against: AdoptedVersion
    side: Side
    assessor: PersonId
    marks: tuple[Mark, ...]
    total: Total
    on: date
    began: date
    other_total: Total | None = None
    comment: Annotated[Text | None, Personal("apprentice")] = None
    apprenticeship: Id | None = None
    enterprise: Id | None = None
    sitting: Sitting = 1
    resit_of: Id | None = None


class AssessmentCorrected(Event):
    """The assessor had made a slip: these are the marks that they meant. The ones before stay where they were recorded.

    previous: the total so far. began, other_total: as with AssessmentRecorded.
    """

    TYPE: ClassVar = "assessment.assessment_corrected.v1"
    CORRECTION: ClassVar = True
    apprentice: PersonId
    base: Id
    side: Side
    assessor: PersonId
    marks: tuple[Mark, ...]
    total: Total
    previous: Total
    began: date
    reason: Annotated[Text, Personal("apprentice")]
    other_total: Total | None = None


class AssessmentModerated(Event):
    """Somebody who did not assess the apprentice looked at one side's assessment; these marks count now.

    previous: the total so far, which may be the same.
    """

    TYPE: ClassVar = "assessment.assessment_moderated.v1"
    apprentice: PersonId
    side: Side
    moderator: PersonId
    marks: tuple[Mark, ...]
    total: Total
    previous: Total
    reason: Annotated[Text, Personal("apprentice")]


class AssessmentAppealed(Event):
    """The apprentice does not accept one side's assessment."""

    TYPE: ClassVar = "assessment.assessment_appealed.v1"
    apprentice: PersonId
    side: Side
    grounds: Annotated[Text, Personal("apprentice")]


class AppealOutcome(StrEnum):
    """How an appeal ends."""

    UPHELD = "upheld"
    DISMISSED = "dismissed"


class AppealDecided(Event):
    """An appeal was decided, for good: these marks count. Where it was dismissed they are those from before.

    certificates: those that rest on the marks from before, by their ids; none in events from before it was said.
    """

    TYPE: ClassVar = "assessment.appeal_decided.v1"
    apprentice: PersonId
    side: Side
    decided_by: PersonId
    outcome: AppealOutcome
    marks: tuple[Mark, ...]
    total: Total
    previous: Total
    reason: Annotated[Text, Personal("apprentice")]
    certificates: tuple[Id, ...] = ()


class AssessmentResat(Event):
    """The apprentice is assessed anew, in the assessment `by`. This one stays as it is, and is final."""

    TYPE: ClassVar = "assessment.assessment_resat.v1"
    by: Id
    sitting: Sitting


class CertificateKind(StrEnum):
    """Who certifies: the enterprise what somebody can do there, or the state what they can do in the occupation."""

    ENTERPRISE = "enterprise"
    VOCATIONAL = "vocational"


class AssessmentCertified(Event):
    """A certificate was awarded by this assessment, and rests on its marks."""

    TYPE: ClassVar = "assessment.assessment_certified.v1"
    certificate: Id
    kind: CertificateKind


class AssessmentReleased(Event):
    """The certificate, now void, rests on the marks of this assessment no longer."""

    TYPE: ClassVar = "assessment.assessment_released.v1"
    certificate: Id
    kind: CertificateKind


class CrosswalkApproved(Event):
    """What meets a criterion of the one standard meets its pair in the other one, and the other way round."""

    TYPE: ClassVar = "assessment.crosswalk_approved.v1"
    left: AdoptedVersion
    right: AdoptedVersion
    pairs: tuple[Pair, ...]
    approved_by: PersonId
    on: date


class CompetenceSelfAssessed(Event):
    """An apprentice has judged their own competence by the criteria that both sides assess by."""

    TYPE: ClassVar = "assessment.competence_self_assessed.v1"
    apprentice: PersonId
    apprenticeship: Id
    base: Id
    against: AdoptedVersion
    marks: tuple[Mark, ...]
    total: Total
    on: date
    reflection: Annotated[Text | None, Personal("apprentice")] = None


class CertificateAwarded(Event):
    """A certificate was awarded by an assessment of both sides, on the evidence that it counts, each piece once.

    school_total, enterprise_total: what counted on either side. crosswalk: by which evidence is shared with the other
    certificate. awarded_by: the awarding body, by its id as an organisation. expires: its last day; None: none.
    """

    TYPE: ClassVar = "assessment.certificate_awarded.v1"
    kind: CertificateKind
    apprentice: PersonId
    apprenticeship: Id
    base: Id
    assessment: Id
    against: AdoptedVersion
    school_total: Total
    enterprise_total: Total
    counted: tuple[Counted, ...]
    awarded_by: Id
    on: date
    crosswalk: Id | None = None
    expires: date | None = None


class CertificateRevoked(Event):
    """The certificate is void, and what it counted may be counted by another one.

    assessment: what it was awarded by; None in events from before it was said.
    """

    TYPE: ClassVar = "assessment.certificate_revoked.v1"
    kind: CertificateKind
    apprentice: PersonId
    apprenticeship: Id
    base: Id
    counted: tuple[Counted, ...]
    reason: Annotated[Text, Personal("apprentice")]
    on: date
    assessment: Id | None = None


class CertificateHeld(Event):
    """The apprentice holds this certificate, and no other one of its kind but one that it renews.

    on: the day of the award. expires: the last day on which it is held; None: none, and in events from before it was
    said.
    """

    TYPE: ClassVar = "assessment.certificate_held.v1"
    kind: CertificateKind
    certificate: Id
    apprentice: PersonId
    base: Id
    on: date
    expires: date | None = None


class CertificateLost(Event):
    """The apprentice holds this certificate no longer: it was revoked, perhaps after it was renewed."""

    TYPE: ClassVar = "assessment.certificate_lost.v1"
    kind: CertificateKind
    certificate: Id
    on: date


class DualCertificationAchieved(Event):
    """The apprentice holds both certificates, since the day of the later one, on which the other one was valid."""

    TYPE: ClassVar = "assessment.dual_certification_achieved.v1"
    apprentice: PersonId
    base: Id
    enterprise_certificate: Id
    vocational_certificate: Id
    on: date


class EvidenceCounted(Event):
    """A certificate counts this piece of evidence. through: the crosswalk that lets the other kind count it, too."""

    TYPE: ClassVar = "assessment.evidence_counted.v1"
    kind: CertificateKind
    certificate: Id
    through: Id | None = None


class EvidenceReleased(Event):
    """The certificate, now void, counts this piece of evidence no longer."""

    TYPE: ClassVar = "assessment.evidence_released.v1"
    kind: CertificateKind
    certificate: Id


StandardEvent = SkillStandardPublished | SkillStandardSuperseded
SideEvent = AssessmentRecorded | AssessmentCorrected | AssessmentModerated | AssessmentAppealed | AppealDecided
AfterEvent = AssessmentResat | AssessmentCertified | AssessmentReleased
CertificateEvent = CertificateAwarded | CertificateRevoked
CertifiedEvent = CertificateHeld | CertificateLost | DualCertificationAchieved
EvidenceEvent = EvidenceCounted | EvidenceReleased
AssessmentEvent = (
    StandardEvent
    | StandardAdopted
    | PlaceTaken
    | SideEvent
    | AfterEvent
    | CrosswalkApproved
    | CompetenceSelfAssessed
    | CertificateEvent
    | CertifiedEvent
    | EvidenceEvent
)
