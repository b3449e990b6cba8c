"""Questions about money. The tenant comes first; row-level security knows no other."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Annotated, Literal

import msgspec
from msgspec import Meta, structs

from baseplus.apprenticeships.events import ExitReason
from baseplus.investment.terms import CostKind
from baseplus.kernel.paging import ListQuery, Page, Query, page_of, read_cursor
from baseplus.kernel.refusals import NotFound
from baseplus.kernel.vocabulary import Currency, Day, Id, Line, TenantId
from projections.investment.entries import EntryRow, StatementRow
from projections.investment.views import AccountRow, PoachingState
from projections.runner.reader import Reader, fields
from projections.runner.sorting import SORT, Descending, Sorting

Enterprise = Annotated[Id | None, Meta(description="only those of this enterprise")]
AtBase = Annotated[Id | None, Meta(description="only those at this base")]
InCurrency = Annotated[Currency | None, Meta(description="only amounts in this currency")]

# A row for each account and currency: amounts in different currencies have no sum.
_BALANCES = """
    SELECT id, apprentice, name, base, enterprise, occupation, enrolled_on, exited_on, exit_reason, poaching,
        currency, cost, borne, output, compensation, borne - output - compensation AS net_cost,
        greatest(borne - output - compensation, 0) AS unrecovered
    FROM views.accounts, jsonb_to_recordset(balances)
        AS one(currency text, cost numeric, borne numeric, output numeric, compensation numeric)
    WHERE (%(enterprise)s::text IS NULL OR enterprise = %(enterprise)s)
      AND (%(base)s::text IS NULL OR base = %(base)s)
      AND (%(currency)s::text IS NULL OR currency = %(currency)s)"""


class BalanceRow(msgspec.Struct, frozen=True):
    """What an apprentice cost and brought back, in one currency.

    cost: in all. borne: of it, by the enterprise. net_cost: borne − output − compensation. unrecovered: the net cost
    where it is more than nothing: what is lost once the apprentice has left.
    """

    id: str
    apprentice: str
    name: str
    base: str
    enterprise: str
    occupation: str
    enrolled_on: date
    exited_on: date | None
    exit_reason: ExitReason | None
    poaching: PoachingState
    currency: str
    cost: Decimal
    borne: Decimal
    output: Decimal
    compensation: Decimal
    net_cost: Decimal
    unrecovered: Decimal


class ReturnRow(msgspec.Struct, frozen=True):
    """What training came to for an enterprise, in one currency.

    apprentices: whose training cost or brought something. exited, poached: of them, who left before completing, and as
    poached. lost: unrecovered with those who left; lost_to_poaching: with the poached.
    """

    enterprise: str
    currency: str
    apprentices: int
    cost: Decimal
    borne: Decimal
    output: Decimal
    compensation: Decimal
    net_cost: Decimal
    exited: int
    lost: Decimal
    poached: int
    lost_to_poaching: Decimal


class ListBalances(ListQuery, frozen=True, kw_only=True):
    """Which apprentices' money."""

    enterprise: Enterprise = None
    base: AtBase = None
    currency: InCurrency = None
    poaching: Annotated[PoachingState | None, Meta(description="only those whose poaching stands so")] = None
    exited: Annotated[bool | None, Meta(description="only those who left before completing, or did not")] = None
    search: Annotated[Line | None, Meta(description="only apprentices whose name has this in it")] = None
    sort: Annotated[Literal["id", "name", "cost", "net_cost", "unrecovered"], SORT] = "id"
    descending: Descending = False


class ShowAccount(Query, frozen=True, kw_only=True):
    """Whose money."""

    apprenticeship: Id
    enterprise: Annotated[Id | None, Meta(description="only where it is at this enterprise")] = None


class ListReturns(ListQuery, frozen=True, kw_only=True):
    """Of which enterprises."""

    enterprise: Enterprise = None
    base: AtBase = None
    currency: InCurrency = None


class ListEntries(ListQuery, frozen=True, kw_only=True):
    """Which entries."""

    apprenticeship: Annotated[Id | None, Meta(description="only those of this apprenticeship")] = None
    enterprise: Enterprise = None
    base: AtBase = None
    what: Annotated[Literal["cost", "output"] | None, Meta(description="only costs, or only output")] = None
    kind: Annotated[CostKind | None, Meta(description="only costs of this kind")] = None
    currency: InCurrency = None
    first_day: Annotated[Day | None, Meta(description="only those of this day or later")] = None
    last_day: Annotated[Day | None, Meta(description="only those of this day or earlier")] = None
    sort: Annotated[Literal["entered_on", "apprenticeship"], SORT] = "entered_on"
    descending: Descending = True


class ListStatements(ListQuery, frozen=True, kw_only=True):
    """Which statements."""

    apprenticeship: Annotated[Id | None, Meta(description="only those of this apprenticeship")] = None
    enterprise: Enterprise = None
    base: AtBase = None


class NamedStatementRow(StatementRow):
    """A statement with the apprentice's name."""

    name: str | None = None


_SORTED = Sorting(
    ListBalances,
    BalanceRow,
    "id",
    "currency",
    private={"name": "SELECT name FROM views.accounts WHERE id = %(place_0)s"},
)
_ENTRIES_SORTED = Sorting(ListEntries, EntryRow, "key")


def balances(reader: Reader, tenant: TenantId, asked: ListBalances, *, until: int | None = None) -> Page[BalanceRow]:
    """List what apprentices cost and brought back.

    A row for each apprenticeship and currency: amounts in different currencies have no sum.
    """
    order = _SORTED.order(asked)
    sql = f"""
        SELECT * FROM ({_BALANCES}) AS own
        WHERE {order.after}
          AND (%(poaching)s::text IS NULL OR poaching = %(poaching)s)
          AND (%(exited)s::boolean IS NULL OR (exited_on IS NOT NULL) = %(exited)s)
          AND (%(search)s::text IS NULL OR strpos(lower(name), lower(%(search)s)) > 0)
        {order.by} LIMIT %(limit)s + 1"""
    rows = reader.rows(tenant, sql, structs.asdict(asked) | order.params, BalanceRow, until=until)
    return page_of(rows, asked.limit, order.place)


def one_account(reader: Reader, tenant: TenantId, asked: ShowAccount, *, until: int | None = None) -> AccountRow:
    """Show an apprentice's money.

    What stands in each currency, who bears what, and how a poaching stands.
    """
    sql = f"""
        SELECT {fields(AccountRow)} FROM views.accounts
        WHERE id = %(apprenticeship)s AND (%(enterprise)s::text IS NULL OR enterprise = %(enterprise)s)"""
    rows = reader.rows(tenant, sql, structs.asdict(asked), AccountRow, until=until)
    if not rows:
        raise NotFound(apprenticeship=asked.apprenticeship)
    return rows[0]


def returns(reader: Reader, tenant: TenantId, asked: ListReturns, *, until: int | None = None) -> Page[ReturnRow]:
    """List what training came to for each enterprise.

    A row for each enterprise and currency, over all its apprentices.
    """
    enterprise, currency = read_cursor(asked.cursor, tuple[str, str]) if asked.cursor else ("", "")
    sql = f"""
        SELECT enterprise, currency, count(*) AS apprentices, sum(cost) AS cost, sum(borne) AS borne,
            sum(output) AS output, sum(compensation) AS compensation, sum(net_cost) AS net_cost,
            count(exited_on) AS exited,
            coalesce(sum(unrecovered) FILTER (WHERE exited_on IS NOT NULL), 0) AS lost,
            count(*) FILTER (WHERE exit_reason = 'poached') AS poached,
            coalesce(sum(unrecovered) FILTER (WHERE exit_reason = 'poached'), 0) AS lost_to_poaching
        FROM ({_BALANCES}) AS own
        WHERE (enterprise, currency) > (%(after)s, %(last)s)
        GROUP BY enterprise, currency ORDER BY enterprise, currency LIMIT %(limit)s + 1"""
    params = {**structs.asdict(asked), "after": enterprise, "last": currency}
    rows = reader.rows(tenant, sql, params, ReturnRow, until=until)
    return page_of(rows, asked.limit, lambda row: (row.enterprise, row.currency))


def entries(reader: Reader, tenant: TenantId, asked: ListEntries, *, until: int | None = None) -> Page[EntryRow]:
    """List costs and output, the latest day first."""
    order = _ENTRIES_SORTED.order(asked)
    sql = f"""
        SELECT {fields(EntryRow)} FROM views.entries
        WHERE {order.after}
          AND (%(apprenticeship)s::text IS NULL OR apprenticeship = %(apprenticeship)s)
          AND (%(enterprise)s::text IS NULL OR enterprise = %(enterprise)s)
          AND (%(base)s::text IS NULL OR base = %(base)s)
          AND (%(what)s::text IS NULL OR what = %(what)s)
          AND (%(kind)s::text IS NULL OR kind = %(kind)s)
          AND (%(currency)s::text IS NULL OR currency = %(currency)s)
          AND (%(first_day)s::date IS NULL OR entered_on >= %(first_day)s)
          AND (%(last_day)s::date IS NULL OR entered_on <= %(last_day)s)
        {order.by} LIMIT %(limit)s + 1"""
    rows = reader.rows(tenant, sql, structs.asdict(asked) | order.params, EntryRow, until=until)
    return page_of(rows, asked.limit, order.place)


def statements(
    reader: Reader, tenant: TenantId, asked: ListStatements, *, until: int | None = None
) -> Page[NamedStatementRow]:
    """List return statements, train against hire, by apprenticeship and number."""
    (after,) = read_cursor(asked.cursor, tuple[str]) if asked.cursor else ("",)
    sql = f"""
        SELECT {fields(StatementRow)}, (SELECT name FROM views.accounts WHERE id = apprenticeship) AS name
        FROM views.statements
        WHERE key > %(after)s
          AND (%(apprenticeship)s::text IS NULL OR apprenticeship = %(apprenticeship)s)
          AND (%(enterprise)s::text IS NULL OR enterprise = %(enterprise)s)
          AND (%(base)s::text IS NULL OR base = %(base)s)
        ORDER BY key LIMIT %(limit)s + 1"""
    rows = reader.rows(tenant, sql, {**structs.asdict(asked), "after": after}, NamedStatementRow, until=until)
    return page_of(rows, asked.limit, lambda row: (row.key,))
