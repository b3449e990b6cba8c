"""The text of a standard that a university adopts: its canonical form and its digest."""

from __future__ import annotations

import msgspec

from baseplus.assessment.criteria import Criterion
from baseplus.kernel.canonical import canonical, sha256


class StandardText(msgspec.Struct, frozen=True, kw_only=True):
    """All that a version of a standard says, criteria in the order in which people read them."""

    occupation: str
    title: str
    version: int
    criteria: tuple[Criterion, ...]

    @property
    def canonical(self) -> bytes:
        """The same bytes for the same text, wherever they are made: JSON in UTF-8 with sorted keys and no spaces."""
        return canonical("skill standard 1", self)

    @property
    def digest(self) -> str:
        """SHA-256 of the canonical text, 64 hexadecimal digits: what an adoption is of."""
        return sha256(self.canonical)
