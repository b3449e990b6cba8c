"""Everything the program is made of, in one visible list. Nothing is found by scanning."""

from __future__ import annotations

from typing import Any

from baseplus.agreements import api as agreements
from baseplus.agreements.events import AgreementEvent
from baseplus.benchmarks.events import BenchmarkEvent
from baseplus.kernel.events import EventTypes
from baseplus.outcomes.events import OutcomeEvent
from projections.agreements.views import Agreements, Obligations
from projections.benchmarks.views import Benchmarks, Contributions
from projections.runner.view import View
from tenants.events import TenancyEvent

EVENT_TYPES = EventTypes(TenancyEvent, AgreementEvent, OutcomeEvent, BenchmarkEvent)
"""Every event type that the program reads and writes."""

ROUTES = (*agreements.routes,)
"""Every command that people and programs may give."""

VIEWS: tuple[View[Any, Any], ...] = (Agreements(), Obligations(), Contributions(), Benchmarks())
"""Every read model."""
