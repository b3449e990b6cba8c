"""Questions about agreements and what is owed. The tenant comes first; row-level security knows no other."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta, structs

from baseplus.agreements.terms import PartyKind
from baseplus.kernel.paging import ListQuery, Page, Query, page_of
from baseplus.kernel.refusals import NotFound
from baseplus.kernel.vocabulary import Day, Id, Line, TenantId
from projections.agreements.views import AgreementRow, AgreementState, ObligationRow, ObligationState
from projections.runner.reader import Reader, fields
from projections.runner.sorting import SORT, Descending, Sorting

_OF_PARTY = """(%(party)s::text IS NULL
    OR parties @> jsonb_build_array(jsonb_build_object('id', %(party)s::text)))"""


class ListAgreements(ListQuery, frozen=True, kw_only=True):
    """Which agreements."""

    state: Annotated[AgreementState | None, Meta(description="only those in this state")] = None
    party: Annotated[Id | None, Meta(description="only those of this party")] = None
    party_kind: Annotated[PartyKind | None, Meta(description="only those with a party of this kind")] = None
    base: Annotated[Id | None, Meta(description="only those about this base")] = None
    search: Annotated[Line | None, Meta(description="only those whose title has this in it")] = None
    sort: Annotated[Literal["id", "title", "state", "ends", "effective_on"], SORT] = "id"
    descending: Descending = False


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
    sort: Annotated[Literal["due", "agreement", "party", "state"], SORT] = "due"
    descending: Descending = False


def one_agreement(reader: Reader, tenant: TenantId, asked: ShowAgreement, *, until: int | None = None) -> AgreementRow:
    """Show an agreement.

    Its parties, signatures and clauses, and the digest that the parties sign.
    """
    sql = f"SELECT {fields(AgreementRow)} FROM views.agreements WHERE id = %(agreement)s AND {_OF_PARTY}"
    rows = reader.rows(tenant, sql, structs.asdict(asked), AgreementRow, until=until)
    if not rows:
        raise NotFound(agreement=asked.agreement)
    return rows[0]


_SORTED = Sorting(ListAgreements, AgreementRow)


def agreements(
    reader: Reader, tenant: TenantId, asked: ListAgreements, *, until: int | None = None
) -> Page[AgreementRow]:
    """List agreements, by id."""
    order = _SORTED.order(asked)
    sql = f"""
        SELECT {fields(AgreementRow)} FROM views.agreements
        WHERE {order.after} AND (%(state)s::text IS NULL OR state = %(state)s) AND {_OF_PARTY}
          AND (%(party_kind)s::text IS NULL
               OR parties @> jsonb_build_array(jsonb_build_object('kind', %(party_kind)s::text)))
          AND (%(base)s::text IS NULL OR base = %(base)s)
          AND (%(search)s::text IS NULL OR strpos(lower(title), lower(%(search)s)) > 0)
        {order.by} LIMIT %(limit)s + 1"""
    rows = reader.rows(tenant, sql, structs.asdict(asked) | order.params, AgreementRow, until=until)
    return page_of(rows, asked.limit, order.place)


_OWED_SORTED = Sorting(ListObligations, ObligationRow, "key")


def obligations(
    reader: Reader, tenant: TenantId, asked: ListObligations, *, until: int | None = None
) -> Page[ObligationRow]:
    """List what is owed, by due date."""
    order = _OWED_SORTED.order(asked)
    sql = f"""
        SELECT {fields(ObligationRow)} FROM views.obligations
        WHERE {order.after}
          AND (%(agreement)s::text IS NULL OR agreement = %(agreement)s)
          AND (%(state)s::text IS NULL OR state = %(state)s)
          AND (%(party)s::text IS NULL OR party = %(party)s)
          AND (%(due_until)s::date IS NULL OR due <= %(due_until)s)
        {order.by} LIMIT %(limit)s + 1"""
    rows = reader.rows(tenant, sql, structs.asdict(asked) | order.params, ObligationRow, until=until)
    return page_of(rows, asked.limit, order.place)
