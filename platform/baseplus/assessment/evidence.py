"""What one piece of evidence is counted for. The stream is `evidence/<position>`, named by the event that it is.

Once for a certificate of each kind; for both kinds only where a crosswalk says that what meets the one standard meets
the other. The evidence owns this rule, so that of two certificates which are awarded at the same moment only one counts
it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import assert_never

import msgspec

from baseplus.assessment.events import CertificateKind, EvidenceCounted, EvidenceEvent, EvidenceReleased
from baseplus.kernel.decisions import Command, Decider
from baseplus.kernel.refusals import Rejected
from baseplus.kernel.vocabulary import Id


class Count(Command, frozen=True):
    """Count the evidence for a certificate. It follows from an award and is never ordered by itself."""

    kind: CertificateKind
    certificate: Id
    through: Id | None = None


class Free(Command, frozen=True):
    """Count the evidence for a certificate no longer. It follows from a revocation and is never ordered by itself."""

    kind: CertificateKind
    certificate: Id


class Use(msgspec.Struct, frozen=True):
    """The certificate that counts it, and through which crosswalk."""

    certificate: str
    through: str | None = None


class Uses(msgspec.Struct, frozen=True):
    """What the rules need to know: the one certificate of each kind that counts it."""

    by_kind: Mapping[CertificateKind, Use] = {}


def decide(command: Count | Free, uses: Uses, _now: datetime) -> Iterator[EvidenceEvent]:
    """What an order leads to. Raises Rejected."""
    match command:
        case Count(kind, certificate, through):
            if there := uses.by_kind.get(kind):
                raise Rejected("evidence_certified_already", certificate=there.certificate, kind=kind.value)
            for other in uses.by_kind.values():
                if through is None and other.through is None:
                    raise Rejected("crosswalk_needed", certificate=other.certificate)
            yield EvidenceCounted(kind, certificate, through)
        case Free(kind, certificate):
            # The revocation has decided it; there is nothing here to refuse.
            if (there := uses.by_kind.get(kind)) and there.certificate == certificate:
                yield EvidenceReleased(kind, certificate)
        case _:
            assert_never(command)


def evolve(uses: Uses, event: EvidenceEvent) -> Uses:
    """The uses after the event."""
    match event:
        case EvidenceCounted(kind, certificate, through):
            return Uses({**uses.by_kind, kind: Use(certificate, through)})
        case EvidenceReleased(kind):
            return Uses({one: use for one, use in uses.by_kind.items() if one is not kind})
        case _:
            assert_never(event)


evidence = Decider("evidence", Uses, decide, evolve)
