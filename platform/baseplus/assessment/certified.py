"""Which certificates an apprentice holds. The stream is `certified/<apprenticeship>`.

One of each kind at most, and the one that renews it; with both kinds, the apprentice is certified by both sides. Awards
and revocations of either kind pass here, so that this stream alone knows what is held. Nothing is said here when one
expires: the days that are asked about tell.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from itertools import product
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

_PAIR = CertificateKind.ENTERPRISE, CertificateKind.VOCATIONAL


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

    def renewed_by(self, on: date, expires: date | None) -> bool:
        """Whether one that is awarded on this day goes on where this one ends."""
        if self.expires is None or on < self.on:
            return False
        return expires is None or expires > self.expires


class Certified(msgspec.Struct, frozen=True):
    """What the rules need to know. held: those of each kind that were not revoked, expired and renewed ones too, in the
    order of their days. dual: the pairs that were recognised, the enterprise's certificate first."""

    apprentice: str = ""
    base: str = ""
    held: Mapping[CertificateKind, tuple[Certificate, ...]] = {}
    dual: frozenset[tuple[str, str]] = frozenset()

    def of(self, kind: CertificateKind) -> tuple[Certificate, ...]:
        """Those of a kind, the latest one last."""
        return self.held.get(kind, ())

    def latest(self, kind: CertificateKind) -> Certificate | None:
        """The latest of a kind. None: there is none."""
        return next(reversed(self.of(kind)), None)


def decide(command: Hold | Lose | RecogniseDual, certified: Certified, _now: datetime) -> Iterator[CertifiedEvent]:
    """What an order leads to. Raises Rejected."""
    match command:
        case Hold(kind, certificate, apprentice, base, on, expires):
            there = certified.latest(kind)
            if there and not there.renewed_by(on, expires):
                raise Rejected("certified_already", kind=kind.value, certificate=there.id)
            yield CertificateHeld(kind, certificate, apprentice, base, on, expires)
        case Lose(kind, certificate, on):
            # The revocation has decided it; there is nothing here to refuse.
            if any(there.id == certificate for there in certified.of(kind)):
                yield CertificateLost(kind, certificate, on)
        case RecogniseDual():
            yield from _recognised(certified)
        case _:
            assert_never(command)


def _recognised(certified: Certified) -> Iterator[DualCertificationAchieved]:
    """Each pair that was valid on one day and was not recognised yet."""
    for enterprise, vocational in product(*(certified.of(kind) for kind in _PAIR)):
        since = max(enterprise.on, vocational.on)
        known = (enterprise.id, vocational.id) in certified.dual
        if not (known or enterprise.expired(since) or vocational.expired(since)):
            yield DualCertificationAchieved(certified.apprentice, certified.base, enterprise.id, vocational.id, since)


def evolve(certified: Certified, event: CertifiedEvent) -> Certified:
    """What is held after the event."""
    change, held = msgspec.structs.replace, certified.held
    match event:
        case CertificateHeld(kind, certificate, apprentice, base, on, expires):
            held = {**held, kind: (*certified.of(kind), Certificate(certificate, on, expires))}
            return change(certified, apprentice=apprentice, base=base, held=held)
        case CertificateLost(kind, certificate):
            kept = tuple(one for one in certified.of(kind) if one.id != certificate)
            dual = frozenset(pair for pair in certified.dual if pair[_PAIR.index(kind)] != certificate)
            return change(certified, held={**held, kind: kept}, dual=dual)
        case DualCertificationAchieved(enterprise_certificate=enterprise, vocational_certificate=vocational):
            return change(certified, dual=certified.dual | {(enterprise, vocational)})
        case _:
            assert_never(event)


certified = Decider("certified", Certified, decide, evolve, state_version=3)
