"""Keys as people look them up: one row each. The hash of the secret is in no row: nobody needs it who reads them."""

from __future__ import annotations

from datetime import date, datetime
from typing import ClassVar, assert_never

from baseplus.kernel.access import Role
from projections.runner.view import At, Row, View
from tenants.keys.events import ApiKeyIssued, ApiKeyRevoked, KeyEvent


class KeyRow(Row):
    """One key. label: what it is for. own: the person or party that it speaks for. expires: the last day that it opens
    anything, in UTC. reason: why it was revoked. position: of the last event shown."""

    id: str
    role: Role
    label: str
    own: str | None
    expires: date | None
    issued_at: datetime
    position: int
    revoked_at: datetime | None = None
    reason: str | None = None


class Keys(View[KeyRow, KeyEvent]):
    """One row per key."""

    name: ClassVar = "keys"

    def evolve(self, row: KeyRow | None, event: KeyEvent, at: At) -> KeyRow | None:
        match event:
            case ApiKeyIssued(role, label, _, own, expires):
                return KeyRow(
                    id=at.thing,
                    role=role,
                    label=label,
                    own=own,
                    expires=expires,
                    issued_at=at.time,
                    position=at.position,
                )
            case ApiKeyRevoked(reason):
                if row is not None:
                    row.revoked_at, row.reason, row.position = at.time, reason, at.position
                return row
            case _:
                assert_never(event)
