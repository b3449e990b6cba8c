"""A post that stands empty longer than its limit is a duty gap, until somebody holds it or nobody needs it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any, ClassVar

from baseplus.bases.events import (
    BaseClosed,
    ManagerAppointed,
    PostAbolished,
    PostCreated,
    PostHandedOver,
    PostVacated,
)
from baseplus.kernel.decisions import Step
from baseplus.kernel.events import Event
from baseplus.kernel.reactions import Order, Place, Reaction, thing_id
from baseplus.oversight.events import DutyGapClosed, DutyGapDetected
from baseplus.oversight.gaps import CloseDutyGap, DetectDutyGap, duty_gaps
from baseplus.oversight.terms import Behind

_DETECTED = frozenset({"duty_gap_exists", "not_empty_too_long"})
_CLOSED = frozenset({"duty_gap_closed_already", "no_such_duty_gap"})

PostKey = tuple[str, str]
"""(base, post)."""


@dataclass
class Post:
    """since: the first day that it stands empty; None: somebody holds it, or it is gone. emptied, filled: the last
    event that made it so. gaps: the open ones, by id, with their first days. detected: the first days of all."""

    limit: int
    since: date | None
    emptied: Behind
    filled: tuple[Behind, date] | None = None
    gaps: dict[str, date] = field(default_factory=dict)
    detected: set[date] = field(default_factory=set)


Posts = dict[PostKey, Post]


class DutyGaps(Reaction[Posts]):
    """Watches the posts of all bases."""

    name: ClassVar[str] = "duty_gaps"
    events: ClassVar[tuple[type[Event], ...]] = (
        PostCreated,
        ManagerAppointed,
        PostHandedOver,
        PostVacated,
        PostAbolished,
        BaseClosed,
        DutyGapDetected,
        DutyGapClosed,
    )

    def begin(self) -> Posts:
        return {}

    def evolve(self, state: Posts, event: Any, at: Place) -> Posts:
        behind = Behind(at.type, at.stream, at.position)
        match event:
            case PostCreated():
                state[at.thing, event.post] = Post(event.vacancy_limit, event.on, behind)
            case PostVacated():
                for post in _concerned(state, event, at):
                    post.since, post.emptied = event.on, behind
            case ManagerAppointed() | PostHandedOver() | PostAbolished() | BaseClosed():
                for post in _concerned(state, event, at):
                    post.since, post.filled = None, (behind, event.on)
            case DutyGapDetected(base, name, since):
                if (short := state.get((base, name))) is not None:
                    short.gaps[at.thing] = since
                    short.detected.add(since)
            case DutyGapClosed(base, name):
                if (filled := state.get((base, name))) is not None:
                    filled.gaps.pop(at.thing, None)
        return state

    def react(self, state: Posts, event: Any, at: Place) -> Iterator[Order]:
        for post in _concerned(state, event, at):
            for gap, since in post.gaps.items():
                # it may stand empty again: this gap ended with whoever held the post in between
                if post.filled and (post.since is None or post.since > since):
                    behind, on = post.filled
                    yield Order(Step(duty_gaps, gap, CloseDutyGap(max(on, since), (behind,))), _CLOSED)

    def due(self, state: Posts, today: date) -> Iterator[Order]:
        for (base, name), post in state.items():
            if post.since and (today - post.since).days > post.limit and post.since not in post.detected:
                gap = thing_id(base, name, post.since.isoformat())
                detect = DetectDutyGap(base, name, post.since, post.limit, None, (post.emptied,))
                yield Order(Step(duty_gaps, gap, detect), _DETECTED, gap)


def _concerned(state: Posts, event: Any, at: Place) -> list[Post]:
    """The posts that an event is about."""
    match event:
        case BaseClosed():
            return [post for (base, _), post in state.items() if base == at.thing]
        case DutyGapDetected() | DutyGapClosed():
            key = (event.base, event.post)
        case _:
            key = (at.thing, event.post)
    return [state[key]] if key in state else []
