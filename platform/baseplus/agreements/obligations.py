"""What is owed and when: due dates, evidence, breach.

A clause's obligation is owed once or again and again; each time is an occurrence, numbered from 1. One occurrence is
scheduled at a time; when it falls due, the next is scheduled. Fulfilled means in time: what happened by the due date.
What happens after it cures a breach, and so does what was recorded only then.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, assert_never

import msgspec
from msgspec import Meta

from baseplus.agreements.due import first_due, next_due
from baseplus.agreements.events import (
    BreachCured,
    ObligationBreached,
    ObligationFellDue,
    ObligationFulfilled,
    ObligationLapsed,
    ObligationPostponed,
    ObligationScheduled,
)
from baseplus.agreements.terms import Clause, Evidence, Obligation, Quantity
from baseplus.kernel.decisions import Command
from baseplus.kernel.refusals import Rejected
from baseplus.kernel.vocabulary import Id

Occurrence = Annotated[
    int,
    Meta(
        ge=1,
        le=100_000,
        description="which time it was owed: 1, 2, 3 …",
        extra={"form": "a whole number from 1 to 100,000"},
    ),
]


class PassDueDates(Command, frozen=True):
    """Let due dates pass.

    What the clock says: the day after its due date an obligation has fallen due and, unfulfilled, is breached.
    """


class Fulfil(Command, frozen=True):
    """Fulfil an obligation with evidence.

    The evidence must be of the kinds that the clause names and add up to what is owed.
    """

    clause: Annotated[Id, Meta(description="the clause")]
    occurrence: Occurrence
    evidence: Annotated[tuple[Evidence, ...], Meta(min_length=1, max_length=1000, description="the events that count")]


class CureBreach(Command, frozen=True):
    """Cure a breach with evidence that came late."""

    clause: Annotated[Id, Meta(description="the clause")]
    occurrence: Occurrence
    evidence: Annotated[tuple[Evidence, ...], Meta(min_length=1, max_length=1000, description="the events that count")]


_A_DAY = timedelta(days=1)

ObligationEvent = (
    ObligationScheduled
    | ObligationPostponed
    | ObligationFellDue
    | ObligationFulfilled
    | ObligationBreached
    | BreachCured
    | ObligationLapsed
)


class Outcome(StrEnum):
    """How an occurrence of an obligation stands. Only `open` and `breached` may still change."""

    OPEN = "open"
    FULFILLED = "fulfilled"
    BREACHED = "breached"
    CURED = "cured"
    LAPSED = "lapsed"


class Owed(msgspec.Struct, frozen=True):
    """One occurrence of an obligation. `evidence`: the positions of the events that counted towards it."""

    occurrence: int
    due: date
    fulfilled_by: tuple[str, ...]
    quantity: Quantity
    fell_due: bool = False
    outcome: Outcome = Outcome.OPEN
    evidence: tuple[int, ...] = ()


Ledger = Mapping[str, tuple[Owed, ...]]
"""Clause id -> its occurrences, the first one first."""


def open_ledger(clauses: Iterable[Clause], ledger: Ledger, start: date, end: date | None) -> Iterator[ObligationEvent]:
    """Schedule what the clauses promise and is not scheduled yet, and let lapse what they promise no longer.

    A later last day makes them promise again what the earlier one had ended: from `start` on, with no arrears.
    """
    promised = {clause.id: clause for clause in clauses if clause.obligation}
    awaited = set[str]()  # clauses of which the clock has one to pass, and will then schedule the next
    for clause, occurrences in ledger.items():
        for owed in occurrences:
            gone = clause not in promised or (end is not None and owed.due > end)
            if gone and owed.outcome is Outcome.OPEN:
                yield ObligationLapsed(clause, owed.occurrence)
            elif owed.outcome is not Outcome.LAPSED and not owed.fell_due:
                awaited.add(clause)
    for clause, promise in promised.items():
        before, obligation = ledger.get(clause, ()), promise.obligation
        if obligation and clause not in awaited and (due := _due_from(obligation, before, start, end)):
            yield _scheduled(promise, obligation, len(before) + 1, due)


def pass_due_dates(
    clauses: Mapping[str, Clause], ledger: Ledger, today: date, end: date | None
) -> Iterator[ObligationEvent]:
    """What the clock brings once due dates lie before `today`: obligations fall due and, unfulfilled, are breached."""
    for clause, occurrences in ledger.items():
        for owed in occurrences:
            if owed.due < today and not owed.fell_due and owed.outcome is not Outcome.LAPSED:
                yield from _fell_due(clause, owed.occurrence, owed.due, fulfilled=owed.outcome is Outcome.FULFILLED)
        promise, last = clauses.get(clause), occurrences[-1]
        if promise and promise.obligation and last.outcome is not Outcome.LAPSED:
            yield from _go_on(promise, promise.obligation, last, today, end)


def resume(clauses: Mapping[str, Clause], ledger: Ledger, today: date, end: date | None) -> Iterator[ObligationEvent]:
    """After a rest, what was open and whose due date passed meanwhile is due `today`; nothing else is made up for."""
    for clause, occurrences in ledger.items():
        last = occurrences[-1]
        if last.due >= today or last.fell_due:
            continue
        if last.outcome is Outcome.OPEN:
            yield ObligationPostponed(clause, last.occurrence, today)
        elif last.outcome is Outcome.FULFILLED:
            yield from _fell_due(clause, last.occurrence, last.due, fulfilled=True)
            promise = clauses.get(clause)
            if promise and promise.obligation and (due := next_due(promise.obligation, today - _A_DAY, end)):
                yield _scheduled(promise, promise.obligation, last.occurrence + 1, due)


def close_ledger(ledger: Ledger) -> Iterator[ObligationLapsed]:
    """The agreement has ended: what is still open is owed no longer."""
    for clause, owed in _each(ledger):
        if owed.outcome is Outcome.OPEN:
            yield ObligationLapsed(clause, owed.occurrence)


def happened(evidence: tuple[Evidence, ...], today: date) -> date:
    """The day on which the last of it happened. What does not say so is taken to happen today."""
    return max(one.on or today for one in evidence)


def decide_evidence(command: Fulfil | CureBreach, ledger: Ledger, today: date) -> ObligationFulfilled | BreachCured:
    """What the evidence leads to. Raises Rejected where the time for it is not now, or where it does not do."""
    owed = _find(ledger, command.clause, command.occurrence)
    facts = {"clause": command.clause, "occurrence": command.occurrence}
    match command:
        case Fulfil(clause, occurrence, evidence):
            if owed.outcome is not Outcome.OPEN:
                raise Rejected("obligation_not_open", **facts, state=owed.outcome.value)
            if happened(evidence, today) > owed.due:
                raise Rejected("due_date_has_passed", **facts, due=owed.due.isoformat())
            _weigh(ledger, clause, owed, evidence)
            return ObligationFulfilled(clause, occurrence, evidence)
        case CureBreach(clause, occurrence, evidence):
            if owed.outcome is not Outcome.BREACHED:
                raise Rejected("obligation_not_breached", **facts, state=owed.outcome.value)
            _weigh(ledger, clause, owed, evidence)
            return BreachCured(clause, occurrence, evidence, owed.due, happened(evidence, today) <= owed.due)
        case _:
            assert_never(command)


def evolve_ledger(ledger: Ledger, event: ObligationEvent) -> Ledger:
    """The ledger after the event. An event about an occurrence that is not in it changes nothing."""
    match event:
        case ObligationScheduled(clause, occurrence, _, due, fulfilled_by, quantity):
            owed = Owed(occurrence, due, fulfilled_by, quantity)
            return {**ledger, clause: (*ledger.get(clause, ()), owed)}
        case ObligationPostponed(clause, occurrence, due):
            return _changed(ledger, clause, occurrence, due=due)
        case ObligationFellDue(clause, occurrence):
            return _changed(ledger, clause, occurrence, fell_due=True)
        case ObligationFulfilled(clause, occurrence, evidence):
            return _changed(ledger, clause, occurrence, outcome=Outcome.FULFILLED, evidence=_positions(evidence))
        case ObligationBreached(clause, occurrence):
            return _changed(ledger, clause, occurrence, outcome=Outcome.BREACHED)
        case BreachCured(clause, occurrence, evidence):
            return _changed(ledger, clause, occurrence, outcome=Outcome.CURED, evidence=_positions(evidence))
        case ObligationLapsed(clause, occurrence):
            return _changed(ledger, clause, occurrence, outcome=Outcome.LAPSED)
        case _:
            assert_never(event)


def _fell_due(clause: str, occurrence: int, due: date, *, fulfilled: bool) -> Iterator[ObligationEvent]:
    yield ObligationFellDue(clause, occurrence, due, fulfilled)
    if not fulfilled:
        yield ObligationBreached(clause, occurrence, due)


def _go_on(
    clause: Clause, obligation: Obligation, last: Owed, today: date, end: date | None
) -> Iterator[ObligationEvent]:
    """The occurrences after the last one, until one is due today or later."""
    number, due = last.occurrence, last.due
    while due < today and (following := next_due(obligation, due, end)):
        number, due = number + 1, following
        yield _scheduled(clause, obligation, number, due)
        if due < today:
            yield from _fell_due(clause.id, number, due, fulfilled=False)


def _due_from(obligation: Obligation, before: Sequence[Owed], start: date, end: date | None) -> date | None:
    """When it is owed next, from `start` on and after the occurrences before; of them, those that lapsed never were."""
    last = max((owed.due for owed in before if owed.outcome is not Outcome.LAPSED), default=None)
    if last:
        return next_due(obligation, max(last, start - _A_DAY), end)
    due = first_due(obligation, start, end)
    # only what was never scheduled may be overdue when the text takes effect: it was signed so
    return due if due and (due >= start or not before) else None


def _scheduled(clause: Clause, obligation: Obligation, occurrence: int, due: date) -> ObligationScheduled:
    return ObligationScheduled(clause.id, occurrence, clause.party, due, obligation.fulfilled_by, obligation.quantity)


def _each(ledger: Ledger) -> Iterator[tuple[str, Owed]]:
    return ((clause, owed) for clause, occurrences in ledger.items() for owed in occurrences)


def _find(ledger: Ledger, clause: str, occurrence: int) -> Owed:
    for owed in ledger.get(clause, ()):
        if owed.occurrence == occurrence:
            return owed
    raise Rejected("no_such_obligation", clause=clause, occurrence=occurrence)


def _weigh(ledger: Ledger, clause: str, owed: Owed, evidence: tuple[Evidence, ...]) -> None:
    """An event counts once for a clause, must be of a type that the clause names, and together they must suffice."""
    spent = {position for other in ledger[clause] for position in other.evidence}
    for one in evidence:
        if one.type not in owed.fulfilled_by:
            raise Rejected("evidence_of_another_kind", type=one.type, fulfilled_by=list(owed.fulfilled_by))
        if one.position in spent:
            raise Rejected("evidence_counted_already", clause=clause, position=one.position)
        spent.add(one.position)
    given = sum((Decimal(one.amount) for one in evidence), Decimal())
    if given < owed.quantity.value:
        needed = f"{owed.quantity.amount} {owed.quantity.unit}"
        raise Rejected("evidence_falls_short", clause=clause, given=format(given, "f"), needed=needed)


def _changed(ledger: Ledger, clause: str, occurrence: int, **fields: object) -> Ledger:
    occurrences = tuple(
        msgspec.structs.replace(owed, **fields) if owed.occurrence == occurrence else owed
        for owed in ledger.get(clause, ())
    )
    return {**ledger, clause: occurrences} if occurrences else ledger


def _positions(evidence: tuple[Evidence, ...]) -> tuple[int, ...]:
    return tuple(one.position for one in evidence)
