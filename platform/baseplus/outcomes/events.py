"""What happens to outcome returns. One stream holds a university's returns of one academic year, `outcomes/2013-14`."""

from __future__ import annotations

from typing import Annotated, ClassVar, TypeAlias

from msgspec import Meta

from baseplus.kernel.events import Event
from baseplus.kernel.vocabulary import Line

AcademicYear = Annotated[
    str,
    Meta(
        pattern="^(19|20)[0-9]{2}-[0-9]{2}$",
        extra={"form": "an academic year, like 2013-14"},
        examples=["2013-14"],
    ),
]
Percent = Annotated[int, Meta(ge=0, le=100, extra={"form": "a whole percent, 0 to 100"})]
People = Annotated[int, Meta(ge=0, le=10_000_000, extra={"form": "a number of people, 0 to 10,000,000"})]


class OutcomeReturnFiled(Event):
    """A university reported one category's outcomes of one year.

    completions: how many completed. rate: how many of them were in sustained further study or work, in whole percent.
    None: suppressed at the source.
    """

    TYPE: ClassVar = "outcomes.outcome_return_filed.v1"
    year: AcademicYear
    category: Line
    completions: People | None
    rate: Percent | None


class OutcomeReturnCorrected(Event):
    """A return filed before turned out wrong; these figures hold instead. The old ones stay in the history."""

    TYPE: ClassVar = "outcomes.outcome_return_corrected.v1"
    CORRECTION: ClassVar = True
    year: AcademicYear
    category: Line
    completions: People | None
    rate: Percent | None
    reason: Line


OutcomeEvent: TypeAlias = OutcomeReturnFiled | OutcomeReturnCorrected
