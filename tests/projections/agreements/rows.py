"""Histories of one agreement as rows."""

from __future__ import annotations

from baseplus.agreements.events import AgreementEvent
from projections.agreements.views import AgreementRow, Agreements, ObligationRow, Obligations
from tests.projections.folding import fold

STREAM = "agreements/a-1"


def agreement(*history: AgreementEvent) -> AgreementRow:
    """The row of the one agreement."""
    row = fold(Agreements(), STREAM, history)["a-1"]
    assert isinstance(row, AgreementRow)
    return row


def obligations(*history: AgreementEvent) -> dict[str, ObligationRow]:
    """The rows of what is owed, by key."""
    return fold(Obligations(), STREAM, history)
