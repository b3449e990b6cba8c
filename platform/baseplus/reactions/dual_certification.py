"""Both certificates awarded make a dual certification."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from baseplus.assessment.certified import RecogniseDual, certified
from baseplus.assessment.events import CertificateAwarded
from baseplus.kernel.decisions import Step
from baseplus.kernel.events import Event
from baseplus.kernel.reactions import Order, Place, Unremembering


class DualCertification(Unremembering):
    """Asks after each award. The stream of what somebody holds knows whether it makes a dual certification."""

    name: ClassVar[str] = "dual_certification"
    events: ClassVar[tuple[type[Event], ...]] = (CertificateAwarded,)

    def react(self, state: None, event: CertificateAwarded, at: Place) -> Iterator[Order]:  # noqa: ARG002 - none
        yield Order(Step(certified, event.apprenticeship, RecogniseDual()))
