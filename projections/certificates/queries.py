"""Questions about certificates. The tenant comes first; row-level security knows no other."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from msgspec import Meta, Struct, structs

from baseplus.assessment.events import CertificateKind
from baseplus.kernel.paging import ListQuery, Page, Query, page_of, read_cursor
from baseplus.kernel.refusals import NotFound
from baseplus.kernel.vocabulary import Day, Id, PersonId, TenantId
from projections.certificates.views import CertificateRow, CertificateState, CertifiedRow
from projections.runner.reader import Reader, fields
from projections.runner.sorting import SORT, Descending, Sorting

AsOf = Annotated[Day | None, Meta(description="the day on which they have expired or not; left out, today")]

# A day passes without an event, so that no row can know what has expired.
_DAY = "coalesce(%(as_of)s::date, (now() AT TIME ZONE 'UTC')::date)"


def _but(row: type[Struct], *told: str) -> str:
    """The columns of a row, but those that are told as of the day."""
    return ", ".join(name for name in row.__struct_fields__ if name not in told)


_CERTIFICATES = f"""
    SELECT {_but(CertificateRow, "state")},
        CASE WHEN state = 'awarded' AND expires < {_DAY} THEN 'expired' ELSE state END AS state
      FROM views.certificates"""
_CERTIFIED = f"""
    SELECT {_but(CertifiedRow, "held")}, kept.held,
        CASE WHEN kept.kinds = 2 THEN kept.dual_since END AS dual_since,
        CASE WHEN kept.kinds = 2 THEN kept.dual_until END AS dual_until
      FROM views.certified, LATERAL (
        SELECT coalesce(jsonb_agg(one ORDER BY number), '[]') AS held, count(*) AS kinds,
            max((one ->> 'since')::date) AS dual_since, min((one ->> 'expires')::date) AS dual_until
          FROM (
            SELECT DISTINCT ON (one ->> 'kind') one, number
              FROM jsonb_array_elements(certified.held) WITH ORDINALITY AS each(one, number)
             WHERE (one ->> 'since')::date <= {_DAY} AND (one ->> 'expires')::date < {_DAY} IS NOT TRUE
             ORDER BY one ->> 'kind', number DESC
          ) latest
      ) kept"""


class ListCertificates(ListQuery, frozen=True, kw_only=True):
    """Which certificates."""

    kind: Annotated[CertificateKind | None, Meta(description="only those of this kind")] = None
    state: Annotated[CertificateState | None, Meta(description="only those in this state")] = None
    apprentice: Annotated[PersonId | None, Meta(description="only those of this apprentice")] = None
    apprenticeship: Annotated[Id | None, Meta(description="only those of this apprenticeship")] = None
    base: Annotated[Id | None, Meta(description="only those at this base")] = None
    standard: Annotated[Id | None, Meta(description="only those against this standard, whatever its version")] = None
    awarded_by: Annotated[Id | None, Meta(description="only those of this awarding body")] = None
    marks_changed: Annotated[
        bool | None, Meta(description="only those whose marks an appeal changed after the award, or did not")
    ] = None
    as_of: AsOf = None
    sort: Annotated[Literal["id", "apprentice", "awarded_on", "expires", "state"], SORT] = "id"
    descending: Descending = False


class HolderRow(CertifiedRow):
    """What an apprentice holds on a day: of each kind one at most.

    dual_since: since when both that are held then; dual_until: the last day of both, where one of them expires.
    position: of the last event.
    """

    dual_since: date | None = None
    dual_until: date | None = None


class ShowCertificate(Query, frozen=True, kw_only=True):
    """Which certificate."""

    certificate: Id
    as_of: AsOf = None


class ListCertified(ListQuery, frozen=True, kw_only=True):
    """Which apprentices."""

    dual: Annotated[bool | None, Meta(description="only those whom both sides certified, or not both")] = None
    base: Annotated[Id | None, Meta(description="only those at this base")] = None
    as_of: AsOf = None


_SORTED = Sorting(ListCertificates, CertificateRow)


def certificates(
    reader: Reader, tenant: TenantId, asked: ListCertificates, *, until: int | None = None
) -> Page[CertificateRow]:
    """List certificates, by id.

    Which of them have expired is as of a day.
    """
    order = _SORTED.order(asked)
    sql = f"""
        SELECT {fields(CertificateRow)} FROM ({_CERTIFICATES}) known
        WHERE {order.after}
          AND (%(kind)s::text IS NULL OR kind = %(kind)s)
          AND (%(state)s::text IS NULL OR state = %(state)s)
          AND (%(apprentice)s::text IS NULL OR apprentice = %(apprentice)s)
          AND (%(apprenticeship)s::text IS NULL OR apprenticeship = %(apprenticeship)s)
          AND (%(base)s::text IS NULL OR base = %(base)s)
          AND (%(standard)s::text IS NULL OR standard = %(standard)s)
          AND (%(awarded_by)s::text IS NULL OR awarded_by = %(awarded_by)s)
          AND (%(marks_changed)s::boolean IS NULL OR (marks_changed_at IS NOT NULL) = %(marks_changed)s)
        {order.by} LIMIT %(limit)s + 1"""
    rows = reader.rows(tenant, sql, structs.asdict(asked) | order.params, CertificateRow, until=until)
    return page_of(rows, asked.limit, order.place)


def one_certificate(
    reader: Reader, tenant: TenantId, asked: ShowCertificate, *, until: int | None = None
) -> CertificateRow:
    """Show a certificate.

    What it was awarded by, each piece of evidence that it counts, and whether it has expired on a day.
    """
    sql = f"SELECT {fields(CertificateRow)} FROM ({_CERTIFICATES}) known WHERE id = %(certificate)s"
    rows = reader.rows(tenant, sql, structs.asdict(asked), CertificateRow, until=until)
    if not rows:
        raise NotFound(certificate=asked.certificate)
    return rows[0]


def certified(reader: Reader, tenant: TenantId, asked: ListCertified, *, until: int | None = None) -> Page[HolderRow]:
    """List what apprentices hold, by apprenticeship.

    As of a day: what has expired then, or is awarded later only, is not held, and of two of a kind the renewal is.
    """
    (after,) = read_cursor(asked.cursor, tuple[str]) if asked.cursor else ("",)
    sql = f"""
        SELECT {fields(HolderRow)} FROM ({_CERTIFIED}) known
        WHERE apprenticeship > %(after)s
          AND (%(dual)s::boolean IS NULL OR (dual_since IS NOT NULL) = %(dual)s)
          AND (%(base)s::text IS NULL OR base = %(base)s)
        ORDER BY apprenticeship LIMIT %(limit)s + 1"""
    rows = reader.rows(tenant, sql, {**structs.asdict(asked), "after": after}, HolderRow, until=until)
    return page_of(rows, asked.limit, lambda row: (row.apprenticeship,))
