"""Metrics of a process, for Prometheus to fetch, on loopback: whoever wants them outside puts a proxy before it."""

from __future__ import annotations

import prometheus_client

from baseplus.kernel.refusals import Unavailable


class MetricsPortTaken(Unavailable):
    """Facts: what, reason."""

    mend = "set BASEPLUS_METRICS_PORT to a free port, or leave it out"


def serve_metrics(port: int | None) -> None:
    """Answer `http://127.0.0.1:<port>/metrics` from a thread; None: not at all. Raises MetricsPortTaken."""
    if port is None:
        return
    try:
        prometheus_client.start_http_server(port, addr="127.0.0.1")
    except (OSError, OverflowError) as error:
        raise MetricsPortTaken(
            what=f"port {port} for metrics", reason=getattr(error, "strerror", None) or error
        ) from None
