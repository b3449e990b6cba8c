"""Benchmarks: what may be asked about releases. They hold nothing that may not be seen, whoever asks."""

from __future__ import annotations

from baseplus.kernel.access import Role
from baseplus.kernel.routes import Routes
from projections.benchmarks.shown import one_release, releases

_READERS = (Role.STAFF, Role.ASSOCIATION, Role.REGULATOR)

routes = Routes("benchmarks")

routes.query("GET /benchmarks", releases, may=_READERS)
routes.query(
    "GET /benchmarks/{release}",
    one_release,
    may=_READERS,
    columns=("period", "category", "universities", "p20", "p40", "p60", "p80", "numerator", "denominator", "fifth"),
)
