"""What may be asked about posts."""

from __future__ import annotations

from baseplus.kernel.access import Role
from baseplus.kernel.routes import Routes
from projections.posts.queries import handovers, posts

_READERS = (Role.STAFF, Role.MENTOR, Role.REGULATOR)

routes = Routes("posts")

routes.query(
    "GET /posts",
    posts,
    may=_READERS,
    columns=("base", "post", "title", "kind", "state", "since", "holder_name", "vacancy_limit", "holders"),
)
routes.query(
    "GET /posts/handovers",
    handovers,
    may=_READERS,
    columns=("day", "base", "post", "what", "outgoing_name", "name", "handed_over", "recorded_at", "position"),
)
