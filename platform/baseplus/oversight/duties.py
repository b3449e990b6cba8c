"""What is the enterprise's to do where an apprentice is trained at work: to show how it is done, to say that they can
do it, and to give them real work. Where the school's tutor does it, the authority over training has drifted."""

from __future__ import annotations

from baseplus.kernel.events import Event
from baseplus.logbook.events import SkillDemonstrated, SkillSignedOff, TaskAssigned, Work

DUTIES: tuple[type[Event], ...] = (SkillDemonstrated, SkillSignedOff, TaskAssigned)

THRESHOLD = 30
"""The share of the enterprise's duties that the school may do in a month, in percent."""

FEWEST = 10
"""Of fewer duties in a month a share says nothing."""


def is_enterprise_duty(event: Event) -> bool:
    """Whether it is one of the enterprise's duties that was done."""
    if isinstance(event, TaskAssigned):
        return event.work is Work.JOB
    return isinstance(event, DUTIES)
