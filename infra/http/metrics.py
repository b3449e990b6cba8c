"""What the processes that answer requests tell Prometheus. Labels are routes, never addresses, tenants or keys."""

from __future__ import annotations

from prometheus_client import Counter, Histogram

REQUESTS = Counter("baseplus_http_requests", "Requests answered", ["method", "route", "status"])
SECONDS = Histogram(
    "baseplus_http_request_seconds",
    "From a request's first look to its answer, of a long list to its first page",
    ["method", "route"],
    buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0),
)
