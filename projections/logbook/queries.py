"""Questions about logbooks. The tenant comes first; row-level security knows no other."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Annotated, Literal

from msgspec import Meta, structs

from baseplus.kernel.paging import ListQuery, Page, Query, page_of
from baseplus.kernel.refusals import NotFound
from baseplus.kernel.vocabulary import Day, Id, Line, PersonId, TenantId
from baseplus.logbook.events import Work
from projections.logbook.attendance import AttendanceRow, AttendanceState
from projections.logbook.views import LearnerRow, ReflectionRow, SkillRow, SkillState, TaskRow, TaskState
from projections.runner.reader import Reader, fields
from projections.runner.sorting import SORT, Descending, Sorting

Mentor = Annotated[PersonId | None, Meta(description="only of apprentices whom this mentor guides now")]
Enterprise = Annotated[Id | None, Meta(description="only of apprentices at this enterprise")]
Base = Annotated[Id | None, Meta(description="only of apprentices at this base")]
Apprenticeship = Annotated[Id | None, Meta(description="only of this apprenticeship")]
Search = Annotated[Line | None, Meta(description="only of apprentices whose name has this in it")]
From = Annotated[Day | None, Meta(description="only from this day on")]
Until = Annotated[Day | None, Meta(description="only until this day, which is included")]

_OF = """
    (%(enterprise)s::text IS NULL OR l.enterprise = %(enterprise)s)
    AND (%(mentor)s::text IS NULL OR l.tutor = %(mentor)s OR l.master = %(mentor)s)"""
_OF_ANY = f"""{_OF}
    AND (%(apprenticeship)s::text IS NULL OR l.id = %(apprenticeship)s)
    AND (%(base)s::text IS NULL OR l.base = %(base)s)
    AND (%(search)s::text IS NULL OR strpos(lower(l.name), lower(%(search)s)) > 0)"""
_WHO = "l.name, l.base, l.enterprise"
_TODAY = "(now() AT TIME ZONE 'UTC')::date"


def _of(row: str, own: type) -> str:
    """The columns of a row struct, named after the table's alias."""
    return ", ".join(f"{row}.{name}" for name in own.__struct_fields__)  # type: ignore[attr-defined]


class LogbookRow(LearnerRow, kw_only=True):
    """A logbook in figures.

    tasks_open: assigned or returned, of which tasks_late are; tasks_waiting: submitted and not answered. skills_begun:
    demonstrated and not signed off. reflections_waiting: not reviewed. days_…: claims of attendance, those that count,
    those that are disputed; hours_…: of those that count, by kind of work. last_on: the latest day that is claimed or
    reflected on.
    """

    tasks_open: int
    tasks_late: int
    tasks_waiting: int
    tasks_accepted: int
    skills_begun: int
    skills_signed_off: int
    reflections: int
    reflections_waiting: int
    days_claimed: int
    days_counted: int
    days_disputed: int
    hours_job: Decimal
    hours_exercise: Decimal
    hours_classroom: Decimal
    last_on: date | None


class NamedTaskRow(TaskRow, kw_only=True):
    """A task with whose it is. late: it is due before today and was not submitted since it was last returned."""

    name: str
    base: str
    enterprise: str
    late: bool


class NamedSkillRow(SkillRow, kw_only=True):
    """A skill with whose it is."""

    name: str
    base: str
    enterprise: str


class NamedReflectionRow(ReflectionRow, kw_only=True):
    """A reflection with whose it is."""

    name: str
    base: str
    enterprise: str


class NamedAttendanceRow(AttendanceRow, kw_only=True):
    """A claim of attendance with whose it is."""

    name: str
    base: str
    enterprise: str


class ListLogbooks(ListQuery, frozen=True, kw_only=True):
    """Which logbooks."""

    mentor: Mentor = None
    enterprise: Enterprise = None
    base: Base = None
    search: Search = None
    in_training: Annotated[bool | None, Meta(description="only of training that goes on, or that has ended")] = None
    sort: Annotated[
        Literal[
            "id", "name", "last_on", "tasks_late", "tasks_waiting", "skills_signed_off", "days_disputed", "hours_job"
        ],
        SORT,
    ] = "id"
    descending: Descending = False


class ShowLogbook(Query, frozen=True, kw_only=True):
    """Whose logbook."""

    apprenticeship: Id
    mentor: Mentor = None
    enterprise: Enterprise = None


class _OfLearners(ListQuery, frozen=True, kw_only=True):
    """Whose entries."""

    apprenticeship: Apprenticeship = None
    mentor: Mentor = None
    enterprise: Enterprise = None
    base: Base = None
    search: Search = None


class ListTasks(_OfLearners, frozen=True, kw_only=True):
    """Which tasks."""

    state: Annotated[TaskState | None, Meta(description="only those in this state")] = None
    work: Annotated[Work | None, Meta(description="only of this kind of work")] = None
    late: Annotated[bool | None, Meta(description="only those that are late today, or are not")] = None
    due_until: Annotated[Day | None, Meta(description="only what is due on this day or before")] = None
    sort: Annotated[Literal["due", "name", "state", "assigned_on", "submitted_on"], SORT] = "due"
    descending: Descending = False


class ListSkills(_OfLearners, frozen=True, kw_only=True):
    """Which skills."""

    skill: Annotated[Id | None, Meta(description="only this skill")] = None
    state: Annotated[SkillState | None, Meta(description="only those in this state")] = None
    sort: Annotated[Literal["key", "name", "skill", "demonstrated_on", "signed_off_on", "attempts"], SORT] = "key"
    descending: Descending = False


class ListReflections(_OfLearners, frozen=True, kw_only=True):
    """Which reflections."""

    reviewed: Annotated[bool | None, Meta(description="only those that were reviewed, or were not")] = None
    since: From = None
    upto: Until = None
    sort: Annotated[Literal["day", "name", "reviewed_on"], SORT] = "day"
    descending: Descending = True


class ListAttendance(_OfLearners, frozen=True, kw_only=True):
    """Which claims of attendance."""

    state: Annotated[AttendanceState | None, Meta(description="only those in this state")] = None
    work: Annotated[Work | None, Meta(description="only of this kind of work")] = None
    since: From = None
    upto: Until = None
    sort: Annotated[Literal["day", "name", "state", "hours"], SORT] = "day"
    descending: Descending = True


_LOGBOOKS = f"""
    SELECT {_of("l", LearnerRow)}, t.*, s.*, r.*, a.*, greatest(r_last, a_last) AS last_on
    FROM views.learners l,
    LATERAL (
        SELECT count(*) FILTER (WHERE state IN ('open', 'returned')) AS tasks_open,
            count(*) FILTER (WHERE state IN ('open', 'returned') AND due < {_TODAY}) AS tasks_late,
            count(*) FILTER (WHERE state = 'submitted') AS tasks_waiting,
            count(*) FILTER (WHERE state = 'accepted') AS tasks_accepted
        FROM views.tasks WHERE apprenticeship = l.id
    ) AS t,
    LATERAL (
        SELECT count(*) FILTER (WHERE state <> 'signed_off') AS skills_begun,
            count(*) FILTER (WHERE state = 'signed_off') AS skills_signed_off
        FROM views.skills WHERE apprenticeship = l.id
    ) AS s,
    LATERAL (
        SELECT count(*) AS reflections, count(*) FILTER (WHERE reviewed_on IS NULL) AS reflections_waiting,
            max(day) AS r_last
        FROM views.reflections WHERE apprenticeship = l.id
    ) AS r,
    LATERAL (
        SELECT count(*) AS days_claimed, count(*) FILTER (WHERE state = 'counted') AS days_counted,
            count(*) FILTER (WHERE state = 'disputed') AS days_disputed,
            coalesce(sum(hours) FILTER (WHERE state = 'counted' AND work = 'job'), 0) AS hours_job,
            coalesce(sum(hours) FILTER (WHERE state = 'counted' AND work = 'exercise'), 0) AS hours_exercise,
            coalesce(sum(hours) FILTER (WHERE state = 'counted' AND work = 'classroom'), 0) AS hours_classroom,
            max(day) AS a_last
        FROM views.attendance WHERE apprenticeship = l.id
    ) AS a"""


def _named_by(rows: str) -> dict[str, str]:
    """How the name is found of whose a row is, by its key."""
    of = f"SELECT apprenticeship FROM {rows} WHERE key = %(place_0)s"
    return {"name": f"SELECT name FROM views.learners WHERE id = ({of})"}


_SORTED = Sorting(ListLogbooks, LogbookRow, private={"name": "SELECT name FROM views.learners WHERE id = %(place_0)s"})
_TASKS_SORTED = Sorting(ListTasks, NamedTaskRow, "key", private=_named_by("views.tasks"))
_SKILLS_SORTED = Sorting(ListSkills, NamedSkillRow, "key", private=_named_by("views.skills"))
_REFLECTIONS_SORTED = Sorting(ListReflections, NamedReflectionRow, "key", private=_named_by("views.reflections"))
_ATTENDANCE_SORTED = Sorting(ListAttendance, NamedAttendanceRow, "key", private=_named_by("views.attendance"))


def one_logbook(reader: Reader, tenant: TenantId, asked: ShowLogbook, *, until: int | None = None) -> LogbookRow:
    """Show a logbook in figures.

    What is open, what waits for an answer, what counts.
    """
    sql = f"SELECT {fields(LogbookRow)} FROM ({_LOGBOOKS} WHERE l.id = %(apprenticeship)s AND {_OF}) AS one"
    rows = reader.rows(tenant, sql, structs.asdict(asked), LogbookRow, until=until)
    if not rows:
        raise NotFound(apprenticeship=asked.apprenticeship)
    return rows[0]


def logbooks(reader: Reader, tenant: TenantId, asked: ListLogbooks, *, until: int | None = None) -> Page[LogbookRow]:
    """List logbooks in figures, by apprenticeship."""
    order = _SORTED.order(asked)
    sql = f"""
        SELECT {fields(LogbookRow)} FROM ({_LOGBOOKS}
            WHERE {_OF}
              AND (%(base)s::text IS NULL OR l.base = %(base)s)
              AND (%(search)s::text IS NULL OR strpos(lower(l.name), lower(%(search)s)) > 0)
              AND (%(in_training)s::boolean IS NULL OR (l.ended_on IS NULL) = %(in_training)s)
        ) AS own
        WHERE {order.after} {order.by} LIMIT %(limit)s + 1"""
    rows = reader.rows(tenant, sql, structs.asdict(asked) | order.params, LogbookRow, until=until)
    return page_of(rows, asked.limit, order.place)


def tasks(reader: Reader, tenant: TenantId, asked: ListTasks, *, until: int | None = None) -> Page[NamedTaskRow]:
    """List tasks, those that are due first; those without a due day last."""
    order = _TASKS_SORTED.order(asked)
    late = f"(t.state IN ('open', 'returned') AND t.due IS NOT NULL AND t.due < {_TODAY})"
    sql = f"""
        SELECT * FROM (
            SELECT {_of("t", TaskRow)}, {_WHO}, {late} AS late
            FROM views.tasks t JOIN views.learners l ON l.id = t.apprenticeship
            WHERE {_OF_ANY}
              AND (%(state)s::text IS NULL OR t.state = %(state)s)
              AND (%(work)s::text IS NULL OR t.work = %(work)s)
              AND (%(late)s::boolean IS NULL OR {late} = %(late)s)
              AND (%(due_until)s::date IS NULL OR t.due <= %(due_until)s)
        ) AS own
        WHERE {order.after} {order.by} LIMIT %(limit)s + 1"""
    rows = reader.rows(tenant, sql, structs.asdict(asked) | order.params, NamedTaskRow, until=until)
    return page_of(rows, asked.limit, order.place)


def skills(reader: Reader, tenant: TenantId, asked: ListSkills, *, until: int | None = None) -> Page[NamedSkillRow]:
    """List skills and their sign-offs, by apprenticeship and skill."""
    order = _SKILLS_SORTED.order(asked)
    sql = f"""
        SELECT * FROM (
            SELECT {_of("s", SkillRow)}, {_WHO}
            FROM views.skills s JOIN views.learners l ON l.id = s.apprenticeship
            WHERE {_OF_ANY}
              AND (%(skill)s::text IS NULL OR s.skill = %(skill)s)
              AND (%(state)s::text IS NULL OR s.state = %(state)s)
        ) AS own
        WHERE {order.after} {order.by} LIMIT %(limit)s + 1"""
    rows = reader.rows(tenant, sql, structs.asdict(asked) | order.params, NamedSkillRow, until=until)
    return page_of(rows, asked.limit, order.place)


def reflections(
    reader: Reader, tenant: TenantId, asked: ListReflections, *, until: int | None = None
) -> Page[NamedReflectionRow]:
    """List reflections with their reviews, the latest first."""
    order = _REFLECTIONS_SORTED.order(asked)
    sql = f"""
        SELECT * FROM (
            SELECT {_of("r", ReflectionRow)}, {_WHO}
            FROM views.reflections r JOIN views.learners l ON l.id = r.apprenticeship
            WHERE {_OF_ANY}
              AND (%(reviewed)s::boolean IS NULL OR (r.reviewed_on IS NOT NULL) = %(reviewed)s)
              AND (%(since)s::date IS NULL OR r.day >= %(since)s)
              AND (%(upto)s::date IS NULL OR r.day <= %(upto)s)
        ) AS own
        WHERE {order.after} {order.by} LIMIT %(limit)s + 1"""
    rows = reader.rows(tenant, sql, structs.asdict(asked) | order.params, NamedReflectionRow, until=until)
    return page_of(rows, asked.limit, order.place)


def attendance(
    reader: Reader, tenant: TenantId, asked: ListAttendance, *, until: int | None = None
) -> Page[NamedAttendanceRow]:
    """List attendance with its witnesses, the latest day first."""
    order = _ATTENDANCE_SORTED.order(asked)
    sql = f"""
        SELECT * FROM (
            SELECT {_of("a", AttendanceRow)}, {_WHO}
            FROM views.attendance a JOIN views.learners l ON l.id = a.apprenticeship
            WHERE {_OF_ANY}
              AND (%(state)s::text IS NULL OR a.state = %(state)s)
              AND (%(work)s::text IS NULL OR a.work = %(work)s)
              AND (%(since)s::date IS NULL OR a.day >= %(since)s)
              AND (%(upto)s::date IS NULL OR a.day <= %(upto)s)
        ) AS own
        WHERE {order.after} {order.by} LIMIT %(limit)s + 1"""
    rows = reader.rows(tenant, sql, structs.asdict(asked) | order.params, NamedAttendanceRow, until=until)
    return page_of(rows, asked.limit, order.place)
