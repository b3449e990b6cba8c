"""Questions about agreements and what is owed. The tenant comes first; row-level security knows no other."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from msgspec import Meta, structs

from baseplus.agreements.terms import PartyKind
from baseplus.kernel.paging import ListQuery, Page, Query, page_of, read_cursor
from baseplus.kernel.refusals import NotFound
from baseplus.kernel.vocabulary import Day, Id, Line, TenantId
from projections.agreements.views import AgreementRow, AgreementState, ObligationRow, ObligationState
from projections.runner.reader import Reader, fields

_OF_PARTY = """(%(party)s::text IS NULL
    OR parties @> jsonb_build_array(jsonb_build_object('id', %(party)s::text)))"""


class ListAgreements(ListQuery, frozen=True, kw_only=True):
    """Which agreements."""

    state: Annotated[AgreementState | None, Meta(description="only those in this state")] = None
    party: Annotated[Id | None, Meta(description="only those of this party")] = None
    party_kind: Annotated[PartyKind | None, Meta(description="only those with a party of this kind")] = None
    base: Annotated[Id | None, Meta(description="only those about this base")] = None
    search: Annotated[Line | None, Meta(description="only those whose title has this in it")] = None


class ShowAgreement(Query, frozen=True, kw_only=True):
    """Which agreement."""

    agreement: Id
    party: Annotated[Id | None, Meta(description="only where this is one of its parties")] = None


class ListObligations(ListQuery, frozen=True, kw_only=True):
    """Which obligations."""

    agreement: Annotated[Id | None, Meta(description="only of this agreement")] = None
    state: Annotated[ObligationState | None, Meta(description="only those in this state")] = None
    party: Annotated[Id | None, Meta(description="only what this party owes")] = None
    due_until: Annotated[Day | None, Meta(description="only what is due on this day or before")] = None


def one_agreement(reader: Reader, tenant: TenantId, asked: ShowAgreement, *, until: int | None = None) -> AgreementRow:
    """Show an agreement.

    Its parties, signatures and clauses, and the digest that the parties sign.
    """
    sql = f"SELECT {fields(AgreementRow)} FROM views.agreements WHERE id = %(agreement)s AND {_OF_PARTY}"
    rows = reader.rows(tenant, sql, structs.asdict(asked), AgreementRow, until=until)
    if not rows:
        raise NotFound(agreement=asked.agreement)
    return rows[0]


def agreements(
    reader: Reader, tenant: TenantId, asked: ListAgreements, *, until: int | None = None
) -> Page[AgreementRow]:
    """List agreements, by id."""
    (after,) = read_cursor(asked.cursor, tuple[str]) if asked.cursor else ("",)
    sql = f"""
        SELECT {fields(AgreementRow)} FROM views.agreements
        WHERE id > %(after)s AND (%(state)s::text IS NULL OR state = %(state)s) AND {_OF_PARTY}
          AND (%(party_kind)s::text IS NULL
               OR parties @> jsonb_build_array(jsonb_build_object('kind', %(party_kind)s::text)))
          AND (%(base)s::text IS NULL OR base = %(base)s)
          AND (%(search)s::text IS NULL OR strpos(lower(title), lower(%(search)s)) > 0)
        ORDER BY id LIMIT %(limit)s + 1"""
    rows = reader.rows(tenant, sql, {**structs.asdict(asked), "after": after}, AgreementRow, until=until)
    return page_of(rows, asked.limit, lambda row: (row.id,))


def obligations(
    reader: Reader, tenant: TenantId, asked: ListObligations, *, until: int | None = None
) -> Page[ObligationRow]:
    """List what is owed, by due date."""
    after, key = read_cursor(asked.cursor, tuple[date, str]) if asked.cursor else (date.min, "")
    sql = f"""
        SELECT {fields(ObligationRow)} FROM views.obligations
        WHERE (due, key) > (%(after)s::date, %(key)s)
          AND (%(agreement)s::text IS NULL OR agreement = %(agreement)s)
          AND (%(state)s::text IS NULL OR state = %(state)s)
          AND (%(party)s::text IS NULL OR party = %(party)s)
          AND (%(due_until)s::date IS NULL OR due <= %(due_until)s)
        ORDER BY due, key LIMIT %(limit)s + 1"""
    rows = reader.rows(tenant, sql, {**structs.asdict(asked), "after": after, "key": key}, ObligationRow, until=until)
    return page_of(rows, asked.limit, lambda row: (row.due, row.key))
