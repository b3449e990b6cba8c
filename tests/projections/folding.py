"""The history of one thing, folded into rows as the runner does it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from baseplus.kernel.events import Event
from projections.runner.view import At, View

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def time(position: int) -> datetime:
    """When the event at this position happened: one every minute."""
    return NOON + timedelta(minutes=position)


def fold(view: View[Any, Any], stream: str, history: Sequence[Event]) -> dict[str, Any]:
    """The rows by key. Each row is folded from a copy, as in the runner."""
    rows: dict[str, Any] = {}
    for position, event in enumerate(history, 1):
        if isinstance(event, view.events):
            at = At("qinglan", position, stream, "", time(position), time(position) + timedelta(hours=1))
            for key in view.keys(event, at):
                before = msgspec.json.decode(msgspec.json.encode(rows[key]), type=view.row) if key in rows else None
                after = view.evolve(before, event, msgspec.structs.replace(at, key=key))
                if after is not None:
                    rows[key] = after
    return rows
