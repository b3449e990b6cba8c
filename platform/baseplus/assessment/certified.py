"""Which certificates an apprentice holds. The stream is `certified/<apprenticeship>`.

One of each kind at most; with both, the apprentice is certified by both sides. Awards and revocations of either kind
pass here, so that this stream alone knows what is held.
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


class Lose(Command, frozen=True):
    """Let the apprentice lose a certificate. It follows from its revocation and is never ordered by itself."""

    kind: CertificateKind
    certificate: Id
    on: Day


class RecogniseDual(Command, frozen=True):
    """Recognise a dual certification.

    Where the apprentice holds both certificates and that was not recognised yet. Else nothing happens, so that it may
    be sent whenever a certificate was awarded.
    """


class Certificate(msgspec.Struct, frozen=True):
    """A certificate that is held, and since when."""

    id: str
    on: date


class Certified(msgspec.Struct, frozen=True):
    """What the rules need to know. dual: both that are held were recognised together."""

    apprentice: str = ""
    base: str = ""
    held: Mapping[CertificateKind, Certificate] = {}
    dual: bool = False


def decide(command: Hold | Lose | RecogniseDual, certified: Certified, _now: datetime) -> Iterator[CertifiedEvent]:
    """What an order leads to. Raises Rejected."""
    match command:
        case Hold(kind, certificate, apprentice, base, on):
            if there := certified.held.get(kind):
                raise Rejected("certified_already", kind=kind.value, certificate=there.id)
            yield CertificateHeld(kind, certificate, apprentice, base, on)
        case Lose(kind, certificate, on):
            # The revocation has decided it; there is nothing here to refuse.
            if (there := certified.held.get(kind)) and there.id == certificate:
                yield CertificateLost(kind, certificate, on)
        case RecogniseDual():
            enterprise = certified.held.get(CertificateKind.ENTERPRISE)
            vocational = certified.held.get(CertificateKind.VOCATIONAL)
            if enterprise and vocational and not certified.dual:
                since = max(enterprise.on, vocational.on)
                yield DualCertificationAchieved(
                    certified.apprentice, certified.base, enterprise.id, vocational.id, since
                )
        case _:
            assert_never(command)


def evolve(certified: Certified, event: CertifiedEvent) -> Certified:
    """What is held after the event."""
    change, held = msgspec.structs.replace, certified.held
    match event:
        case CertificateHeld(kind, certificate, apprentice, base, on):
            return change(
                certified, apprentice=apprentice, base=base, held={**held, kind: Certificate(certificate, on)}
            )
        case CertificateLost(kind):
            return change(certified, held={one: there for one, there in held.items() if one is not kind}, dual=False)
        case DualCertificationAchieved():
            return change(certified, dual=True)
        case _:
            assert_never(event)


certified = Decider("certified", Certified, decide, evolve)
