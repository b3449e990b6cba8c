"""Questions about keys. The tenant comes first; row-level security knows no other."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal, TypeAlias

import msgspec
from msgspec import Meta, structs

from baseplus.kernel.access import Role
from baseplus.kernel.paging import ListQuery, Page, Query, page_of, read_cursor
from baseplus.kernel.refusals import NotFound
from baseplus.kernel.vocabulary import Id, TenantId
from projections.runner.reader import Reader, fields

KeyState: TypeAlias = Literal["valid", "expired", "revoked"]

# A day passes without an event, so that no row can know it.
_KEYS = """
    SELECT *, CASE WHEN revoked_at IS NOT NULL THEN 'revoked'
                   WHEN expires < (now() AT TIME ZONE 'UTC')::date THEN 'expired'
                   ELSE 'valid' END AS state
      FROM views.keys"""


class KeyLine(msgspec.Struct, frozen=True):
    """One key, and whether it opens anything today. The fields are those of its row."""

    id: str
    role: Role
    label: str
    own: str | None
    state: KeyState
    issued_at: datetime
    expires: date | None
    revoked_at: datetime | None
    reason: str | None


class ListKeys(ListQuery, frozen=True, kw_only=True):
    """Which keys."""

    state: Annotated[KeyState | None, Meta(description="only those in this state")] = None
    role: Annotated[Role | None, Meta(description="only those of this role")] = None
    own: Annotated[Id | None, Meta(description="only those that speak for this person or party")] = None


class ShowKey(Query, frozen=True, kw_only=True):
    """Which key."""

    key: Id


def one_key(reader: Reader, tenant: TenantId, asked: ShowKey, *, until: int | None = None) -> KeyLine:
    """Show a key.

    What it is for, and whether it opens anything today. Neither its secret nor the hash of it is shown.
    """
    sql = f"SELECT {fields(KeyLine)} FROM ({_KEYS}) known WHERE id = %(key)s"
    rows = reader.rows(tenant, sql, structs.asdict(asked), KeyLine, until=until)
    if not rows:
        raise NotFound(key=asked.key)
    return rows[0]


def key_list(reader: Reader, tenant: TenantId, asked: ListKeys, *, until: int | None = None) -> Page[KeyLine]:
    """List keys, by id.

    What each is for, and whether it opens anything today. Neither secrets nor their hashes are shown.
    """
    (after,) = read_cursor(asked.cursor, tuple[str]) if asked.cursor else ("",)
    sql = f"""
        SELECT {fields(KeyLine)} FROM ({_KEYS}) known
        WHERE id > %(after)s
          AND (%(state)s::text IS NULL OR state = %(state)s)
          AND (%(role)s::text IS NULL OR role = %(role)s)
          AND (%(own)s::text IS NULL OR own = %(own)s)
        ORDER BY id LIMIT %(limit)s + 1"""
    rows = reader.rows(tenant, sql, {**structs.asdict(asked), "after": after}, KeyLine, until=until)
    return page_of(rows, asked.limit, lambda row: (row.id,))
