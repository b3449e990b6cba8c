"""Everything the program is made of, in one visible list. Nothing is found by scanning."""

from __future__ import annotations

from typing import Any

from baseplus.agreements import api as agreements
from baseplus.agreements.events import AgreementEvent
from baseplus.benchmarks.events import BenchmarkEvent
from baseplus.kernel.events import EventTypes
from baseplus.kernel.routes import Route
from baseplus.outcomes.events import OutcomeEvent
from infra.postgres.deciding import Followers
from projections.agreements import api as agreement_views
from projections.agreements.views import Agreements, Obligations
from projections.benchmarks.views import Benchmarks, Contributions
from projections.history import api as history
from projections.runner.view import View
from tenants.events import TenancyEvent
from tenants.keys import api as keys
from tenants.keys.events import KeyEvent

EVENT_TYPES = EventTypes(TenancyEvent, KeyEvent, AgreementEvent, OutcomeEvent, BenchmarkEvent)
"""Every event type that the program reads and writes."""

FOLLOWERS: Followers = {}
"""What must happen together with an event, in the same transaction."""

ROUTES: tuple[Route, ...] = (*keys.routes, *agreements.routes, *agreement_views.routes, *history.routes)
"""Every command that people and programs may give, and every question that they may ask."""

VIEWS: tuple[View[Any, Any], ...] = (Agreements(), Obligations(), Contributions(), Benchmarks())
"""Every read model."""
