"""What may be shown. The bounds are not published with the figures: they would help to undo what they do.

A bound is about what is shown, never about who is counted: leaving small universities out of the distribution would
move every threshold.
"""

from __future__ import annotations

from baseplus.benchmarks.events import Withheld

_UNIVERSITIES = 10
_PEOPLE = 23


def withhold_distribution(universities: int, people: int) -> Withheld | None:
    """Why a group's percentiles may not be shown; None where they may."""
    if universities < _UNIVERSITIES:
        return "too_few_universities"
    return withhold_rate(people)


def withhold_rate(people: int) -> Withheld | None:
    """Why a rate with so many people behind it may not be shown; None where it may."""
    return "too_few_people" if people < _PEOPLE else None


def rounded(count: int) -> int:
    """A count as it may be shown: to the nearest 5."""
    return 5 * ((count + 2) // 5)
