"""What the projection workers tell Prometheus."""

from __future__ import annotations

from prometheus_client import Counter, Gauge

LAG_EVENTS = Gauge("baseplus_projection_lag_events", "Events of the log that are not folded yet", ["partition"])
LAG_SECONDS = Gauge(
    "baseplus_projection_lag_seconds",
    "Age of the last folded event while there are more, else 0",
    ["partition"],
)
EVENTS = Counter("baseplus_projection_events", "Events folded, those that no view handles included")
DUPLICATES = Counter("baseplus_projection_duplicates", "Events that came again and were skipped")
BATCHES = Counter("baseplus_projection_batches", "Batches committed")
HEALED = Counter("baseplus_projection_healed", "Events that the log left out and the event store gave")
FENCED = Counter("baseplus_projection_fenced", "Times that a batch was refused since its partition was taken over")
PARKED = Gauge("baseplus_projection_parked", "Tenants that stand still, among the partitions held", ["view"])
HELD = Gauge("baseplus_projection_partitions", "Partitions held by this worker")
