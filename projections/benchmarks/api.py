"""What may be asked about indicators: one's own exact figures by those who may see them all, and releases, which hold
nothing that may not be seen, by anybody."""

from __future__ import annotations

from baseplus.kernel.access import Role
from baseplus.kernel.routes import Routes
from projections.benchmarks.own import indicators, own_figures
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

_INSIDE = (Role.STAFF, Role.REGULATOR)

own = Routes("indicators")

own.query("GET /indicators", indicators, may=_INSIDE, columns=("key", "title", "unit", "better"))
own.query(
    "GET /indicators/figures",
    own_figures,
    may=_INSIDE,
    columns=("period", "base", "indicator", "category", "value", "numerator", "denominator", "people"),
)
