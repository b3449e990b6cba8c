"""What may be asked about logbooks. A mentor sees those of apprentices whom they guide, an enterprise its own."""

from __future__ import annotations

from baseplus.kernel.access import Role
from baseplus.kernel.routes import Routes
from projections.logbook.queries import attendance, logbooks, one_logbook, reflections, skills, tasks

_READERS = (Role.STAFF, Role.REGULATOR, Role.MENTOR.own("mentor"), Role.ENTERPRISE.own("enterprise"))
_GUIDES = (Role.STAFF, Role.MENTOR.own("mentor"))

routes = Routes("logbook")

routes.query(
    "GET /logbook",
    logbooks,
    may=_READERS,
    columns=(
        "id",
        "name",
        "base",
        "tasks_open",
        "tasks_late",
        "tasks_waiting",
        "skills_signed_off",
        "reflections_waiting",
        "days_claimed",
        "days_counted",
        "hours_job",
        "last_on",
    ),
)
routes.query("GET /logbook/{apprenticeship}", one_logbook, may=_READERS)
routes.query(
    "GET /tasks",
    tasks,
    may=_READERS,
    columns=("apprenticeship", "task", "name", "title", "work", "state", "due", "late", "submissions", "answered_by"),
)
routes.query(
    "GET /skills",
    skills,
    may=_READERS,
    columns=(
        "apprenticeship",
        "skill",
        "name",
        "state",
        "demonstrated_on",
        "attempts",
        "signed_off_by",
        "signed_off_on",
    ),
)
routes.query(
    "GET /reflections",
    reflections,
    may=_GUIDES,
    columns=("apprenticeship", "reflection", "name", "day", "task", "reviewed_by", "reviewed_on", "lag"),
)
routes.query(
    "GET /attendance",
    attendance,
    may=_READERS,
    columns=("apprenticeship", "name", "day", "work", "hours", "state", "agree", "claimed_at", "counted_at"),
)
