"""What the process of live updates tells Prometheus."""

from __future__ import annotations

from prometheus_client import Counter, Gauge, Histogram

LISTENERS = Gauge("baseplus_stream_listeners", "Connections that listen")
TENANTS = Gauge("baseplus_stream_tenants", "Tenants that somebody listens to")
REFUSED = Counter("baseplus_stream_refused", "Listeners that were not let in, by the code of the refusal", ["code"])
CLOSED = Counter("baseplus_stream_closed", "Listeners whose key was revoked or expired while they listened")
SENT = Counter("baseplus_stream_sent", "Handed to connections: events, ticks, resyncs, heartbeats", ["kind"])
DELIVERY = Histogram(
    "baseplus_stream_delivery_seconds",
    "From when an event was stored to when it was handed to a listener's connection",
    buckets=(0.05, 0.1, 0.2, 0.35, 0.5, 1, 2.5, 5, 10, 30),
)
LOOK = Histogram(
    "baseplus_stream_look_seconds",
    "One look for what the read models show by now, of all tenants listened to",
    buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1),
)
