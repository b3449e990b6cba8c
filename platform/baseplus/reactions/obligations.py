"""Executable agreements: what a clause names fulfils it, and the clock lets it fall due.

The state is the agreements as their own rules know them, and what has happened that a clause names and that has not
been spent on it yet. Periods do not lend to each other: what happened by an earlier due date, and was not needed for
it, counts for no later one. What is owed longest is settled first.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, ClassVar

from baseplus.agreements.events import AgreementEvent
from baseplus.agreements.model import Agreement, Expire, Stage, agreements
from baseplus.agreements.obligations import CureBreach, Fulfil, ObligationEvent, Outcome, Owed, PassDueDates
from baseplus.agreements.terms import Clause, Evidence, Party
from baseplus.apprenticeships.events import ApprenticeEnrolled
from baseplus.kernel.decisions import Step
from baseplus.kernel.events import Event
from baseplus.kernel.reactions import Order, Place, Reaction, members
from baseplus.reactions.counting import amount_of, day_of, may_count_for

# Somebody fulfilled it by hand, or the agreement rests or has ended, since the history that we have read.
_MOOT = frozenset(
    {
        "agreement_has_ended",
        "due_date_has_passed",
        "evidence_counted_already",
        "no_such_obligation",
        "obligation_not_breached",
        "obligation_not_open",
        "term_is_over",
        "term_runs_on",
        "wrong_state",
    }
)
_IN_FORCE = (Stage.IN_FORCE, Stage.SUSPENDED)
_A_DAY = timedelta(days=1)
_AGREEMENT_EVENTS: tuple[type[Any], ...] = members(AgreementEvent)
_OBLIGATION_EVENTS: tuple[type[Any], ...] = members(ObligationEvent)

ClauseKey = tuple[str, str]
"""(agreement, clause)."""


@dataclass
class Promises:
    """Of one tenant. named: event type -> the clauses that name it and under which something may be owed still.
    unspent: what happened that a clause names, in the order of its days. agreement_of: apprenticeship -> agreement."""

    agreements: dict[str, Agreement] = field(default_factory=dict)
    named: dict[str, dict[ClauseKey, None]] = field(default_factory=dict)
    unspent: dict[ClauseKey, list[Evidence]] = field(default_factory=dict)
    agreement_of: dict[str, str] = field(default_factory=dict)


class Obligations(Reaction[Promises]):
    """Any event that a clause names fulfils the obligation, with that event as evidence; a due date that passes lets it
    fall due and, unfulfilled, breaches it; an agreement whose term is over has expired."""

    name: ClassVar = "obligations"
    events: ClassVar = None

    def begin(self) -> Promises:
        return Promises()

    def evolve(self, state: Promises, event: Any, at: Place) -> Promises:
        if isinstance(event, ApprenticeEnrolled):
            state.agreement_of[at.thing] = event.agreement
        for key in state.named.get(event.TYPE, ()):
            _note(state, key, event, at)
        if isinstance(event, _AGREEMENT_EVENTS):
            before = state.agreements.get(at.thing, Agreement())
            after = state.agreements[at.thing] = agreements.evolve(before, event)
            _follow(state, at.thing, before, after)
        return state

    def react(self, state: Promises, event: Any, at: Place) -> Iterator[Order]:
        for agreement, clause in list(state.named.get(event.TYPE, ())):
            yield from _settled(state, agreement, clause)
        if isinstance(event, _OBLIGATION_EVENTS):
            yield from _settled(state, at.thing, event.clause)

    def due(self, state: Promises, today: date) -> Iterator[Order]:
        for thing, agreement in state.agreements.items():
            if agreement.stage not in _IN_FORCE:
                continue
            ends = agreement.text.ends
            if agreement.stage is Stage.IN_FORCE and (passed := _passed(agreement, today)):
                # before it expires, so that what happened meanwhile still counts for what is scheduled with them
                clause, owed = passed
                named = f"{thing}:{clause}:{owed.occurrence}:{owed.due}"
                yield Order(Step(agreements, thing, PassDueDates()), _MOOT, named)
            elif ends and today > ends:
                yield Order(Step(agreements, thing, Expire()), _MOOT, f"{thing}:ends:{ends}")


def _passed(agreement: Agreement, today: date) -> tuple[str, Owed] | None:
    """Something whose due date has passed and that has not fallen due, if there is any."""
    for clause, occurrences in agreement.ledger.items():
        for owed in occurrences:
            if owed.due < today and not owed.fell_due and owed.outcome is not Outcome.LAPSED:
                return clause, owed
    return None


def _note(state: Promises, key: ClauseKey, event: Event, at: Place) -> None:
    """Keep what happened, where it may count for the clause."""
    agreement = state.agreements[key[0]]
    clause, party = _clause(agreement, key[1])
    if clause is None or party is None or not may_count_for(event, party):
        return
    under = _agreement_of(state, event, at)
    if under is not None and under != key[0]:
        return
    assert clause.obligation is not None
    amount = amount_of(event, clause.obligation.quantity.unit)
    if amount is not None:
        kept = state.unspent.setdefault(key, [])
        kept.append(Evidence(event.TYPE, at.stream, at.position, amount, day_of(event, at)))
        kept.sort(key=lambda one: (one.on, one.position))


def _clause(agreement: Agreement, clause: str) -> tuple[Clause | None, Party | None]:
    found = agreement.text.clauses_by_id.get(clause)
    party = next((one for one in agreement.text.parties if found and one.id == found.party), None)
    return found, party


def _agreement_of(state: Promises, event: Any, at: Place) -> str | None:
    """The agreement under which it happened; None where it happened under none in particular."""
    if isinstance(named := getattr(event, "agreement", None), str):
        return named
    apprenticeship = getattr(event, "apprenticeship", at.thing)
    return state.agreement_of.get(apprenticeship) if isinstance(apprenticeship, str) else None


def _follow(state: Promises, thing: str, before: Agreement, after: Agreement) -> None:
    """Keep in mind which events the agreement's clauses name, and forget what is spent or can count no more."""
    if after.ledger is not before.ledger:
        for clause, occurrences in after.ledger.items():
            if before.ledger.get(clause) is not occurrences:
                _forget(state, (thing, clause), occurrences)
    if after.stage is before.stage and after.text == before.text and after.ledger.keys() == before.ledger.keys():
        return
    for keys in state.named.values():
        for key in [key for key in keys if key[0] == thing]:
            del keys[key]
    if after.stage in _IN_FORCE:
        for promise in after.text.clauses:
            for name in promise.obligation.fulfilled_by if promise.obligation and promise.id in after.ledger else ():
                state.named.setdefault(name, {})[thing, promise.id] = None
    else:
        for key in [key for key in state.unspent if key[0] == thing]:
            del state.unspent[key]


def _forget(state: Promises, key: ClauseKey, occurrences: tuple[Owed, ...]) -> None:
    if not (kept := state.unspent.get(key)):
        return
    spent = {position for owed in occurrences for position in owed.evidence}
    since = _settled_until(occurrences)
    state.unspent[key] = [one for one in kept if one.position not in spent and (since is None or _day(one) > since)]


def _settled_until(occurrences: tuple[Owed, ...]) -> date | None:
    """The day up to which everything is settled, so that what happened by then is needed no more."""
    since = None
    for owed in _not_lapsed(occurrences):
        if owed.outcome in (Outcome.OPEN, Outcome.BREACHED) or not owed.fell_due:
            break
        since = owed.due
    return since


def _not_lapsed(occurrences: Iterable[Owed]) -> Iterator[Owed]:
    """Those that divide time into periods: a lapsed one ended none, and may have been scheduled anew."""
    return (owed for owed in occurrences if owed.outcome is not Outcome.LAPSED)


def _settled(state: Promises, agreement: str, clause: str) -> Iterator[Order]:
    """What is owed and can be settled by what happened, the longest owed first."""
    known = state.agreements.get(agreement)
    unspent = state.unspent.get((agreement, clause))
    if known is None or known.stage not in _IN_FORCE or not unspent:
        return
    left, since = list(unspent), known.effective - _A_DAY if known.effective else date.min
    for owed in _not_lapsed(known.ledger.get(clause, ())):
        late = owed.outcome is Outcome.BREACHED
        if late or owed.outcome is Outcome.OPEN:
            until = date.max if late else owed.due
            if enough := _enough(owed, [one for one in left if since < _day(one) <= until]):
                settle = CureBreach if late else Fulfil
                yield Order(Step(agreements, agreement, settle(clause, owed.occurrence, tuple(enough))), _MOOT)
                left = [one for one in left if one not in enough]
        since = owed.due


def _enough(owed: Owed, found: Iterable[Evidence]) -> list[Evidence] | None:
    """As many of the events as are needed, the first ones first; None where they fall short."""
    taken, given = list[Evidence](), Decimal()
    for one in found:
        taken.append(one)
        given += Decimal(one.amount)
        if given >= owed.quantity.value:
            return taken
    return None


def _day(one: Evidence) -> date:
    assert one.on is not None
    return one.on
