"""What must happen at the mentors together with what happens to an apprenticeship."""

from __future__ import annotations

from collections.abc import Iterator

from baseplus.apprenticeships.events import MentorAssigned, MentorReassigned, MentorRelieved
from baseplus.kernel.decisions import Step
from baseplus.mentoring.model import Release, TakeOn, mentoring


def assigned(apprenticeship: str, event: MentorAssigned | MentorReassigned) -> Iterator[Step]:
    """The mentor takes the apprentice on, or refuses and with it the assignment."""
    yield Step(mentoring, event.mentor, TakeOn(event.mentor, event.kind, apprenticeship, event.on))


def reassigned(apprenticeship: str, event: MentorReassigned) -> Iterator[Step]:
    """The one takes the apprentice on, the other lets them go."""
    yield from assigned(apprenticeship, event)
    yield Step(mentoring, event.previous, Release(apprenticeship, event.on))


def relieved(apprenticeship: str, event: MentorRelieved) -> Iterator[Step]:
    """The mentor lets the apprentice go. An apprenticeship that ends relieves its mentors."""
    yield Step(mentoring, event.mentor, Release(apprenticeship, event.on))
