"""Questions about skill standards. The tenant comes first; row-level security knows no other.

Published standards lie in their association's history, and are for whoever may adopt them: whoever has a key reads
them from whichever tenant. What a university adopted is its own.
"""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, structs

from baseplus.assessment.criteria import Version
from baseplus.kernel.paging import ListQuery, Page, Query, page_of, read_cursor
from baseplus.kernel.refusals import NotFound
from baseplus.kernel.vocabulary import Id, TenantId
from projections.runner.reader import Reader, fields, published_in
from projections.standards.views import AdoptionRow, CrosswalkRow, StandardRow, StandardState

OfAssociation = Annotated[Id | None, Meta(description="the association that published it; left out, one's own tenant")]


class ListStandards(ListQuery, frozen=True, kw_only=True):
    """Which versions of which standards."""

    association: OfAssociation = None
    occupation: Annotated[Id | None, Meta(description="only those for this occupation")] = None
    state: Annotated[StandardState | None, Meta(description="only those in this state")] = None


class ShowStandard(Query, frozen=True, kw_only=True):
    """Which standard, and which version of it."""

    standard: Id
    association: OfAssociation = None
    version: Annotated[Version | None, Meta(description="which version; left out, the latest")] = None


class ListAdoptions(ListQuery, frozen=True, kw_only=True):
    """Which adoptions."""

    occupation: Annotated[Id | None, Meta(description="only those for this occupation")] = None
    association: Annotated[Id | None, Meta(description="only of standards of this association")] = None
    standard: Annotated[Id | None, Meta(description="only those of this standard")] = None


class ShowAdoption(Query, frozen=True, kw_only=True):
    """Which adoption."""

    adoption: Id


class ListCrosswalks(ListQuery, frozen=True, kw_only=True):
    """Which crosswalks."""

    adoption: Annotated[Id | None, Meta(description="only those from or to this adopted standard")] = None


def standards(reader: Reader, tenant: TenantId, asked: ListStandards, *, until: int | None = None) -> Page[StandardRow]:
    """List the published standards of an association, by id and version."""
    after, version = read_cursor(asked.cursor, tuple[str, int]) if asked.cursor else ("", 0)
    sql = f"""
        SELECT {fields(StandardRow)} FROM views.standards
        WHERE (standard, version) > (%(after)s, %(from_version)s)
          AND (%(occupation)s::text IS NULL OR occupation = %(occupation)s)
          AND (%(state)s::text IS NULL OR state = %(state)s)
        ORDER BY standard, version LIMIT %(limit)s + 1"""
    place = {"after": after, "from_version": version}
    whose, seen = published_in(tenant, asked.association, until)
    rows = reader.rows(whose, sql, structs.asdict(asked) | place, StandardRow, until=seen)
    return page_of(rows, asked.limit, lambda row: (row.standard, row.version))


def one_standard(reader: Reader, tenant: TenantId, asked: ShowStandard, *, until: int | None = None) -> StandardRow:
    """Show a version of a standard.

    Its criteria, and the digest that a university adopts it by.
    """
    sql = f"""
        SELECT {fields(StandardRow)} FROM views.standards
        WHERE standard = %(standard)s AND (%(version)s::bigint IS NULL OR version = %(version)s)
        ORDER BY version DESC LIMIT 1"""
    whose, seen = published_in(tenant, asked.association, until)
    rows = reader.rows(whose, sql, structs.asdict(asked), StandardRow, until=seen)
    if not rows:
        raise NotFound(standard=asked.standard, version=asked.version or "latest", association=whose)
    return rows[0]


def adoptions(reader: Reader, tenant: TenantId, asked: ListAdoptions, *, until: int | None = None) -> Page[AdoptionRow]:
    """List the adopted standards, by id."""
    (after,) = read_cursor(asked.cursor, tuple[str]) if asked.cursor else ("",)
    sql = f"""
        SELECT {fields(AdoptionRow)} FROM views.adoptions
        WHERE id > %(after)s
          AND (%(occupation)s::text IS NULL OR occupation = %(occupation)s)
          AND (%(association)s::text IS NULL OR association = %(association)s)
          AND (%(standard)s::text IS NULL OR standard = %(standard)s)
        ORDER BY id LIMIT %(limit)s + 1"""
    rows = reader.rows(tenant, sql, {**structs.asdict(asked), "after": after}, AdoptionRow, until=until)
    return page_of(rows, asked.limit, lambda row: (row.id,))


def one_adoption(reader: Reader, tenant: TenantId, asked: ShowAdoption, *, until: int | None = None) -> AdoptionRow:
    """Show an adopted standard.

    Its criteria, as apprentices are assessed by them.
    """
    sql = f"SELECT {fields(AdoptionRow)} FROM views.adoptions WHERE id = %(adoption)s"
    rows = reader.rows(tenant, sql, structs.asdict(asked), AdoptionRow, until=until)
    if not rows:
        raise NotFound(adoption=asked.adoption)
    return rows[0]


def crosswalks(
    reader: Reader, tenant: TenantId, asked: ListCrosswalks, *, until: int | None = None
) -> Page[CrosswalkRow]:
    """List the crosswalks between adopted standards, by id."""
    (after,) = read_cursor(asked.cursor, tuple[str]) if asked.cursor else ("",)
    sql = f"""
        SELECT {fields(CrosswalkRow)} FROM views.crosswalks
        WHERE id > %(after)s
          AND (%(adoption)s::text IS NULL OR one = %(adoption)s OR other = %(adoption)s)
        ORDER BY id LIMIT %(limit)s + 1"""
    rows = reader.rows(tenant, sql, {**structs.asdict(asked), "after": after}, CrosswalkRow, until=until)
    return page_of(rows, asked.limit, lambda row: (row.id,))
