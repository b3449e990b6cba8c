"""Benchmarks: bands of one's peers, and oneself as one diamond. Never a mark for another university."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Literal, NamedTuple

from flask import g, render_template, request
from flask.typing import ResponseReturnValue

from baseplus.agreements.terms import PartyKind
from infra.pages import frame
from infra.pages.agreements.words import know_parties
from infra.pages.charts import Scale, Tick, scale_around
from infra.pages.filters import filled
from infra.pages.languages import gettext as _
from infra.pages.languages import joined, mark, number
from infra.pages.names import named, names
from infra.pages.tables import Column, Filters, Table
from infra.pages.visit import Visit
from projections.agreements.queries import ListAgreements, agreements
from projections.benchmarks.declaring import Indicator
from projections.benchmarks.indicators import INDICATORS
from projections.benchmarks.shown import GroupRow, ListReleases, ReleaseRow, ShowRelease, one_release, releases
from projections.standards.queries import ListAdoptions, adoptions

TITLES = {
    "sustained_destination_rate": mark("Completed, and in sustained further study or work afterwards"),
    "obligation_on_time_rate": mark("Obligations fulfilled by their due date"),
    "completion_rate": mark("Completed, of those whose apprenticeship ended"),
    "early_exit_rate": mark("Left before completing, of those who started"),
    "dual_mentor_coverage": mark("Days of training with a mentor of each kind"),
    "mentor_load": mark("Apprentices per mentor who guides any"),
    "joint_assessment_coverage": mark("Apprentices assessed by both sides"),
    "assessor_gap": mark("How far the two sides' assessments are apart"),
    "post_vacancy_days": mark("Days for which a post stood empty"),
    "resource_utilisation": mark("Hours for which resources were used, of those for which they could be"),
    "service_on_time_rate": mark("Services delivered by the promised day, by channel"),
    "enterprise_cost_share": mark("Cost of training borne by the enterprise"),
    "return_on_training": mark("What apprentices' work was worth, for each unit that training cost"),
    "poaching_rate": mark("Poached before completing, of those who started"),
    "products_per_apprentice": mark("Verified products per apprentice in training"),
    "project_completion_rate": mark("Completed, of the projects that were approved"),
    "incubation_graduation_rate": mark("Graduated, of the ventures that were admitted to incubation"),
    "corroborated_attendance_rate": mark("Claimed attendance that two independent witnesses agree with"),
    "real_work_share": mark("Hours on real jobs, of all hours of learning"),
    "reflection_cadence": mark("Reflections of an apprentice in a week of training"),
    "feedback_lag_days": mark("Days from a reflection to its review"),
    "task_first_pass_rate": mark("Tasks accepted at their first submission, of those accepted"),
    "dual_certification_rate": mark("Certified by enterprise and state alike, of those who completed"),
    "guidance_hours": mark("Hours of guidance for an apprentice in a month, by side"),
    "practice_qualified_tutors": mark("Campus tutors who have shown practice in the trade"),
    "dispatch_delivery_rate": mark("Hours taught by teachers who were sent, of those scheduled"),
    "retention_12m": mark("Still with the enterprise that trained them, 12 months after it hired them"),
    "pool_to_hire_rate": mark("Hired from the talent pool, of those who joined it"),
}
"""What indicators are called, by key."""

_BETTER = {"higher": mark("Higher is better."), "lower": mark("Lower is better."), "context": ""}
_UNITS = {"percent": "%", "days": mark("days"), "hours": mark("hours"), "points": mark("points"), "ratio": ""}


class Span(NamedTuple):
    """A stretch of a chart, in percent."""

    x: str
    width: str


class Band(NamedTuple):
    """A group in the chart: the stretch from p20 to p80, from p40 to p60, and oneself; None where that is not shown."""

    outer: Span | None
    inner: Span | None
    own: str | None


class Group(NamedTuple):
    """A group as the page shows it. value: one's own, in the indicator's unit."""

    row: GroupRow
    value: float | None
    band: Band
    said: str

    @property
    def title(self) -> str:
        """What the group is called."""
        return _("All") if self.row.category == "all" else self.row.category

    @property
    def own_count(self) -> str:
        """One's own figure as a fraction. Rates in percent count people times 100."""
        return f"{number(self.row.numerator or 0)} / {number(self.row.denominator or 0)}"


class Shown(NamedTuple):
    """A release as the page shows it."""

    indicator: Indicator
    groups: Sequence[Group]
    ticks: Sequence[Tick]

    @property
    def title(self) -> str:
        """What its indicator is called."""
        return title_of(self.indicator.key)

    @property
    def better(self) -> str:
        """Which way is better."""
        said = _BETTER[self.indicator.better]
        return _(said) if said else ""

    @property
    def unit(self) -> str:
        """The indicator's unit, in words or as its sign."""
        return unit_of(self.indicator)

    @property
    def placed(self) -> Sequence[Group]:
        """The groups in which one stands somewhere."""
        return [group for group in self.groups if group.row.fifth is not None]

    def ahead(self) -> int:
        """In how many groups one is in the better two fifths."""
        best: tuple[Literal[1, 2, 4, 5], Literal[1, 2, 4, 5]] = (1, 2) if self.indicator.better == "lower" else (4, 5)
        return sum(group.row.fifth in best for group in self.placed)


def benchmarks_page() -> ResponseReturnValue:
    """The releases of the associations that one knows, and one of them."""
    visit: Visit = g.visit
    source = frame.folded(visit)
    known = associations(visit)
    asked_for = request.args.get("association")
    known += [asked_for] if asked_for and asked_for not in known else []
    association = asked_for or (known[0] if known else visit.tenant)
    made = visit.every(releases, filled(ListReleases, {"association": association}))
    latest = max(made, key=lambda row: row.released_at, default=None)
    chosen = next((row for row in made if row.release == request.args.get("release")), latest)
    shown, period = None, None
    if chosen is not None:
        asked = request.args.get("period", "")
        period = asked if asked in chosen.periods else chosen.periods[-1]
        question = filled(ShowRelease, {"association": association, "release": chosen.release, "period": period})
        shown = show(chosen, visit.every(one_release, question))
    return render_template(
        "pages/benchmarks.html",
        source=source,
        known=sorted(known, key=named),
        association=association,
        made=made,
        chosen=chosen,
        period=period,
        shown=shown,
        own=any(group.value is not None for group in shown.groups) if shown else False,
        title_of=title_of,
    )


def associations(visit: Visit) -> list[str]:
    """The associations that one has to do with: parties of agreements, publishers of adopted standards; oneself."""
    found: dict[str, None] = dict.fromkeys([visit.tenant] if visit.owner.kind == "association" else [])
    if visit.may(agreements):
        rows = visit.every(agreements, ListAgreements(party_kind=PartyKind.ASSOCIATION))
        know_parties(rows)
        found |= dict.fromkeys(party.id for row in rows for party in row.parties if party.kind == "association")
    if visit.may(adoptions):
        found |= dict.fromkeys(row.association for row in visit.every(adoptions, ListAdoptions()))
    names().called.setdefault(visit.tenant, visit.owner.name)
    return list(found)


def show(chosen: ReleaseRow, rows: Sequence[GroupRow]) -> Shown:
    """A release with its chart worked out. All groups stand on one scale."""
    one = next(one for one in INDICATORS if one.key == chosen.indicator)
    values = [_value(row) for row in rows]
    ends = [end for row in rows for end in (row.p20, row.p80) if end is not None]
    scale = scale_around(
        [*ends, *(value for value in values if value is not None)], ceiling=100 if one.unit == "percent" else None
    )
    groups = [_group(row, value, one, scale) for row, value in zip(rows, values, strict=True)]
    return Shown(one, groups, scale.ticks)


def title_of(indicator: str) -> str:
    """What an indicator is called."""
    return _(TITLES[indicator])


def unit_of(one: Indicator) -> str:
    """The unit of an indicator, as its sign or in words."""
    unit = _UNITS[one.unit]
    return _(unit) if unit and unit != "%" else unit


def _value(row: GroupRow) -> float | None:
    return row.numerator / row.denominator if row.numerator is not None and row.denominator else None


def _group(row: GroupRow, value: float | None, one: Indicator, scale: Scale) -> Group:
    told = []
    if value is not None:
        told.append(_("you %(value)s", value=with_unit(value, one)))
    own = None if value is None else scale.at(value)
    if row.p20 is None or row.p40 is None or row.p60 is None or row.p80 is None:
        told.append(_("peers not shown"))
        band = Band(None, None, own)
    else:
        peers = {"p20": row.p20, "p40": row.p40, "p60": row.p60, "p80": row.p80}
        told.append(_("peers p20 %(p20)s, p40 %(p40)s, p60 %(p60)s, p80 %(p80)s", **peers))
        outer = Span(scale.at(row.p20), scale.between(row.p20, row.p80))
        band = Band(outer, Span(scale.at(row.p40), scale.between(row.p40, row.p60)), own)
    group = Group(row, value, band, "")
    return group._replace(said=_("%(what)s: %(told)s", what=group.title, told=joined(told)))


def with_unit(value: float, one: Indicator) -> str:
    """A value with its unit."""
    return f"{number(round(value, 1))} {unit_of(one)}".strip()


def _rows(visit: Visit, given: Filters) -> Iterable[GroupRow]:
    return visit.each(one_release, filled(ShowRelease, given))


TABLES = (
    Table(
        "benchmarks",
        (
            Column(mark("Period"), lambda row: row.period),
            Column(mark("Group"), lambda row: row.category),
            Column(mark("Universities, about"), lambda row: row.universities),
            Column("p20", lambda row: row.p20),
            Column("p40", lambda row: row.p40),
            Column("p60", lambda row: row.p60),
            Column("p80", lambda row: row.p80),
            Column(mark("You"), _value),
            Column(mark("Your numerator"), lambda row: row.numerator),
            Column(mark("Your denominator"), lambda row: row.denominator),
            Column(mark("Your fifth, 1 the lowest"), lambda row: row.fifth),
            Column(mark("Shown"), lambda row: _("no") if row.withheld else _("yes")),
        ),
        _rows,
    ),
)
