"""Questions about projects. The tenant comes first; row-level security knows no other."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

import msgspec
from msgspec import Meta, structs

from baseplus.kernel.paging import ListQuery, Page, Query, page_of, read_cursor
from baseplus.kernel.refusals import NotFound
from baseplus.kernel.vocabulary import Id, Line, PersonId, TenantId
from baseplus.projects.parts import Gate, Health, IncubationStage
from projections.projects.views import IncubationState, Judgement, ProductRow, ProjectRow, ProjectState
from projections.runner.reader import Reader, fields
from projections.runner.sorting import SORT, Descending, Sorting

AtBase = Annotated[Id | None, Meta(description="only those at this base")]
WithEnterprise = Annotated[Id | None, Meta(description="only those done for or with this enterprise")]

_NAMED = f"""
    SELECT {fields(ProjectRow)},
        (SELECT name FROM views.project_people WHERE id = lead) AS lead_name,
        (SELECT name FROM views.project_people WHERE id = tutor) AS tutor_name,
        coalesce(reported_on, decided_on, proposed_on) AS heard_of
    FROM views.projects p"""


class NamedProjectRow(ProjectRow, kw_only=True):
    """A project with the names of who leads and who guides it. heard_of: the day of the last report, or decision."""

    heard_of: date
    lead_name: str | None = None
    tutor_name: str | None = None


class ListProjects(ListQuery, frozen=True, kw_only=True):
    """Which projects."""

    base: AtBase = None
    enterprise: WithEnterprise = None
    state: Annotated[ProjectState | None, Meta(description="only those in this state")] = None
    health: Annotated[Health | None, Meta(description="only those that are reported to go so")] = None
    member: Annotated[PersonId | None, Meta(description="only those whose team this person is in")] = None
    venture: Annotated[bool | None, Meta(description="only those with a budget, or without one")] = None
    over_budget: Annotated[bool | None, Meta(description="only those that spent more than they may, or not")] = None
    search: Annotated[Line | None, Meta(description="only those whose title has this in it")] = None
    sort: Annotated[Literal["id", "title", "state", "heard_of", "proposed_on", "products"], SORT] = "id"
    descending: Descending = False


_SORTED = Sorting(ListProjects, NamedProjectRow)


class ShowProject(Query, frozen=True, kw_only=True):
    """Which project."""

    project: Id
    enterprise: Annotated[Id | None, Meta(description="only where it is done for or with this enterprise")] = None


class ListProducts(ListQuery, frozen=True, kw_only=True):
    """Which products."""

    base: AtBase = None
    enterprise: WithEnterprise = None
    project: Annotated[Id | None, Meta(description="only those of this project")] = None
    maker: Annotated[PersonId | None, Meta(description="only those that this person made, perhaps with others")] = None
    verified: Annotated[bool | None, Meta(description="only those that somebody has verified, or nobody has")] = None


class NamedProductRow(ProductRow):
    """A product with what its project and its verifier are called."""

    project_title: str | None = None
    enterprise: str | None = None
    verifier_name: str | None = None


class ListGates(ListQuery, frozen=True, kw_only=True):
    """Which judgements."""

    base: AtBase = None
    enterprise: WithEnterprise = None
    project: Annotated[Id | None, Meta(description="only those on this project")] = None
    gate: Annotated[Gate | None, Meta(description="only those at this gate")] = None
    outcome: Annotated[Judgement | None, Meta(description="only those that ended so")] = None


class GateRow(msgspec.Struct, frozen=True):
    """What came of a venture's attempt at a gate, and by whose judgement."""

    project: str
    title: str
    base: str
    place: int
    gate: Gate
    outcome: Judgement
    attempt: int
    assessor: str
    assessor_name: str | None
    judged_on: date


class ListIncubation(ListQuery, frozen=True, kw_only=True):
    """Which ventures."""

    base: AtBase = None
    enterprise: WithEnterprise = None
    incubation: Annotated[IncubationState | None, Meta(description="only those whose incubation stands so")] = None
    stage: Annotated[IncubationStage | None, Meta(description="only those in this stage, or last in it")] = None


def projects(
    reader: Reader, tenant: TenantId, asked: ListProjects, *, until: int | None = None
) -> Page[NamedProjectRow]:
    """List projects with who leads them and how they go."""
    order = _SORTED.order(asked)
    sql = f"""
        SELECT * FROM ({_NAMED}) AS named
        WHERE {order.after}
          AND (%(base)s::text IS NULL OR base = %(base)s)
          AND (%(enterprise)s::text IS NULL OR enterprise = %(enterprise)s)
          AND (%(state)s::text IS NULL OR state = %(state)s)
          AND (%(health)s::text IS NULL OR health = %(health)s)
          AND (%(member)s::text IS NULL
               OR team @> jsonb_build_array(jsonb_build_object('person', %(member)s::text)))
          AND (%(venture)s::boolean IS NULL OR (budget IS NOT NULL) = %(venture)s)
          AND (%(over_budget)s::boolean IS NULL OR over_budget = %(over_budget)s)
          AND (%(search)s::text IS NULL OR strpos(lower(title), lower(%(search)s)) > 0)
        {order.by} LIMIT %(limit)s + 1"""
    rows = reader.rows(tenant, sql, structs.asdict(asked) | order.params, NamedProjectRow, until=until)
    return page_of(rows, asked.limit, order.place)


def one_project(reader: Reader, tenant: TenantId, asked: ShowProject, *, until: int | None = None) -> NamedProjectRow:
    """Show a project.

    Its team, how it goes, every attempt at a gate, and how it ended.
    """
    sql = f"{_NAMED} WHERE id = %(project)s AND (%(enterprise)s::text IS NULL OR enterprise = %(enterprise)s)"
    rows = reader.rows(tenant, sql, structs.asdict(asked), NamedProjectRow, until=until)
    if not rows:
        raise NotFound(project=asked.project)
    return rows[0]


def incubation(
    reader: Reader, tenant: TenantId, asked: ListIncubation, *, until: int | None = None
) -> Page[NamedProjectRow]:
    """List ventures with their budget, the gate before them and where they stand in incubation, by id."""
    (after,) = read_cursor(asked.cursor, tuple[str]) if asked.cursor else ("",)
    sql = f"""{_NAMED}
        WHERE budget IS NOT NULL AND id > %(after)s
          AND (%(base)s::text IS NULL OR base = %(base)s)
          AND (%(enterprise)s::text IS NULL OR enterprise = %(enterprise)s)
          AND (%(incubation)s::text IS NULL OR incubation = %(incubation)s)
          AND (%(stage)s::text IS NULL OR stage = %(stage)s)
        ORDER BY id LIMIT %(limit)s + 1"""
    rows = reader.rows(tenant, sql, {**structs.asdict(asked), "after": after}, NamedProjectRow, until=until)
    return page_of(rows, asked.limit, lambda row: (row.id,))


def products(
    reader: Reader, tenant: TenantId, asked: ListProducts, *, until: int | None = None
) -> Page[NamedProductRow]:
    """List products with their makers and who has verified them, by project."""
    (after,) = read_cursor(asked.cursor, tuple[str]) if asked.cursor else ("",)
    sql = f"""
        SELECT * FROM (
            SELECT {fields(ProductRow)},
                (SELECT title FROM views.projects WHERE id = project) AS project_title,
                (SELECT enterprise FROM views.projects WHERE id = project) AS enterprise,
                (SELECT name FROM views.project_people WHERE id = verifier) AS verifier_name
            FROM views.products
        ) AS named
        WHERE key > %(after)s
          AND (%(base)s::text IS NULL OR base = %(base)s)
          AND (%(enterprise)s::text IS NULL OR enterprise = %(enterprise)s)
          AND (%(project)s::text IS NULL OR project = %(project)s)
          AND (%(maker)s::text IS NULL OR makers @> jsonb_build_array(%(maker)s::text))
          AND (%(verified)s::boolean IS NULL OR (verified_on IS NOT NULL) = %(verified)s)
        ORDER BY key LIMIT %(limit)s + 1"""
    rows = reader.rows(tenant, sql, {**structs.asdict(asked), "after": after}, NamedProductRow, until=until)
    return page_of(rows, asked.limit, lambda row: (row.key,))


def gates(reader: Reader, tenant: TenantId, asked: ListGates, *, until: int | None = None) -> Page[GateRow]:
    """List attempts at risk gates, project by project, each project's in their order."""
    after, place = read_cursor(asked.cursor, tuple[str, int]) if asked.cursor else ("", 0)
    sql = """
        SELECT id AS project, title, base, place, gate, outcome, attempt, assessor,
            (SELECT name FROM views.project_people n WHERE n.id = assessor) AS assessor_name, judged_on
        FROM (
            SELECT id, title, base, enterprise, place, judged->>'gate' AS gate, judged->>'outcome' AS outcome,
                (judged->>'attempt')::int AS attempt, judged->>'assessor' AS assessor,
                (judged->>'judged_on')::date AS judged_on
            FROM views.projects, jsonb_array_elements(gates) WITH ORDINALITY AS one(judged, place)
        ) AS attempts
        WHERE (id, place) > (%(after)s, %(place)s)
          AND (%(base)s::text IS NULL OR base = %(base)s)
          AND (%(enterprise)s::text IS NULL OR enterprise = %(enterprise)s)
          AND (%(project)s::text IS NULL OR id = %(project)s)
          AND (%(gate)s::text IS NULL OR gate = %(gate)s)
          AND (%(outcome)s::text IS NULL OR outcome = %(outcome)s)
        ORDER BY id, place LIMIT %(limit)s + 1"""
    rows = reader.rows(tenant, sql, {**structs.asdict(asked), "after": after, "place": place}, GateRow, until=until)
    return page_of(rows, asked.limit, lambda row: (row.project, row.place))
