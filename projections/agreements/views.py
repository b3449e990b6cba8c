"""Agreements as people look them up: one row each; and what the parties owe, one row each time it is owed.

An apprentice's name is in no row: personal data stays where erasing its key erases it.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import ClassVar, Literal, TypeAlias, assert_never

import msgspec

from baseplus.agreements.events import (
    AgreementDeclined,
    AgreementDrafted,
    AgreementExpired,
    AgreementProposed,
    AgreementResumed,
    AgreementSigned,
    AgreementSuspended,
    AgreementTerminated,
    AgreementTookEffect,
    AmendmentDeclined,
    AmendmentProposed,
    AmendmentSigned,
    AmendmentTookEffect,
    BreachCured,
    ClauseAdded,
    ClauseRemoved,
    ObligationBreached,
    ObligationFellDue,
    ObligationFulfilled,
    ObligationLapsed,
    ObligationPostponed,
    ObligationScheduled,
    SignaturesVoided,
)
from baseplus.agreements.terms import Clause, ContractTerm, Evidence, PartyKind
from baseplus.agreements.text import missing_terms
from projections.runner.view import At, Row, View

AgreementState: TypeAlias = Literal["draft", "proposed", "declined", "in_force", "suspended", "terminated", "expired"]
ObligationState: TypeAlias = Literal["open", "fulfilled", "breached", "cured", "lapsed"]


class Signatory(msgspec.Struct):
    """A party, and when it signed the text on the table or in force. name: of organisations only."""

    id: str
    kind: PartyKind
    name: str | None
    signed_at: datetime | None = None


class PendingAmendment(msgspec.Struct):
    """An amendment on the table. signed: the parties that have signed it."""

    amendment: str
    reason: str
    digest: str
    proposed_at: datetime
    added: list[Clause]
    removed: list[str]
    ends: date | None
    signed: list[str]


class AgreementRow(Row):
    """One agreement as it stands.

    missing_terms: what the draft of a vocational contract lacks. digest: of the text on the table or in force. reason:
    why it was declined, suspended or terminated. obligations_…: how often something is owed and open; late (breached
    and not cured); fulfilled in time; cured. amendments: how many took effect. position: of the last event shown. base:
    the one that it is about; None: the university as a whole.
    """

    id: str
    title: str
    state: AgreementState
    vocational: bool
    parties: list[Signatory]
    missing_signatures: list[str]
    clauses: list[Clause]
    missing_terms: list[ContractTerm]
    position: int
    starts: date | None
    ends: date | None
    drafted_at: datetime
    digest: str | None = None
    proposed_at: datetime | None = None
    effective_on: date | None = None
    ended_on: date | None = None
    reason: str | None = None
    amendment: PendingAmendment | None = None
    amendments: int = 0
    obligations_open: int = 0
    obligations_late: int = 0
    obligations_fulfilled: int = 0
    obligations_cured: int = 0
    base: str | None = None


AgreementChange = (
    AgreementDrafted
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
    | AgreementSuspended
    | AgreementResumed
    | AgreementTerminated
    | AgreementExpired
    | ObligationScheduled
    | ObligationFulfilled
    | ObligationBreached
    | BreachCured
    | ObligationLapsed
)
"""What the row shows. A new event that it need not show leaves this file alone."""


class Agreements(View[AgreementRow, AgreementChange]):
    """One row per agreement."""

    name: ClassVar = "agreements"
    indexes: ClassVar = (("state", "id"),)

    def evolve(self, row: AgreementRow | None, event: AgreementChange, at: At) -> AgreementRow | None:
        if isinstance(event, AgreementDrafted):
            return _drafted(event, at)
        if row is None:
            return None
        row.position = at.position
        match event:
            case ClauseAdded(clause):
                _redraft(row, [*row.clauses, clause])
            case ClauseRemoved(removed):
                _redraft(row, [clause for clause in row.clauses if clause.id != removed])
            case AgreementProposed(digest):
                row.state, row.digest, row.proposed_at, row.reason = "proposed", digest, at.time, None
                row.missing_signatures = [party.id for party in row.parties]
            case AgreementSigned(signer):
                for party in row.parties:
                    if party.id == signer:
                        party.signed_at = at.time
                row.missing_signatures = [party for party in row.missing_signatures if party != signer]
            case AgreementDeclined(_, reason):
                row.state, row.reason = "declined", reason
            case SignaturesVoided():
                row.digest, row.proposed_at, row.missing_signatures = None, None, []
                for party in row.parties:
                    party.signed_at = None
            case AgreementTookEffect(on):
                row.state, row.effective_on = "in_force", on
            case AmendmentProposed() | AmendmentSigned() | AmendmentDeclined() | AmendmentTookEffect():
                _amend(row, event, at)
            case AgreementSuspended(_, reason):
                row.state, row.reason = "suspended", reason
            case AgreementResumed():
                row.state, row.reason = "in_force", None
            case AgreementTerminated(_, reason, on):
                row.state, row.reason, row.ended_on, row.amendment = "terminated", reason, on, None
            case AgreementExpired(on):
                row.state, row.ended_on, row.amendment = "expired", on, None
            case ObligationScheduled():
                row.obligations_open += 1
            case ObligationFulfilled():
                row.obligations_open -= 1
                row.obligations_fulfilled += 1
            case ObligationBreached():
                row.obligations_open -= 1
                row.obligations_late += 1
            case BreachCured():
                row.obligations_late -= 1
                row.obligations_cured += 1
            case ObligationLapsed():
                row.obligations_open -= 1
            case _:
                assert_never(event)
        return row


def _drafted(event: AgreementDrafted, at: At) -> AgreementRow:
    return AgreementRow(
        id=at.thing,
        title=event.title,
        state="draft",
        vocational=event.vocational,
        parties=[Signatory(party.id, party.kind, party.name) for party in event.parties],
        missing_signatures=[],
        clauses=[],
        missing_terms=missing_terms((), event.starts, event.ends) if event.vocational else [],
        position=at.position,
        starts=event.starts,
        base=event.base,
        ends=event.ends,
        drafted_at=at.time,
    )


def _redraft(row: AgreementRow, clauses: list[Clause]) -> None:
    row.state, row.reason, row.clauses = "draft", None, clauses
    if row.vocational:
        row.missing_terms = missing_terms(clauses, row.starts, row.ends)


def _amend(
    row: AgreementRow,
    event: AmendmentProposed | AmendmentSigned | AmendmentDeclined | AmendmentTookEffect,
    at: At,
) -> None:
    match event:
        case AmendmentProposed(amendment, reason, digest, added, removed, ends):
            row.amendment = PendingAmendment(
                amendment, reason, digest, at.time, list(added), list(removed), ends, signed=[]
            )
        case AmendmentSigned(_, party):
            if row.amendment:
                row.amendment.signed.append(party)
        case AmendmentDeclined():
            row.amendment = None
        case AmendmentTookEffect(_, _, digest):
            if change := row.amendment:
                row.clauses = [clause for clause in row.clauses if clause.id not in change.removed] + change.added
                row.ends = change.ends or row.ends
            row.digest, row.amendment = digest, None
            row.amendments += 1
        case _:
            assert_never(event)


ObligationEvent = (
    ObligationScheduled
    | ObligationPostponed
    | ObligationFellDue
    | ObligationFulfilled
    | ObligationBreached
    | BreachCured
    | ObligationLapsed
)


class ObligationRow(Row):
    """What a party owes by `due`: `amount` `unit` of events of the types `fulfilled_by`. Late is `breached`.

    key: agreement:clause:occurrence. evidence: the events that fulfilled it or cured its breach. recorded_late: it had
    happened by its due date, and was recorded only after it was breached.
    """

    key: str
    agreement: str
    clause: str
    occurrence: int
    party: str
    fulfilled_by: list[str]
    amount: str
    unit: str
    due: date
    state: ObligationState
    position: int
    evidence: list[Evidence]
    fell_due: bool = False
    fulfilled_at: datetime | None = None
    breached_at: datetime | None = None
    cured_at: datetime | None = None
    recorded_late: bool = False


class Obligations(View[ObligationRow, ObligationEvent]):
    """One row for each time that something is owed."""

    name: ClassVar = "obligations"
    indexes: ClassVar = (("due", "key"), ("agreement",))

    def keys(self, event: ObligationEvent, at: At) -> Iterable[str]:
        return (f"{at.thing}:{event.clause}:{event.occurrence}",)

    def evolve(self, row: ObligationRow | None, event: ObligationEvent, at: At) -> ObligationRow | None:
        if isinstance(event, ObligationScheduled):
            return _scheduled(event, at)
        if row is None:
            return None
        row.position = at.position
        match event:
            case ObligationPostponed(_, _, due):
                row.due = due
            case ObligationFellDue():
                row.fell_due = True
            case ObligationFulfilled(_, _, evidence):
                row.state, row.evidence, row.fulfilled_at = "fulfilled", list(evidence), at.time
            case ObligationBreached():
                row.state, row.breached_at = "breached", at.time
            case BreachCured(_, _, evidence, _, in_time):
                row.state, row.evidence, row.cured_at = "cured", list(evidence), at.time
                row.recorded_late = in_time
            case ObligationLapsed():
                row.state = "lapsed"
            case _:
                assert_never(event)
        return row


def _scheduled(event: ObligationScheduled, at: At) -> ObligationRow:
    return ObligationRow(
        key=at.key,
        agreement=at.thing,
        clause=event.clause,
        occurrence=event.occurrence,
        party=event.party,
        fulfilled_by=list(event.fulfilled_by),
        amount=event.quantity.amount,
        unit=event.quantity.unit,
        due=event.due,
        state="open",
        position=at.position,
        evidence=[],
    )
