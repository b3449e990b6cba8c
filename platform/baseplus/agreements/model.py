"""Agreements: commands, state, rules.

An agreement is drafted, proposed, signed by every party over the same text, and then in force until it is terminated
or expires. `docs/domain/agreements.md` draws it.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from enum import StrEnum
from functools import reduce
from typing import Annotated, assert_never

import msgspec
from msgspec import Meta

from baseplus.agreements import obligations as owe
from baseplus.agreements.amendments import (
    AmendmentCommand,
    Amendments,
    DeclineAmendment,
    ProposeAmendment,
    SignAmendment,
    Signer,
    amended,
    decide_amendment,
    evolve_amendments,
)
from baseplus.agreements.drafting import AddClause, Decline, Draft, DraftCommand, Propose, RemoveClause, Sign, opened
from baseplus.agreements.events import (
    AgreementDeclined,
    AgreementDrafted,
    AgreementEvent,
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
    ApprenticeNamed,
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
from baseplus.agreements.obligations import CureBreach, Fulfil, PassDueDates
from baseplus.agreements.terms import Clause
from baseplus.agreements.text import AgreementText
from baseplus.kernel.decisions import Command, Decider
from baseplus.kernel.refusals import Rejected
from baseplus.kernel.vocabulary import Day, Text


class Suspend(Command, frozen=True):
    """Suspend an agreement in force.

    While it rests nothing falls due; a due date that passes meanwhile moves to the day of its resumption.
    """

    party: Signer
    reason: Annotated[Text, Meta(description="why")]


class Resume(Command, frozen=True):
    """Resume a suspended agreement."""

    party: Signer


class Terminate(Command, frozen=True):
    """Terminate an agreement before its time.

    Recorded when it has ended, not when notice is given. What is still open then is owed no longer.
    """

    party: Signer
    reason: Annotated[Text, Meta(description="why")]
    on: Annotated[Day, Meta(description="its last day: today or earlier")]


class Expire(Command, frozen=True):
    """Record that an agreement's term is over."""


ForceCommand = AmendmentCommand | PassDueDates | Fulfil | CureBreach | Suspend | Resume | Terminate | Expire
AgreementCommand = Draft | DraftCommand | ForceCommand


class Stage(StrEnum):
    """Where an agreement stands."""

    NONE = "none"
    DRAFT = "draft"
    PROPOSED = "proposed"
    DECLINED = "declined"
    IN_FORCE = "in_force"
    SUSPENDED = "suspended"
    TERMINATED = "terminated"
    EXPIRED = "expired"


class Agreement(msgspec.Struct, frozen=True):
    """What the rules need to know. `signed`: who signed the text on the table, by the digest in `digest`."""

    stage: Stage = Stage.NONE
    text: AgreementText = AgreementText(title="", parties=(), clauses=())
    digest: str | None = None
    proposed: date | None = None
    signed: frozenset[str] = frozenset()
    effective: date | None = None
    amendments: Amendments = Amendments()
    ledger: dict[str, tuple[owe.Owed, ...]] = {}
    base: str | None = None

    @property
    def awaiting(self) -> frozenset[str]:
        """The parties that have not signed the text on the table."""
        return self.text.party_ids - self.signed if self.stage is Stage.PROPOSED else frozenset()


def decide(command: AgreementCommand, agreement: Agreement, now: datetime) -> Iterator[AgreementEvent]:
    """What an order leads to. Raises Rejected."""
    for event in _decided(command, agreement, now.date()):
        counted = isinstance(event, AgreementTookEffect | ObligationFellDue | BreachCured)
        # figures are of a base, and no other event of this stream says which one it is
        yield msgspec.structs.replace(event, base=agreement.base) if counted else event


def _decided(command: AgreementCommand, agreement: Agreement, today: date) -> Iterator[AgreementEvent]:
    if isinstance(command, Draft):
        if agreement.stage is not Stage.NONE:
            raise Rejected("agreement_exists", title=agreement.text.title)
        yield from opened(command)
        return
    _check_alive(command, agreement, today)
    match command:
        case AddClause() | RemoveClause() | Propose() | Sign() | Decline():
            yield from _draft(command, agreement, today)
        case ProposeAmendment() | SignAmendment() | DeclineAmendment():
            _check_stage(agreement, Stage.IN_FORCE, Stage.SUSPENDED)
            yield from _settled(
                agreement, today, decide_amendment(command, agreement.text, agreement.amendments, today)
            )
        case PassDueDates():
            _check_stage(agreement, Stage.IN_FORCE)
            yield from _due_dates(agreement, today)
        case Fulfil() | CureBreach():
            _check_stage(agreement, Stage.IN_FORCE, Stage.SUSPENDED)
            yield owe.decide_evidence(command, agreement.ledger, today)
        case Suspend() | Resume() | Terminate() | Expire():
            yield from _end_or_rest(command, agreement, today)
        case _:
            assert_never(command)


def _check_alive(command: AgreementCommand, agreement: Agreement, today: date) -> None:
    """After its last day only what came by then is recorded, and its expiry; after its end nothing."""
    if agreement.stage is Stage.NONE:
        raise Rejected("no_such_agreement")
    if agreement.stage in (Stage.TERMINATED, Stage.EXPIRED):
        raise Rejected("agreement_has_ended", state=agreement.stage.value)
    ends = agreement.text.ends
    day = owe.happened(command.evidence, today) if isinstance(command, Fulfil | CureBreach) else today
    if ends and day > ends and not isinstance(command, PassDueDates | Expire):
        raise Rejected("term_is_over", ends=ends.isoformat())


def _check_stage(agreement: Agreement, *stages: Stage) -> None:
    if agreement.stage not in stages:
        raise Rejected("wrong_state", state=agreement.stage.value, needed=[stage.value for stage in stages])


def _draft(command: DraftCommand, agreement: Agreement, today: date) -> Iterator[AgreementEvent]:
    text = agreement.text
    match command:
        case AddClause(clause, party, wording, obligation, covers):
            _check_stage(agreement, Stage.DRAFT, Stage.DECLINED, Stage.PROPOSED)
            added = Clause(clause, party, wording, obligation, covers)
            text.check_addition(added, max(today, text.starts or today))
            yield ClauseAdded(added)
            yield from _voided(agreement)
        case RemoveClause(clause):
            _check_stage(agreement, Stage.DRAFT, Stage.DECLINED, Stage.PROPOSED)
            text.without_clause(clause)
            yield ClauseRemoved(clause)
            yield from _voided(agreement)
        case Propose():
            _check_stage(agreement, Stage.DRAFT, Stage.DECLINED)
            if not text.clauses:
                raise Rejected("no_clauses")
            if text.vocational and (missing := text.missing_terms):
                raise Rejected("terms_missing", missing=[term.value for term in missing])
            yield AgreementProposed(text.digest, today)
        case Sign(party, digest):
            _check_awaited(agreement, party)
            if digest != agreement.digest:
                raise Rejected("digest_differs", proposed=agreement.digest, signed=digest)
            yield AgreementSigned(party, digest)
            if agreement.awaiting == {party}:
                effect = AgreementTookEffect(max(today, text.starts or today), digest, agreement.proposed, today)
                yield from _settled(agreement, effect.on, iter([effect]))
        case Decline(party, reason):
            _check_awaited(agreement, party)
            yield AgreementDeclined(party, reason)
            yield from _voided(agreement)
        case _:
            assert_never(command)


def _check_awaited(agreement: Agreement, party: str) -> None:
    _check_stage(agreement, Stage.PROPOSED)
    agreement.text.check_party(party)
    if party in agreement.signed:
        raise Rejected("signed_already", party=party)


def _voided(agreement: Agreement) -> Iterator[AgreementEvent]:
    if agreement.digest:
        yield SignaturesVoided(agreement.digest, tuple(sorted(agreement.signed)))


def _settled(agreement: Agreement, start: date, events: Iterator[AgreementEvent]) -> Iterator[AgreementEvent]:
    """The events and, where a text took effect with them, what it makes the parties owe or owe no longer."""
    for event in events:
        yield event
        agreement = evolve(agreement, event)
        if isinstance(event, AgreementTookEffect | AmendmentTookEffect):
            text = agreement.text
            yield from owe.open_ledger(text.clauses, agreement.ledger, start, text.ends)


def _due_dates(agreement: Agreement, today: date) -> Iterator[owe.ObligationEvent]:
    return owe.pass_due_dates(agreement.text.clauses_by_id, agreement.ledger, today, agreement.text.ends)


def _end_or_rest(
    command: Suspend | Resume | Terminate | Expire, agreement: Agreement, today: date
) -> Iterator[AgreementEvent]:
    match command:
        case Suspend(party, reason):
            _check_stage(agreement, Stage.IN_FORCE)
            agreement.text.check_party(party)
            # Due dates up to now came while it was in force: they must not move with the resumption.
            yield from _due_dates(agreement, today)
            yield AgreementSuspended(party, reason)
        case Resume(party):
            _check_stage(agreement, Stage.SUSPENDED)
            agreement.text.check_party(party)
            yield AgreementResumed(party)
            text = agreement.text
            yield from owe.resume(text.clauses_by_id, agreement.ledger, today, text.ends)
        case Terminate(party, reason, on):
            _check_stage(agreement, Stage.IN_FORCE, Stage.SUSPENDED)
            agreement.text.check_party(party)
            if on > today:
                raise Rejected("not_ended_yet", on=on.isoformat())
            if agreement.effective and on < min(agreement.effective, today):
                raise Rejected(
                    "ended_before_it_took_effect", on=on.isoformat(), effective=agreement.effective.isoformat()
                )
            yield from _wound_up(agreement, on, AgreementTerminated(party, reason, on))
        case Expire():
            _check_stage(agreement, Stage.IN_FORCE, Stage.SUSPENDED)
            ends = agreement.text.ends
            if not ends or today <= ends:
                raise Rejected("term_runs_on", ends=ends.isoformat() if ends else "never")
            yield from _wound_up(agreement, today, AgreementExpired(ends))
        case _:
            assert_never(command)


def _wound_up(agreement: Agreement, today: date, end: AgreementEvent) -> Iterator[AgreementEvent]:
    """The due dates that came before the end, the end, and what is owed no longer."""
    passed = list(_due_dates(agreement, today)) if agreement.stage is Stage.IN_FORCE else []
    yield from passed
    yield end
    yield from owe.close_ledger(reduce(owe.evolve_ledger, passed, agreement.ledger))


def evolve(agreement: Agreement, event: AgreementEvent) -> Agreement:
    """The agreement after the event."""
    change, text, amendments = msgspec.structs.replace, agreement.text, agreement.amendments
    match event:
        case AgreementDrafted(title, parties, starts, ends, vocational, base):
            drafted = AgreementText(
                title=title, parties=parties, clauses=(), starts=starts, ends=ends, vocational=vocational
            )
            return change(agreement, stage=Stage.DRAFT, text=drafted, base=base)
        case ApprenticeNamed():
            return agreement
        case ClauseAdded(clause):
            return change(agreement, stage=Stage.DRAFT, text=text.with_clause(clause))
        case ClauseRemoved(removed):
            kept = tuple(clause for clause in text.clauses if clause.id != removed)
            return change(agreement, stage=Stage.DRAFT, text=change(text, clauses=kept))
        case AgreementProposed(digest, on):
            return change(agreement, stage=Stage.PROPOSED, digest=digest, proposed=on)
        case AgreementSigned(party):
            return change(agreement, signed=agreement.signed | {party})
        case AgreementDeclined():
            return change(agreement, stage=Stage.DECLINED)
        case SignaturesVoided():
            return change(agreement, digest=None, signed=frozenset())
        case AgreementTookEffect(on, digest):
            clauses = frozenset(text.clauses_by_id)
            return change(
                agreement, stage=Stage.IN_FORCE, digest=digest, effective=on, amendments=Amendments(clauses=clauses)
            )
        case AmendmentProposed() | AmendmentSigned() | AmendmentDeclined():
            return change(agreement, amendments=evolve_amendments(amendments, event))
        case AmendmentTookEffect(_, _, digest):
            after = amended(text, amendments.pending) if amendments.pending else text
            return change(agreement, text=after, digest=digest, amendments=evolve_amendments(amendments, event))
        case AgreementSuspended():
            return change(agreement, stage=Stage.SUSPENDED)
        case AgreementResumed():
            return change(agreement, stage=Stage.IN_FORCE)
        case AgreementTerminated():
            return change(agreement, stage=Stage.TERMINATED)
        case AgreementExpired():
            return change(agreement, stage=Stage.EXPIRED)
        case (
            ObligationScheduled()
            | ObligationPostponed()
            | ObligationFellDue()
            | ObligationFulfilled()
            | ObligationBreached()
            | BreachCured()
            | ObligationLapsed()
        ):
            return change(agreement, ledger=owe.evolve_ledger(agreement.ledger, event))
        case _:
            assert_never(event)


agreements = Decider("agreements", Agreement, decide, evolve, state_version=3)
