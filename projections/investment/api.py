"""What may be asked about money. An enterprise sees what concerns its own apprentices."""

from __future__ import annotations

from baseplus.kernel.access import Role
from baseplus.kernel.routes import Routes
from projections.investment.queries import balances, entries, one_account, returns, statements

_READERS = (Role.STAFF, Role.REGULATOR, Role.ENTERPRISE.own("enterprise"))

routes = Routes("investment")

routes.query(
    "GET /investment",
    balances,
    may=_READERS,
    columns=(
        "id",
        "name",
        "enterprise",
        "currency",
        "cost",
        "borne",
        "output",
        "compensation",
        "net_cost",
        "unrecovered",
        "exited_on",
        "exit_reason",
        "poaching",
    ),
)
routes.query("GET /investment/{apprenticeship}", one_account, may=_READERS)
routes.query("GET /returns", returns, may=_READERS)
routes.query(
    "GET /entries",
    entries,
    may=_READERS,
    columns=(
        "apprenticeship",
        "what",
        "entry",
        "kind",
        "amount",
        "currency",
        "paid_by",
        "enterprise_part",
        "entered_on",
        "corrections",
    ),
)
routes.query(
    "GET /statements",
    statements,
    may=_READERS,
    columns=(
        "apprenticeship",
        "name",
        "number",
        "issued_on",
        "currency",
        "cost",
        "output",
        "compensation",
        "net_cost",
        "hiring",
        "advantage",
        "payback_months",
    ),
)
