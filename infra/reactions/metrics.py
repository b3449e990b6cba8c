"""What `baseplus react` tells Prometheus."""

from __future__ import annotations

from prometheus_client import Counter, Gauge

EVENTS = Counter("baseplus_reaction_events", "Events that a reaction was given, those folded in silence included")
ORDERS = Counter(
    "baseplus_reaction_orders",
    "Commands sent; outcome: done, known (done before), moot (needed no longer)",
    ["reaction", "outcome"],
)
LAG_EVENTS = Gauge("baseplus_reaction_lag_events", "Events that are not reacted to yet", ["partition"])
PARKED = Gauge("baseplus_reaction_parked", "Tenants that stand still, among the partitions held", ["reaction"])
HELD = Gauge("baseplus_reaction_partitions", "Partitions held by this process")
