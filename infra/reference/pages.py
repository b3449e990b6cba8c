"""Every generated page of the reference, by its place."""

from __future__ import annotations

from infra.http.own import BULK, FEED
from infra.reference.api import api_pages
from infra.reference.events import event_pages
from infra.reference.metrics import metrics_page
from infra.reference.policy import policy_page
from infra.reference.problems import problems_page
from infra.wiring import EVENT_TYPES, ROUTES


def pages() -> dict[str, str]:
    """The pages: name of the file below `docs/reference` -> its text."""
    routes = (*ROUTES, FEED, BULK)
    api = {f"api/{name.replace('_', '-')}.md": text for name, text in api_pages(routes).items()}
    events = {f"events/{name.replace('_', '-')}.md": text for name, text in event_pages(EVENT_TYPES, ROUTES).items()}
    others = {"metrics.md": metrics_page(), "policy.md": policy_page(routes), "problems.md": problems_page()}
    return {**others, **api, **events}
