"""What findings are made of: the event behind one, and why a base looks like a second classroom.

These parts are stored inside events: a new field needs a default.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from msgspec import Meta, Struct

from baseplus.kernel.vocabulary import Count, EventTypeName, Id, Line, Position, StreamName

Month = Annotated[
    str,
    Meta(pattern=r"^[0-9]{4}-(0[1-9]|1[0-2])$(?!\n)", extra={"form": "a month, like 2026-03"}, examples=["2026-03"]),
]
Percent = Annotated[int, Meta(ge=0, le=100, extra={"form": "whole percent, 0 to 100"})]
DaysLong = Annotated[int, Meta(ge=0, le=3650, extra={"form": "a number of days, 0 to 3650"})]


class Behind(Struct, frozen=True):
    """An event that a finding rests on."""

    type: EventTypeName
    stream: StreamName
    position: Annotated[Position, Meta(description="its place in the university's history")]


class Symptom(StrEnum):
    """What a base looks like a second classroom by."""

    IDENTICAL_REFLECTIONS = "identical_reflections"
    SIGNED_OFF_IN_SECONDS = "signed_off_in_seconds"
    ATTENDANCE_WITHOUT_OUTPUT = "attendance_without_output"
    CLASSROOM_HOURS_ONLY = "classroom_hours_only"


class Reason(Struct, frozen=True):
    """A sign, how often or how much of it was seen, of how much, and the events that show it."""

    sign: Symptom
    seen: Annotated[Count, Meta(description="how often, or how many hours")]
    behind: Annotated[tuple[Behind, ...], Meta(max_length=100, description="the events that show it; of many the last")]
    about: Annotated[Id | None, Meta(description="the apprenticeship that it was seen at, where it is one's")] = None

    @property
    def what(self) -> tuple[str, str]:
        """What is stated once: the sign, and at whom it was seen."""
        return self.sign.value, self.about or ""


class Standing(StrEnum):
    """Who signs a joint review for whom."""

    SCHOOL = "school"
    ENTERPRISE = "enterprise"
    ASSOCIATION = "association"
    STUDENTS = "students"


class Present(Struct, frozen=True):
    """Who took part in a review, for whom."""

    organisation: Annotated[Id, Meta(description="the organisation, by its id as a party")]
    side: Annotated[Standing, Meta(description="for whom")]


class Verdict(StrEnum):
    """What an association thinks of a base."""

    EXEMPLARY = "exemplary"
    SOUND = "sound"
    WANTING = "wanting"
    UNFIT = "unfit"


Headline = Annotated[Line, Meta(description="in one line; no personal data")]
