"""How an agreement in force is changed: proposed, signed by every party over the text as it would read, in effect."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Annotated, assert_never

import msgspec
from msgspec import Meta

from baseplus.agreements.events import AmendmentDeclined, AmendmentProposed, AmendmentSigned, AmendmentTookEffect
from baseplus.agreements.terms import Clause
from baseplus.agreements.text import AgreementText
from baseplus.kernel.decisions import Command
from baseplus.kernel.refusals import Rejected
from baseplus.kernel.vocabulary import Day, Id, Sha256, Text

AmendmentId = Annotated[Id, Meta(description="the amendment's own id")]
Signer = Annotated[Id, Meta(description="the party, by its id")]


class ProposeAmendment(Command, frozen=True):
    """Propose an amendment.

    Adds or removes clauses, or moves the last day, once every party has signed the text as it would then read.
    """

    amendment: AmendmentId
    reason: Annotated[Text, Meta(description="why it is changed")]
    add: Annotated[tuple[Clause, ...], Meta(max_length=200, description="clauses that the agreement gains")] = ()
    remove: Annotated[tuple[Id, ...], Meta(max_length=200, description="ids of clauses that it loses")] = ()
    ends: Annotated[Day | None, Meta(description="its new last day; left out, unchanged")] = None


class SignAmendment(Command, frozen=True):
    """Sign the proposed amendment.

    It takes effect when every party has signed the same digest.
    """

    amendment: AmendmentId
    party: Signer
    digest: Annotated[Sha256, Meta(description="SHA-256 of the amended text that the party read")]


class DeclineAmendment(Command, frozen=True):
    """Decline the proposed amendment.

    Takes it off the table; the agreement stays as it is.
    """

    amendment: AmendmentId
    party: Signer
    reason: Annotated[Text, Meta(description="why, for the other parties")]


AmendmentCommand = ProposeAmendment | SignAmendment | DeclineAmendment
AmendmentEvent = AmendmentProposed | AmendmentSigned | AmendmentDeclined | AmendmentTookEffect


class Amendments(msgspec.Struct, frozen=True):
    """What the rules need to know: the amendment on the table, who has signed it, and which ids were given before.

    A clause's id is never given again once it was in force, since obligations are known by it.
    """

    pending: AmendmentProposed | None = None
    signed: frozenset[str] = frozenset()
    known: frozenset[str] = frozenset()
    clauses: frozenset[str] = frozenset()


def amended(text: AgreementText, change: AmendmentProposed) -> AgreementText:
    """The text as it reads with the change in effect."""
    kept = tuple(clause for clause in text.clauses if clause.id not in change.removed)
    return msgspec.structs.replace(text, clauses=(*kept, *change.added), ends=change.ends or text.ends)


def decide_amendment(
    command: AmendmentCommand, text: AgreementText, amendments: Amendments, today: date
) -> Iterator[AmendmentEvent]:
    """What an order about an amendment leads to. Raises Rejected."""
    match command:
        case ProposeAmendment():
            yield _propose(command, text, amendments, today)
        case SignAmendment(amendment, party, digest):
            pending = _unsigned(amendment, party, text, amendments)
            if digest != pending.digest:
                raise Rejected("digest_differs", proposed=pending.digest, signed=digest)
            yield AmendmentSigned(amendment, party, digest)
            if amendments.signed | {party} == text.party_ids:
                yield AmendmentTookEffect(amendment, today, digest)
        case DeclineAmendment(amendment, party, reason):
            _unsigned(amendment, party, text, amendments)
            yield AmendmentDeclined(amendment, party, reason)
        case _:
            assert_never(command)


def evolve_amendments(amendments: Amendments, event: AmendmentEvent) -> Amendments:
    """What stands after the event."""
    change = msgspec.structs.replace
    match event:
        case AmendmentProposed(amendment):
            return change(amendments, pending=event, known=amendments.known | {amendment})
        case AmendmentSigned(_, party):
            return change(amendments, signed=amendments.signed | {party})
        case AmendmentDeclined():
            return change(amendments, pending=None, signed=frozenset())
        case AmendmentTookEffect():
            gained = frozenset(clause.id for clause in amendments.pending.added) if amendments.pending else frozenset()
            return change(amendments, pending=None, signed=frozenset(), clauses=amendments.clauses | gained)
        case _:
            assert_never(event)


def _propose(command: ProposeAmendment, text: AgreementText, amendments: Amendments, today: date) -> AmendmentProposed:
    if amendments.pending:
        raise Rejected("amendment_on_the_table", amendment=amendments.pending.amendment)
    if command.amendment in amendments.known:
        raise Rejected("amendment_exists", amendment=command.amendment)
    if command.ends and command.ends < max(today, text.starts or today):
        raise Rejected("ends_too_early", ends=command.ends.isoformat())
    after = msgspec.structs.replace(text, ends=command.ends or text.ends)
    for clause in command.remove:
        after = after.without_clause(clause)
    for added in command.add:
        if added.id in amendments.clauses:
            raise Rejected("clause_exists", clause=added.id)
        after.check_addition(added, today)
        after = after.with_clause(added)
    if after == text:
        raise Rejected("amendment_changes_nothing", amendment=command.amendment)
    if text.vocational and (missing := after.missing_terms):
        raise Rejected("terms_missing", missing=[term.value for term in missing])
    return AmendmentProposed(command.amendment, command.reason, after.digest, command.add, command.remove, command.ends)


def _unsigned(amendment: str, party: str, text: AgreementText, amendments: Amendments) -> AmendmentProposed:
    """The amendment on the table, which this party has not signed. Raises Rejected."""
    pending = amendments.pending
    if not pending or pending.amendment != amendment:
        raise Rejected("not_on_the_table", amendment=amendment)
    text.check_party(party)
    if party in amendments.signed:
        raise Rejected("signed_already", party=party)
    return pending
