"""`make contracts`: write the schema and a golden event of each new event type."""

from __future__ import annotations

import sys

from baseplus.kernel.refusals import Invalid
from infra.wiring import EVENT_TYPES
from tests.contracts.contract import publish

try:
    for file in publish(EVENT_TYPES):
        sys.stdout.write(f"{file.name}\n")
except Invalid as refusal:
    sys.exit(str(refusal))
