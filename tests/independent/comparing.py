"""All thirty indicators, counted anew from the raw history and set against what the program says."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date
from fractions import Fraction
from itertools import product

from baseplus.kernel.vocabulary import TenantId
from infra.postgres.database import Database
from projections.benchmarks.periods import Per
from projections.benchmarks.queries import contributions
from projections.runner.reader import Reader
from tests.independent import logbooks, outcomes, presence, running
from tests.independent.raw import Asked, Figures, History

CALCULATIONS: dict[str, Callable[[History, Asked], Figures]] = {
    one.__name__: one
    for one in (
        presence.dual_mentor_coverage,
        presence.mentor_load,
        presence.practice_qualified_tutors,
        presence.joint_assessment_coverage,
        presence.guidance_hours,
        presence.reflection_cadence,
        presence.products_per_apprentice,
        outcomes.completion_rate,
        outcomes.early_exit_rate,
        outcomes.poaching_rate,
        outcomes.sustained_destination_rate,
        outcomes.retention_12m,
        outcomes.pool_to_hire_rate,
        outcomes.dual_certification_rate,
        outcomes.assessor_gap,
        running.obligation_on_time_rate,
        running.days_to_signature,
        running.post_vacancy_days,
        running.resource_utilisation,
        running.service_on_time_rate,
        running.dispatch_delivery_rate,
        running.project_completion_rate,
        running.incubation_graduation_rate,
        logbooks.corroborated_attendance_rate,
        logbooks.real_work_share,
        logbooks.feedback_lag_days,
        logbooks.task_first_pass_rate,
        logbooks.enterprise_duty_share,
        logbooks.enterprise_cost_share,
        logbooks.return_on_training,
    )
}
"""By key, how each is counted."""

WHOLE = {
    "guidance_hours": 30 * 10_000,
    "reflection_cadence": 7,
    "resource_utilisation": 7 * 60,
    "dispatch_delivery_rate": 10_000,
    "real_work_share": 10_000,
    "enterprise_cost_share": 100,
    "return_on_training": 100,
    "assessor_gap": 100,
}
"""By how much the program multiplies both sides of the line, to keep whole numbers."""


def differences(
    database: Database, reader: Reader, tenant: TenantId, today: date, keys: Iterable[str] = CALCULATIONS
) -> tuple[list[str], set[str]]:
    """What the program says otherwise than the raw history does, of every base and the university, by month, term and
    academic year, a line each; and which indicators have anything above the line at all."""
    with database.connect("admin") as connection:
        history = History(connection, tenant)
    lines, moved = list[str](), set[str]()
    for key, per, whole in product(keys, Per, (False, True)):
        counted = _scaled(CALCULATIONS[key](history, Asked(per.value, whole, today)), WHOLE.get(key, 1))
        said = {
            (row.base, row.period, row.category): (Fraction(row.numerator), Fraction(row.denominator), row.people)
            for row in contributions(reader, tenant, key, per=per, whole=whole, as_of=today)
            if row.numerator or row.denominator or row.people
        }
        lines += [
            f"{key} {place}: counted {counted.get(place)}, the program says {said.get(place)}"
            for place in sorted(counted.keys() | said.keys())
            if counted.get(place) != said.get(place)
        ]
        if any(above for above, _, _ in counted.values()):
            moved.add(key)
    return lines, moved


def _scaled(figures: Figures, factor: int) -> dict[tuple[str, str, str], tuple[Fraction, Fraction, int]]:
    return {
        key: (above * factor, below * factor, people)
        for key, (above, below, people) in figures.items()
        if above or below or people
    }
