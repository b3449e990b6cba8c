"""What must happen together with an adoption and with the first side of an assessment: nobody else has done it."""

from __future__ import annotations

from collections.abc import Iterator

from baseplus.assessment.events import AssessmentRecorded, Once, StandardAdopted
from baseplus.assessment.once import TakePlace, once, place
from baseplus.kernel.decisions import Step


def adopted(adoption: str, event: StandardAdopted) -> Iterator[Step]:
    """One version of a standard is adopted once."""
    unique = place(Once.ADOPTION, event.association, event.standard, event.version)
    yield Step(once, unique, TakePlace(Once.ADOPTION, adoption))


def assessed(assessment: str, event: AssessmentRecorded) -> Iterator[Step]:
    """An apprentice has one assessment under an adoption, which both sides share."""
    if event.other_total is None:
        unique = place(Once.ASSESSMENT, event.apprentice, event.against.adoption)
        yield Step(once, unique, TakePlace(Once.ASSESSMENT, assessment))
