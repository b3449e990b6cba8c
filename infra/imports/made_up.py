"""Outcome returns of universities that do not exist, for a demonstration without a file. Their names say so."""

from __future__ import annotations

import random

from baseplus.kernel.vocabulary import TenantId
from baseplus.outcomes.model import FileReturn
from infra.imports.outcome_file import OutcomeRow

_YEARS = ("2013-14", "2014-15")
# What is usual in each: percent, and how far universities lie apart.
_CATEGORIES = {
    "Access to HE": (90, 3),
    "English & Maths": (77, 7),
    "Full Level 2: Construction, Planning and the Built Environment": (85, 6),
    "Full Level 2: Health, Public Services and Care": (88, 5),
    "Full Level 3+: Business, Administration and Law": (86, 6),
    "Full Level 3+: Health, Public Services and Care": (89, 4),
    "Intermediate Apprenticeships: Engineering and Manufacturing Technologies": (93, 3),
    "Intermediate Apprenticeships: Retail and Commercial Enterprise": (91, 4),
    "Traineeships": (70, 8),
}


def make_up_returns(seed: int, providers: int) -> list[OutcomeRow]:
    """Rows as a file would hold them, the same for the same seed. providers: 1 to 9,999."""
    chance = random.Random(seed)  # noqa: S311 - figures made up for show, nothing to guess
    rows: list[OutcomeRow] = []
    for number in range(1, providers + 1):
        tenant, name = TenantId(f"made-up-{number:04}"), f"Made-up University {number:04}"
        size = chance.choice((1, 2, 4, 8, 16))
        quality = chance.gauss(0, 0.7)
        for category, (usual, spread) in _CATEGORIES.items():
            if chance.random() < 0.3:  # nobody teaches everything
                continue
            for year in _YEARS:
                people = 10 * max(1, round(size * chance.uniform(0.5, 4)))
                rate = round(usual + spread * (quality + chance.gauss(0, 0.7)))
                suppressed = chance.random() < 0.1
                order = FileReturn(
                    year=year,
                    category=category,
                    completions=None if suppressed else people,
                    rate=None if suppressed else min(100, max(0, rate)),
                )
                rows.append(OutcomeRow(len(rows) + 2, tenant, name, order))
    return rows
