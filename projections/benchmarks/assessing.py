"""Indicators of how the two sides assess together, and of who is certified by both.

All are counted when asked, up to a day, since an apprentice who was never assessed has no event to say so: coverage is
of all who were in training in the period, by what was known of them at its end. People are counted, not assessments:
who was assessed twice in a period is one person there, with two gaps.
"""

from __future__ import annotations

from projections.benchmarks.days import SPANS, TODAY, at
from projections.benchmarks.declaring import Indicator
from projections.benchmarks.learners import Assessed, Dual
from projections.benchmarks.periods import ASKED, named
from projections.benchmarks.presence import Presence

JOINT_ASSESSMENT_COVERAGE = f"""{SPANS},
    jointly AS (
        SELECT tenant, apprenticeship, min(greatest(school_on, enterprise_on)) AS first
        FROM views.assessed WHERE school_on IS NOT NULL AND enterprise_on IS NOT NULL
        GROUP BY tenant, apprenticeship
    )
    SELECT tenant, base, period,
        100 * count(*) FILTER (WHERE jointly.first < least(upper(periods.days), today.day)) AS numerator,
        count(*) AS denominator,
        count(*) AS people
    FROM today, trained JOIN periods ON trained.days && periods.days LEFT JOIN jointly USING (tenant, apprenticeship)
    GROUP BY tenant, base, period"""

# Totals have two places: hundredths over hundreds are points, in whole numbers.
ASSESSOR_GAP = f"""
    WITH {TODAY},
    gaps AS (
        SELECT tenant, base, {named("began")} AS period, apprentice, abs(school_given - enterprise_given) AS gap
        FROM today, {at("assessed", "apprentice, began, school_on, school_given, enterprise_on, enterprise_given")}
        WHERE greatest(school_on, enterprise_on) < today.day AND school_on IS NOT NULL AND enterprise_on IS NOT NULL
    )
    SELECT tenant, base, period, sum(gap)::bigint AS numerator, 100 * count(*) AS denominator,
        count(DISTINCT apprentice) AS people
    FROM gaps WHERE {ASKED} GROUP BY tenant, base, period"""

DUAL_CERTIFICATION_RATE = f"""
    WITH {TODAY},
    completed AS (
        SELECT tenant, base, {named("completed")} AS period, coalesce(dual_since < today.day, false) AS dual
        FROM today, {at("dual", "completed, dual_since")} WHERE completed < today.day
    )
    SELECT tenant, base, period, 100 * count(*) FILTER (WHERE dual) AS numerator, count(*) AS denominator,
        count(*) AS people
    FROM completed WHERE {ASKED} GROUP BY tenant, base, period"""

ASSESSING = (
    Indicator(
        key="joint_assessment_coverage",
        title="Apprentices assessed by both sides, of those in training",
        unit="percent",
        better="higher",
        numerator="apprentices assessed by both sides",
        denominator="apprentices",
        source="our own: apprentices assessed by both sides by the end of the period / apprentices in training in it",
        days=JOINT_ASSESSMENT_COVERAGE,
        spans=(Presence.name, Assessed.name),
    ),
    Indicator(
        key="assessor_gap",
        title="How far the totals of the school's and the enterprise's assessor are apart",
        unit="points",
        better="lower",
        numerator="absolute school−enterprise score difference",
        denominator="jointly assessed",
        source="our own: |school's total − enterprise's total|, before moderation and appeal / assessments by both"
        " sides, by the month in which they began",
        days=ASSESSOR_GAP,
        spans=(Assessed.name,),
    ),
    Indicator(
        key="dual_certification_rate",
        title="Certified by enterprise and state alike, of those who completed",
        unit="percent",
        better="higher",
        numerator="dual certified",
        denominator="completed",
        source="our own: dual certified / completed, by the month of the completion; a revoked certificate counts no"
        " more, one that expired still does",
        days=DUAL_CERTIFICATION_RATE,
        spans=(Dual.name,),
    ),
)
