"""What can happen to an agreement. The stream is `agreements/<id>`."""

from __future__ import annotations

from datetime import date
from typing import Annotated, ClassVar

from baseplus.agreements.terms import Clause, Evidence, Party, Quantity
from baseplus.kernel.events import Event, Personal
from baseplus.kernel.vocabulary import EventTypeName, Id, Line, PersonId, Sha256, Text


class AgreementDrafted(Event):
    """A draft was opened. It binds nobody. `ends` None: it has no last day. base: the one that it is about; None: the
    university as a whole."""

    TYPE: ClassVar = "agreements.agreement_drafted.v1"
    title: Line
    parties: tuple[Party, ...]
    starts: date | None = None
    ends: date | None = None
    vocational: bool = False
    base: Id | None = None


class ApprenticeNamed(Event):
    """The name that an apprentice who is a party goes by. Apart from the text, which must outlive its erasure."""

    TYPE: ClassVar = "agreements.apprentice_named.v1"
    apprentice: PersonId
    name: Annotated[Line, Personal("apprentice")]


class ClauseAdded(Event):
    """The draft gained a clause."""

    TYPE: ClassVar = "agreements.clause_added.v1"
    clause: Clause


class ClauseRemoved(Event):
    """The draft lost a clause."""

    TYPE: ClassVar = "agreements.clause_removed.v1"
    clause: Id


class AgreementProposed(Event):
    """The draft was laid on the table on that day. `digest` is the SHA-256 of its canonical text."""

    TYPE: ClassVar = "agreements.agreement_proposed.v1"
    digest: Sha256
    on: date | None = None


class AgreementSigned(Event):
    """A party signed the text with this digest."""

    TYPE: ClassVar = "agreements.agreement_signed.v1"
    party: Id
    digest: Sha256


class AgreementDeclined(Event):
    """A party will not sign what is on the table."""

    TYPE: ClassVar = "agreements.agreement_declined.v1"
    party: Id
    reason: Text


class SignaturesVoided(Event):
    """The text with this digest is off the table; signatures over it (`parties`, maybe none yet) count no more."""

    TYPE: ClassVar = "agreements.signatures_voided.v1"
    digest: Sha256
    parties: tuple[Id, ...] = ()


class AgreementTookEffect(Event):
    """Every party has signed the same text. `on`: the day of the last signature, or the later first day of its term.

    proposed, signed: on which days this text was laid on the table, and signed by the last party; None in events from
    before it was recorded.
    """

    TYPE: ClassVar = "agreements.agreement_took_effect.v1"
    on: date
    digest: Sha256
    proposed: date | None = None
    signed: date | None = None
    base: Id | None = None


class AmendmentProposed(Event):
    """A change of an agreement in force. `digest` is of the whole text as it would read; `ends` None: unchanged."""

    TYPE: ClassVar = "agreements.amendment_proposed.v1"
    amendment: Id
    reason: Text
    digest: Sha256
    added: tuple[Clause, ...] = ()
    removed: tuple[Id, ...] = ()
    ends: date | None = None


class AmendmentSigned(Event):
    """A party signed the amended text with this digest."""

    TYPE: ClassVar = "agreements.amendment_signed.v1"
    amendment: Id
    party: Id
    digest: Sha256


class AmendmentDeclined(Event):
    """A party will not sign the amendment, which is off the table with this."""

    TYPE: ClassVar = "agreements.amendment_declined.v1"
    amendment: Id
    party: Id
    reason: Text


class AmendmentTookEffect(Event):
    """Every party has signed the amended text, which is the agreement's from now on."""

    TYPE: ClassVar = "agreements.amendment_took_effect.v1"
    amendment: Id
    on: date
    digest: Sha256


class ObligationScheduled(Event):
    """A party owes this by `due`. Occurrences of a clause count 1, 2, 3 …"""

    TYPE: ClassVar = "agreements.obligation_scheduled.v1"
    clause: Id
    occurrence: int
    party: Id
    due: date
    fulfilled_by: tuple[EventTypeName, ...]
    quantity: Quantity = Quantity()


class ObligationPostponed(Event):
    """The due date passed while the agreement was suspended, and moved to the day of its resumption."""

    TYPE: ClassVar = "agreements.obligation_postponed.v1"
    clause: Id
    occurrence: int
    due: date


class ObligationFellDue(Event):
    """The due date has passed. `fulfilled`: in time, that is by the end of that day."""

    TYPE: ClassVar = "agreements.obligation_fell_due.v1"
    clause: Id
    occurrence: int
    due: date
    fulfilled: bool = False
    base: Id | None = None


class ObligationFulfilled(Event):
    """The evidence adds up to what was owed, before a breach."""

    TYPE: ClassVar = "agreements.obligation_fulfilled.v1"
    clause: Id
    occurrence: int
    evidence: tuple[Evidence, ...]


class ObligationBreached(Event):
    """The due date passed and what was owed is not there."""

    TYPE: ClassVar = "agreements.obligation_breached.v1"
    clause: Id
    occurrence: int
    due: date


class BreachCured(Event):
    """What was owed came after all. in_time: it had happened by the due date, and was only recorded late."""

    TYPE: ClassVar = "agreements.breach_cured.v1"
    clause: Id
    occurrence: int
    evidence: tuple[Evidence, ...]
    due: date | None = None
    in_time: bool = False
    base: Id | None = None


class ObligationLapsed(Event):
    """It is owed no longer: its clause was removed or the agreement ended before its due date."""

    TYPE: ClassVar = "agreements.obligation_lapsed.v1"
    clause: Id
    occurrence: int


class AgreementSuspended(Event):
    """The agreement rests: nothing falls due."""

    TYPE: ClassVar = "agreements.agreement_suspended.v1"
    party: Id
    reason: Text


class AgreementResumed(Event):
    """The agreement goes on."""

    TYPE: ClassVar = "agreements.agreement_resumed.v1"
    party: Id


class AgreementTerminated(Event):
    """A party ended it before its time; `on` is its last day."""

    TYPE: ClassVar = "agreements.agreement_terminated.v1"
    party: Id
    reason: Text
    on: date


class AgreementExpired(Event):
    """Its term is over; `on` was its last day."""

    TYPE: ClassVar = "agreements.agreement_expired.v1"
    on: date


AgreementEvent = (
    AgreementDrafted
    | ApprenticeNamed
    | ClauseAdded
    | ClauseRemoved
    | AgreementProposed
    | AgreementSigned
    | AgreementDeclined
    | SignaturesVoided
    | AgreementTookEffect
    | AmendmentProposed
    | AmendmentSigned
    | AmendmentDeclined
    | AmendmentTookEffect
    | ObligationScheduled
    | ObligationPostponed
    | ObligationFellDue
    | ObligationFulfilled
    | ObligationBreached
    | BreachCured
    | ObligationLapsed
    | AgreementSuspended
    | AgreementResumed
    | AgreementTerminated
    | AgreementExpired
)
