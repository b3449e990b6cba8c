"""Who does the enterprise's duties: an indicator that is counted when asked from what each logbook says of its mentors.

A duty's event names the mentor, and another event of the same logbook whose side the mentor is on; so a row of the
logbook keeps both, and a query adds up. An apprentice counts once in a period, however many duties were done at them.
"""

from __future__ import annotations

from datetime import date
from typing import ClassVar, TypeAlias

import msgspec

from baseplus.apprenticeships.events import MentorKind
from baseplus.logbook.events import LogbookOpened, MentorEntered, SkillDemonstrated, SkillSignedOff, TaskAssigned
from baseplus.oversight.duties import is_enterprise_duty
from projections.benchmarks.days import TODAY, at
from projections.benchmarks.declaring import Indicator
from projections.benchmarks.periods import ASKED, named
from projections.runner.view import At, Row, View

DutyEvent: TypeAlias = LogbookOpened | MentorEntered | SkillDemonstrated | SkillSignedOff | TaskAssigned


class Duty(msgspec.Struct):
    """One of the enterprise's duties, done on this day by a mentor of this side."""

    day: date
    kind: MentorKind


class DutiesRow(Row):
    """The enterprise's duties that were done at one apprentice. kinds: mentor -> of which side."""

    apprenticeship: str
    base: str
    kinds: dict[str, MentorKind]
    done: list[Duty]


class DutiesDone(View[DutiesRow, DutyEvent]):
    """One row per logbook."""

    name: ClassVar = "duties_done"

    def evolve(self, row: DutiesRow | None, event: DutyEvent, at: At) -> DutiesRow | None:
        if isinstance(event, LogbookOpened):
            return DutiesRow(apprenticeship=at.thing, base=event.base, kinds={}, done=[])
        if row is None:
            return None
        if isinstance(event, MentorEntered):
            row.kinds[event.mentor] = event.kind
        elif is_enterprise_duty(event) and event.mentor in row.kinds:
            row.done.append(Duty(event.on, row.kinds[event.mentor]))
        return row


ENTERPRISE_DUTY_SHARE = f"""
    WITH {TODAY},
    duties AS (
        SELECT tenant, base, apprenticeship, {named("one.day")} AS period, kind
        FROM today, {at("duties_done", "apprenticeship, done")}, jsonb_to_recordset(done) AS one(day date, kind text)
        WHERE one.day < today.day
    )
    SELECT tenant, base, period,
        100 * count(*) FILTER (WHERE kind = 'enterprise_master') AS numerator,
        count(*) AS denominator,
        count(DISTINCT apprenticeship) AS people
    FROM duties WHERE {ASKED} GROUP BY tenant, base, period"""

DUTIES = (
    Indicator(
        key="enterprise_duty_share",
        title="The enterprise's duties at work that its own people did",
        unit="percent",
        better="higher",
        numerator="enterprise duties done by the enterprise",
        denominator="all enterprise duties done",
        source="our own: shown skills, sign-offs and job tasks by enterprise masters / by masters and campus tutors",
        days=ENTERPRISE_DUTY_SHARE,
        spans=(DutiesDone.name,),
    ),
)
