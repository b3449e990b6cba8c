"""Sending what a reaction orders: under which key, at what time, and which refusals it expects."""

from __future__ import annotations

from datetime import datetime

from baseplus.kernel.decisions import Metadata, Receipt
from baseplus.kernel.reactions import Order, Place
from baseplus.kernel.refusals import KeyReused, Rejected
from baseplus.kernel.vocabulary import TenantId
from infra.postgres.store import Store


def carry_out(
    store: Store,
    reaction: str,
    tenant: TenantId,
    number: int,
    order: Order,
    *,
    now: datetime,
    at: Place | None = None,
    traceparent: str | None = None,
) -> tuple[str, Receipt | None]:
    """Send an order, once however often it is sent.

    number: which one of those that the event at `at` called for; at None: the clock called for it. Returns "done",
    "known" or "moot", with the receipt where there is one. Raises Rejected for a refusal that the order does not
    expect; Unavailable, VersionConflict.
    """
    metadata = Metadata(
        actor=f"reaction:{reaction}",
        causation=at and f"{tenant}/{at.position}",
        traceparent=traceparent,
        key=f"reaction:{reaction}:{at.position}:{number}" if at else f"reaction:{reaction}:due:{order.due}",
    )
    decider, thing, command, resolve = order.step
    try:
        receipt = store.execute(
            tenant,
            decider,
            thing,
            command,
            metadata=metadata,
            at=at.occurred_at if at else now,
            now=now,
            resolve=resolve,
        )
    except KeyReused:
        return "known", None  # an earlier version of the program reacted to it, in its own way
    except Rejected as refusal:
        if refusal.code not in order.moot:
            raise
        return "moot", None
    return "known" if receipt.replayed else "done", receipt
