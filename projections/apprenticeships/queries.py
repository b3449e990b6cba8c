"""Questions about apprenticeships. The tenant comes first; row-level security knows no other."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from msgspec import Meta, structs

from baseplus.kernel.paging import ListQuery, Page, page_of, read_cursor
from baseplus.kernel.refusals import NotFound
from baseplus.kernel.vocabulary import Id, Line, PersonId, TenantId, stream_id
from projections.apprenticeships.timeline import TimelineRow
from projections.apprenticeships.views import ApprenticeshipRow, Apprenticeships, ApprenticeshipState, MentorNameRow
from projections.runner.as_of import AsOf, KnownOn, WasOn, rows_as_of
from projections.runner.reader import Reader, fields
from projections.runner.sorting import SORT, Descending, Sorting

_FOR = """
    (%(enterprise)s::text IS NULL OR enterprise = %(enterprise)s)
    AND (%(mentor)s::text IS NULL OR tutor = %(mentor)s OR master = %(mentor)s)"""
_NAMED = f"""
    SELECT {fields(ApprenticeshipRow)},
        (SELECT name FROM views.mentor_names WHERE id = tutor) AS tutor_name,
        (SELECT name FROM views.mentor_names WHERE id = master) AS master_name
    FROM views.apprenticeships a"""

# A correction is as old as what it corrects; each row is one event, and everything else has its own day.
_HAPPENED = """coalesce(
    (SELECT min(o.day) FROM views.timeline o
      WHERE t.what = 'assessment_corrected' AND o.what = 'assessment_recorded'
        AND o.apprentice = t.apprentice AND o.assessment = t.assessment AND o.side = t.side),
    day) <= %(was_on)s"""


class NamedApprenticeshipRow(ApprenticeshipRow):
    """An apprenticeship with the names of those who guide the apprentice now."""

    tutor_name: str | None = None
    master_name: str | None = None


class NamedTimelineRow(TimelineRow):
    """What happened, with the names of the mentors whom it concerns."""

    mentor_name: str | None = None
    previous_name: str | None = None


class ListApprenticeships(ListQuery, frozen=True, kw_only=True):
    """Which apprenticeships."""

    state: Annotated[ApprenticeshipState | None, Meta(description="only those in this state")] = None
    mentor: Annotated[PersonId | None, Meta(description="only those whom this mentor guides now")] = None
    enterprise: Annotated[Id | None, Meta(description="only those at this enterprise")] = None
    base: Annotated[Id | None, Meta(description="only those at this base")] = None
    agreement: Annotated[Id | None, Meta(description="only those under this agreement")] = None
    apprentice: Annotated[PersonId | None, Meta(description="only those of this person")] = None
    search: Annotated[Line | None, Meta(description="only apprentices whose name has this in it")] = None
    sort: Annotated[Literal["id", "name", "state", "since", "enrolled_on", "started_on"], SORT] = "id"
    descending: Descending = False


class ShowApprenticeship(AsOf, frozen=True, kw_only=True):
    """Which apprenticeship, and as of when."""

    apprenticeship: Id
    mentor: Annotated[PersonId | None, Meta(description="only where this mentor guides the apprentice now")] = None
    enterprise: Annotated[Id | None, Meta(description="only where it is at this enterprise")] = None


class ShowTimeline(ListQuery, frozen=True, kw_only=True):
    """Of which apprenticeship, and as of when."""

    apprenticeship: Id
    known_on: KnownOn = None
    was_on: WasOn = None
    mentor: Annotated[PersonId | None, Meta(description="only where this mentor guides the apprentice now")] = None
    enterprise: Annotated[Id | None, Meta(description="only where it is at this enterprise")] = None


def one_apprenticeship(
    reader: Reader, tenant: TenantId, asked: ShowApprenticeship, *, until: int | None = None
) -> NamedApprenticeshipRow:
    """Show an apprenticeship.

    The apprentice, who guides them and who did, and where they stand: now, as known on a day that has passed, or as it
    was on one. Who may see it is decided by who guides the apprentice now.
    """
    sql = f"{_NAMED} WHERE id = %(apprenticeship)s AND {_FOR}"
    rows = reader.rows(tenant, sql, structs.asdict(asked), NamedApprenticeshipRow, until=until)
    if not rows:
        raise NotFound(apprenticeship=asked.apprenticeship)
    return rows[0] if asked.now else _as_of(reader, tenant, asked)


def _as_of(reader: Reader, tenant: TenantId, asked: ShowApprenticeship) -> NamedApprenticeshipRow:
    stream = stream_id("apprenticeships", asked.apprenticeship)
    row = rows_as_of(reader, tenant, Apprenticeships(), stream, asked).get(asked.apprenticeship)
    if row is None:
        raise NotFound(apprenticeship=asked.apprenticeship)
    sql = "SELECT id, name FROM views.mentor_names WHERE id = %(tutor)s OR id = %(master)s"
    found = reader.rows(tenant, sql, {"tutor": row.tutor, "master": row.master}, MentorNameRow)
    names = {one.id: one.name for one in found}
    return NamedApprenticeshipRow(
        **structs.asdict(row), tutor_name=names.get(row.tutor or ""), master_name=names.get(row.master or "")
    )


_SORTED = Sorting(
    ListApprenticeships,
    NamedApprenticeshipRow,
    private={"name": "SELECT name FROM views.apprenticeships WHERE id = %(place_0)s"},
)


def apprenticeships(
    reader: Reader, tenant: TenantId, asked: ListApprenticeships, *, until: int | None = None
) -> Page[NamedApprenticeshipRow]:
    """List apprenticeships with their mentors, by id."""
    order = _SORTED.order(asked)
    sql = f"""{_NAMED}
        WHERE {order.after}
          AND (%(state)s::text IS NULL OR state = %(state)s)
          AND (%(base)s::text IS NULL OR base = %(base)s)
          AND (%(agreement)s::text IS NULL OR agreement = %(agreement)s)
          AND (%(apprentice)s::text IS NULL OR apprentice = %(apprentice)s)
          AND (%(search)s::text IS NULL OR strpos(lower(name), lower(%(search)s)) > 0)
          AND {_FOR}
        {order.by} LIMIT %(limit)s + 1"""
    rows = reader.rows(tenant, sql, structs.asdict(asked) | order.params, NamedApprenticeshipRow, until=until)
    return page_of(rows, asked.limit, order.place)


def timeline(
    reader: Reader, tenant: TenantId, asked: ShowTimeline, *, until: int | None = None
) -> Page[NamedTimelineRow]:
    """Show what happened to an apprentice, the latest first.

    By the day on which it happened, whenever that was recorded. In this apprenticeship, and how the person was assessed
    in any: when and by whom, without marks. Now, or what was known on a day that has passed, or what had happened by
    then.
    """
    day, before = read_cursor(asked.cursor, tuple[date, int]) if asked.cursor else (date.max, 2**63 - 1)
    sql = f"""
        SELECT {fields(TimelineRow)},
            (SELECT name FROM views.mentor_names WHERE id = mentor) AS mentor_name,
            (SELECT name FROM views.mentor_names WHERE id = previous) AS previous_name
        FROM views.timeline t
        WHERE (day, position) < (%(before_day)s::date, %(before)s)
          AND (%(known_on)s::date IS NULL OR (recorded_at AT TIME ZONE 'UTC')::date <= %(known_on)s)
          AND (%(was_on)s::date IS NULL OR {_HAPPENED})
          AND (apprenticeship = %(apprenticeship)s
               OR apprentice = (SELECT apprentice FROM views.apprenticeships WHERE id = %(apprenticeship)s))
          AND EXISTS (SELECT FROM views.apprenticeships WHERE id = %(apprenticeship)s AND {_FOR})
        ORDER BY day DESC, position DESC LIMIT %(limit)s + 1"""
    place = {"before_day": day, "before": before}
    rows = reader.rows(tenant, sql, structs.asdict(asked) | place, NamedTimelineRow, until=until)
    if not rows and not asked.cursor:
        raise NotFound(apprenticeship=asked.apprenticeship)
    return page_of(rows, asked.limit, lambda row: (row.day, row.position))
