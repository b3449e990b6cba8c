"""The risk that a base has become a second classroom: commands, state, rules. The stream is `risks/<id>`.

A detector raises it with its reasons; whoever is concerned may appeal; a person decides, and nobody is punished by it.
After a decision it may be appealed once, and then somebody else decides for good.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from enum import StrEnum
from typing import Annotated, assert_never

import msgspec
from msgspec import Meta

from baseplus.kernel.decisions import Command, Decider
from baseplus.kernel.refusals import Rejected
from baseplus.kernel.vocabulary import Id, PersonId, Text
from baseplus.oversight.events import (
    RiskAppealed,
    RiskConfirmed,
    RiskEvent,
    RiskReasonAdded,
    SecondClassroomRiskCleared,
    SecondClassroomRiskRaised,
)
from baseplus.oversight.terms import Month, Reason

DecidedBy = Annotated[PersonId, Meta(description="who decides")]
Why = Annotated[Text, Meta(description="why; it can be erased")]


class RaiseRisk(Command, frozen=True):
    """Raise the risk of a second classroom.

    It says for which month, and states its reasons with the events behind them. Where it was raised already, it gains
    those that are new. A person has to decide.
    """

    base: Annotated[Id, Meta(description="the base")]
    month: Annotated[Month, Meta(description="the month that it looked so in")]
    reasons: Annotated[tuple[Reason, ...], Meta(min_length=1, max_length=20, description="what it looked so by")]


class AppealRisk(Command, frozen=True):
    """Appeal against a risk.

    Before a decision, so that it is heard, or once after it: then somebody else decides, for good.
    """

    appellant: Annotated[PersonId, Meta(description="who is concerned")]
    grounds: Annotated[Text, Meta(description="why it is not so; it can be erased")]


class ConfirmRisk(Command, frozen=True):
    """Decide that it is so.

    What is to be done about it is an action of its own.
    """

    decided_by: DecidedBy
    reason: Why


class ClearRisk(Command, frozen=True):
    """Decide that it is not so, or no longer."""

    decided_by: DecidedBy
    reason: Why


RiskCommand = RaiseRisk | AppealRisk | ConfirmRisk | ClearRisk


class Stage(StrEnum):
    """Where a risk stands."""

    NONE = "none"
    RAISED = "raised"
    APPEALED = "appealed"
    CONFIRMED = "confirmed"
    CLEARED = "cleared"


class Risk(msgspec.Struct, frozen=True):
    """What the rules need to know. decided_by: who decided first. final: nobody can appeal any more."""

    stage: Stage = Stage.NONE
    base: str = ""
    month: str = ""
    stated: frozenset[tuple[str, str]] = frozenset()
    appellants: frozenset[str] = frozenset()
    decided_by: str | None = None
    final: bool = False


def decide(command: RiskCommand, risk: Risk, _now: datetime) -> Iterator[RiskEvent]:
    """What an order leads to. Raises Rejected."""
    if isinstance(command, RaiseRisk):
        yield from _raise(command, risk)
        return
    if risk.stage is Stage.NONE:
        raise Rejected("no_such_risk")
    match command:
        case AppealRisk(appellant, grounds):
            if risk.final or risk.stage is Stage.CLEARED:
                raise Rejected("risk_decided", state=risk.stage.value)
            if risk.stage is Stage.APPEALED:
                raise Rejected("appeal_pending")
            yield RiskAppealed(risk.base, appellant, grounds)
        case ConfirmRisk(decided_by, reason):
            appeal = _check_decides(decided_by, risk)
            if risk.stage is Stage.CONFIRMED:
                raise Rejected("risk_decided", state=risk.stage.value)
            yield RiskConfirmed(risk.base, decided_by, reason, appeal)
        case ClearRisk(decided_by, reason):
            yield SecondClassroomRiskCleared(risk.base, decided_by, reason, _check_decides(decided_by, risk))
        case _:
            assert_never(command)


def _raise(command: RaiseRisk, risk: Risk) -> Iterator[RiskEvent]:
    if risk.stage is Stage.NONE:
        yield SecondClassroomRiskRaised(command.base, command.month, command.reasons)
        return
    if (command.base, command.month) != (risk.base, risk.month):
        raise Rejected("risk_exists", base=risk.base, month=risk.month)
    if risk.decided_by:
        raise Rejected("risk_decided", state=risk.stage.value)
    new = [reason for reason in command.reasons if reason.what not in risk.stated]
    if not new:
        raise Rejected("reasons_stated_already", signs=[reason.sign.value for reason in command.reasons])
    for reason in new:
        yield RiskReasonAdded(risk.base, reason)


def _check_decides(person: str, risk: Risk) -> bool:
    """Whether it is an appeal that is decided. Raises Rejected where this person may not, or nobody may any more."""
    if risk.stage is Stage.CLEARED:
        raise Rejected("risk_decided", state=risk.stage.value)
    if person in risk.appellants:
        raise Rejected("decides_their_own_appeal", person=person)
    appeal = risk.stage is Stage.APPEALED and risk.decided_by is not None
    if appeal and person == risk.decided_by:
        raise Rejected("decided_it_before", person=person)
    return appeal


def evolve(risk: Risk, event: RiskEvent) -> Risk:
    """The risk after the event."""
    change = msgspec.structs.replace
    match event:
        case SecondClassroomRiskRaised(base, month, reasons):
            return Risk(Stage.RAISED, base, month, frozenset(reason.what for reason in reasons))
        case RiskReasonAdded(_, reason):
            return change(risk, stated=risk.stated | {reason.what})
        case RiskAppealed(_, appellant):
            return change(risk, stage=Stage.APPEALED, appellants=risk.appellants | {appellant})
        case RiskConfirmed(_, decided_by, _, appeal):
            return change(risk, stage=Stage.CONFIRMED, decided_by=risk.decided_by or decided_by, final=appeal)
        case SecondClassroomRiskCleared(_, decided_by, _, appeal):
            return change(risk, stage=Stage.CLEARED, decided_by=risk.decided_by or decided_by, final=appeal)
        case _:
            assert_never(event)


risks = Decider("risks", Risk, decide, evolve)
