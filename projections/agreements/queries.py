"""Questions about agreements and what is owed. The tenant comes first; row-level security knows no other."""

from __future__ import annotations

from datetime import date

from baseplus.kernel.paging import Page, check_limit, read_cursor, write_cursor
from baseplus.kernel.refusals import NotFound
from baseplus.kernel.vocabulary import TenantId
from projections.agreements.views import AgreementRow, AgreementState, ObligationRow, ObligationState
from projections.runner.reader import Reader


def one_agreement(reader: Reader, tenant: TenantId, agreement: str, *, until: int | None = None) -> AgreementRow:
    """One agreement, as of the position `until` or later. Raises NotFound, Unavailable."""
    sql = f"SELECT {_fields(AgreementRow)} FROM views.agreements WHERE id = %s"
    rows = reader.rows(tenant, sql, (agreement,), AgreementRow, until=until)
    if not rows:
        raise NotFound(agreement=agreement)
    return rows[0]


def agreements(
    reader: Reader,
    tenant: TenantId,
    *,
    state: AgreementState | None = None,
    party: str | None = None,
    limit: int = 50,
    cursor: str | None = None,
    until: int | None = None,
) -> Page[AgreementRow]:
    """Agreements by id: those in `state`, those of `party`. Raises Invalid, Unavailable."""
    (after,) = read_cursor(cursor, tuple[str]) if cursor else ("",)
    sql = f"""
        SELECT {_fields(AgreementRow)} FROM views.agreements
        WHERE id > %(after)s
          AND (%(state)s::text IS NULL OR state = %(state)s)
          AND (%(party)s::text IS NULL OR parties @> jsonb_build_array(jsonb_build_object('id', %(party)s::text)))
        ORDER BY id LIMIT %(rows)s"""
    asked = {"after": after, "state": state, "party": party, "rows": check_limit(limit) + 1}
    rows = reader.rows(tenant, sql, asked, AgreementRow, until=until)
    return Page(rows[:limit], write_cursor(rows[limit - 1].id) if len(rows) > limit else None)


def obligations(
    reader: Reader,
    tenant: TenantId,
    *,
    agreement: str | None = None,
    state: ObligationState | None = None,
    party: str | None = None,
    due_until: date | None = None,
    limit: int = 50,
    cursor: str | None = None,
    until: int | None = None,
) -> Page[ObligationRow]:
    """What is owed, by due date: of `agreement`, in `state`, by `party`, due on `due_until` or before.

    Raises Invalid, Unavailable.
    """
    after, key = read_cursor(cursor, tuple[date, str]) if cursor else (date.min, "")
    sql = f"""
        SELECT {_fields(ObligationRow)} FROM views.obligations
        WHERE (due, key) > (%(after)s::date, %(key)s)
          AND (%(agreement)s::text IS NULL OR agreement = %(agreement)s)
          AND (%(state)s::text IS NULL OR state = %(state)s)
          AND (%(party)s::text IS NULL OR party = %(party)s)
          AND (%(due_until)s::date IS NULL OR due <= %(due_until)s)
        ORDER BY due, key LIMIT %(rows)s"""
    asked = {
        "after": after,
        "key": key,
        "agreement": agreement,
        "state": state,
        "party": party,
        "due_until": due_until,
        "rows": check_limit(limit) + 1,
    }
    rows = reader.rows(tenant, sql, asked, ObligationRow, until=until)
    more = len(rows) > limit
    return Page(rows[:limit], write_cursor(rows[limit - 1].due, rows[limit - 1].key) if more else None)


def _fields(row: type[AgreementRow] | type[ObligationRow]) -> str:
    return ", ".join(row.__struct_fields__)
