"""What can happen to skill standards, their adoptions, and assessments against them.

Streams: `standards/<id>` in an association's history; `adoptions/<id>` and `assessments/<id>` in a university's, with
`assessment_once/<digest>` beside them for what may be there once.
"""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Annotated, ClassVar

from baseplus.assessment.criteria import AdoptedVersion, Criterion, Mark, Side, Total, Version
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
    makes the assessment a joint one.
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


class AssessmentCorrected(Event):
    """The assessor had made a slip: these are the marks that they meant. The ones before stay where they were recorded.

    previous: the total so far. began, other_total: as with AssessmentRecorded.
    """

    TYPE: ClassVar = "assessment.assessment_corrected.v1"
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
    """An appeal was decided, for good: these marks count. Where it was dismissed they are those from before."""

    TYPE: ClassVar = "assessment.appeal_decided.v1"
    apprentice: PersonId
    side: Side
    decided_by: PersonId
    outcome: AppealOutcome
    marks: tuple[Mark, ...]
    total: Total
    previous: Total
    reason: Annotated[Text, Personal("apprentice")]


StandardEvent = SkillStandardPublished | SkillStandardSuperseded
SideEvent = AssessmentRecorded | AssessmentCorrected | AssessmentModerated | AssessmentAppealed | AppealDecided
AssessmentEvent = StandardEvent | StandardAdopted | PlaceTaken | SideEvent
