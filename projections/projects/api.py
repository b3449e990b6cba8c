"""What may be asked about projects. An enterprise sees those that are done for or with it."""

from __future__ import annotations

from baseplus.kernel.access import Role
from baseplus.kernel.routes import Routes
from projections.projects.queries import gates, incubation, one_project, products, projects

_READERS = (Role.STAFF, Role.MENTOR, Role.REGULATOR, Role.ENTERPRISE.own("enterprise"))

routes = Routes("projects")

routes.query(
    "GET /projects",
    projects,
    may=_READERS,
    columns=(
        "id",
        "title",
        "base",
        "enterprise",
        "state",
        "lead_name",
        "health",
        "progress",
        "products",
        "verified",
        "heard_of",
    ),
)
routes.query("GET /projects/{project}", one_project, may=_READERS)
routes.query(
    "GET /products",
    products,
    may=_READERS,
    columns=("project", "product", "title", "base", "makers", "registered_on", "verified_on", "verifier_name"),
)
routes.query(
    "GET /gates",
    gates,
    may=_READERS,
    columns=("project", "title", "base", "gate", "outcome", "attempt", "assessor_name", "judged_on"),
)
routes.query(
    "GET /incubation",
    incubation,
    may=_READERS,
    columns=(
        "id",
        "title",
        "base",
        "lead_name",
        "budget",
        "spent",
        "currency",
        "over_budget",
        "next_gate",
        "incubation",
        "stage",
        "admitted_on",
        "company",
    ),
)
