"""Enterprise duties done by the school above a threshold are an authority drift: a question to a person."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any, ClassVar

from baseplus.apprenticeships.events import MentorKind
from baseplus.kernel.decisions import Step
from baseplus.kernel.events import Event
from baseplus.kernel.reactions import Order, Place, Reaction, thing_id
from baseplus.logbook.events import LogbookOpened, MentorEntered
from baseplus.oversight.duties import DUTIES, FEWEST, THRESHOLD, is_enterprise_duty
from baseplus.oversight.events import AuthorityDriftDetected
from baseplus.oversight.gaps import DetectAuthorityDrift, authority_drifts, share_of
from baseplus.oversight.terms import Behind
from baseplus.reactions.months import SHOWN, complete, month_of

_MOOT = frozenset({"authority_drift_exists", "within_the_threshold"})

BaseMonth = tuple[str, str]
"""(base, month)."""


@dataclass
class Duties:
    """Done in a month at a base. behind: the last ones that the school did."""

    by_school: int = 0
    by_enterprise: int = 0
    behind: tuple[Behind, ...] = ()
    detected: bool = False


@dataclass
class Done:
    """bases: of logbooks. kinds: of the mentors who entered a logbook."""

    bases: dict[str, str] = field(default_factory=dict)
    kinds: dict[tuple[str, str], MentorKind] = field(default_factory=dict)
    months: dict[BaseMonth, Duties] = field(default_factory=dict)


class AuthorityDrift(Reaction[Done]):
    """Counts who does the enterprise's duties, and asks when a month is complete."""

    name: ClassVar[str] = "authority_drift"
    events: ClassVar[tuple[type[Event], ...]] = (LogbookOpened, MentorEntered, *DUTIES, AuthorityDriftDetected)

    def begin(self) -> Done:
        return Done()

    def evolve(self, state: Done, event: Any, at: Place) -> Done:
        match event:
            case LogbookOpened(_, base):
                state.bases[at.thing] = base
            case MentorEntered(mentor, kind):
                state.kinds[at.thing, mentor] = kind
            case AuthorityDriftDetected(base, month):
                state.months.setdefault((base, month), Duties()).detected = True
            case _ if is_enterprise_duty(event) and at.thing in state.bases:
                duties = state.months.setdefault((state.bases[at.thing], month_of(event.on)), Duties())
                of = state.kinds.get((at.thing, event.mentor))
                if of is MentorKind.ENTERPRISE_MASTER:
                    duties.by_enterprise += 1
                elif of is MentorKind.CAMPUS_TUTOR:
                    duties.by_school += 1
                    duties.behind = (*duties.behind, Behind(at.type, at.stream, at.position))[-SHOWN:]
        return state

    def due(self, state: Done, today: date) -> Iterator[Order]:
        for (base, month), done in state.months.items():
            drifts = share_of(done.by_school, done.by_enterprise) > THRESHOLD
            enough = done.by_school + done.by_enterprise >= FEWEST
            if drifts and enough and not done.detected and complete(month, today):
                drift = thing_id(base, month)
                order = DetectAuthorityDrift(base, month, done.by_school, done.by_enterprise, THRESHOLD, done.behind)
                yield Order(Step(authority_drifts, drift, order), _MOOT, drift)
