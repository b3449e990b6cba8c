"""Questions about certificates. The tenant comes first; row-level security knows no other."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta, structs

from baseplus.assessment.events import CertificateKind
from baseplus.kernel.paging import ListQuery, Page, Query, page_of, read_cursor
from baseplus.kernel.refusals import NotFound
from baseplus.kernel.vocabulary import Id, PersonId, TenantId
from projections.certificates.views import CertificateRow, CertificateState, CertifiedRow
from projections.runner.reader import Reader, fields
from projections.runner.sorting import SORT, Descending, Sorting


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
    sort: Annotated[Literal["id", "apprentice", "awarded_on", "expires", "state"], SORT] = "id"
    descending: Descending = False


class ShowCertificate(Query, frozen=True, kw_only=True):
    """Which certificate."""

    certificate: Id


class ListCertified(ListQuery, frozen=True, kw_only=True):
    """Which apprentices."""

    dual: Annotated[bool | None, Meta(description="only those whom both sides certified, or not both")] = None
    base: Annotated[Id | None, Meta(description="only those at this base")] = None


_SORTED = Sorting(ListCertificates, CertificateRow)


def certificates(
    reader: Reader, tenant: TenantId, asked: ListCertificates, *, until: int | None = None
) -> Page[CertificateRow]:
    """List certificates, by id."""
    order = _SORTED.order(asked)
    sql = f"""
        SELECT {fields(CertificateRow)} FROM views.certificates
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

    What it was awarded by, and each piece of evidence that it counts.
    """
    sql = f"SELECT {fields(CertificateRow)} FROM views.certificates WHERE id = %(certificate)s"
    rows = reader.rows(tenant, sql, structs.asdict(asked), CertificateRow, until=until)
    if not rows:
        raise NotFound(certificate=asked.certificate)
    return rows[0]


def certified(
    reader: Reader, tenant: TenantId, asked: ListCertified, *, until: int | None = None
) -> Page[CertifiedRow]:
    """List what apprentices hold, by apprenticeship."""
    (after,) = read_cursor(asked.cursor, tuple[str]) if asked.cursor else ("",)
    sql = f"""
        SELECT {fields(CertifiedRow)} FROM views.certified
        WHERE apprenticeship > %(after)s
          AND (%(dual)s::boolean IS NULL OR (dual_since IS NOT NULL) = %(dual)s)
          AND (%(base)s::text IS NULL OR base = %(base)s)
        ORDER BY apprenticeship LIMIT %(limit)s + 1"""
    rows = reader.rows(tenant, sql, {**structs.asdict(asked), "after": after}, CertifiedRow, until=until)
    return page_of(rows, asked.limit, lambda row: (row.apprenticeship,))
