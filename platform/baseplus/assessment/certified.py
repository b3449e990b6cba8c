"""Which certificates an apprentice holds. The stream is `certified/<apprenticeship>`.

One of each kind at most; with both, the apprentice is certified by both sides. Awards and revocations of either kind
pass here, so that this stream alone knows what is held. Nothing is said here when one expires: the days that are asked
about tell.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import assert_never

import msgspec

from baseplus.assessment.events import (
    CertificateHeld,
    CertificateKind,
    CertificateLost,
    CertifiedEvent,
    DualCertificationAchieved,
)
from baseplus.kernel.decisions import Command, Decider
from baseplus.kernel.refusals import Rejected
from baseplus.kernel.vocabulary import Day, Id, PersonId


class Hold(Command, frozen=True):
    """Let the apprentice hold a certificate. It follows from its award and is never ordered by itself."""

    kind: CertificateKind
    certificate: Id
    apprentice: PersonId
    base: Id
    on: Day
    expires: Day | None = None


class Lose(Command, frozen=True):
    """Let the apprentice lose a certificate. It follows from its revocation and is never ordered by itself."""

    kind: CertificateKind
    certificate: Id
    on: Day


class RecogniseDual(Command, frozen=True):
    """Recognise a dual certification.

    Where the apprentice holds both certificates, which were valid on one day, and that was not recognised yet. Else
    nothing happens, so that it may be sent whenever a certificate was awarded.
    """


class Certificate(msgspec.Struct, frozen=True):
    """A certificate, since when it is held, and its last day. expires None: it has none."""

    id: str
    on: date
    expires: date | None = None

    def expired(self, day: date) -> bool:
        """Whether its last day has passed then."""
        return self.expires is not None and self.expires < day


class Certified(msgspec.Struct, frozen=True):
    """What the rules need to know. held: the latest of each kind that was not revoked, expired or not. dual: both of
    them were recognised together."""

    apprentice: str = ""
    base: str = ""
    held: Mapping[CertificateKind, Certificate] = {}
    dual: bool = False


def decide(command: Hold | Lose | RecogniseDual, certified: Certified, _now: datetime) -> Iterator[CertifiedEvent]:
    """What an order leads to. Raises Rejected."""
    match command:
        case Hold(kind, certificate, apprentice, base, on, expires):
            if (there := certified.held.get(kind)) and not there.expired(on):
                raise Rejected("certified_already", kind=kind.value, certificate=there.id)
            yield CertificateHeld(kind, certificate, apprentice, base, on, expires)
        case Lose(kind, certificate, on):
            # The revocation has decided it; there is nothing here to refuse.
            if (there := certified.held.get(kind)) and there.id == certificate:
                yield CertificateLost(kind, certificate, on)
        case RecogniseDual():
            enterprise = certified.held.get(CertificateKind.ENTERPRISE)
            vocational = certified.held.get(CertificateKind.VOCATIONAL)
            if enterprise and vocational and not certified.dual:
                since = max(enterprise.on, vocational.on)
                if not (enterprise.expired(since) or vocational.expired(since)):
                    yield DualCertificationAchieved(
                        certified.apprentice, certified.base, enterprise.id, vocational.id, since
                    )
        case _:
            assert_never(command)


def evolve(certified: Certified, event: CertifiedEvent) -> Certified:
    """What is held after the event."""
    change, held = msgspec.structs.replace, certified.held
    match event:
        case CertificateHeld(kind, certificate, apprentice, base, on, expires):
            held = {**held, kind: Certificate(certificate, on, expires)}
            return change(certified, apprentice=apprentice, base=base, held=held, dual=False)
        case CertificateLost(kind):
            return change(certified, held={one: there for one, there in held.items() if one is not kind}, dual=False)
        case DualCertificationAchieved():
            return change(certified, dual=True)
        case _:
            assert_never(event)


certified = Decider("certified", Certified, decide, evolve, state_version=2)
