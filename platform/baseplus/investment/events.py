"""What can happen to the money of an apprenticeship. The stream is `investment/<apprenticeship>`, under its id.

Every entry says its base, so that figures of a base need no other history, and corrections say what they take back.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, ClassVar

from msgspec import Meta

from baseplus.investment.terms import Bearer, CostKind, Part, Rate, Share
from baseplus.kernel.events import Event, Personal
from baseplus.kernel.vocabulary import Id, Line, Money, PersonId, Text

Months = Annotated[int, Meta(ge=0, le=12_000)]


class CostIncurred(Event):
    """The training cost something on that day, or in the time that ended with it.

    paid_by: who paid. borne: by whom it is borne in the end, together all of it. first: whether it is the apprentice's
    first cost in this month and currency.
    """

    TYPE: ClassVar = "investment.cost_incurred.v1"
    cost: Id
    kind: CostKind
    amount: Money
    paid_by: Bearer
    borne: tuple[Part, ...]
    on: date
    apprentice: PersonId
    base: Id
    enterprise: Id
    first: bool
    note: Annotated[Text | None, Personal("apprentice")] = None


class CostCorrected(Event):
    """A cost was another amount than recorded; 0: there was none. `previous`: the amount so far, and who bore it."""

    TYPE: ClassVar = "investment.cost_corrected.v1"
    CORRECTION: ClassVar = True
    cost: Id
    kind: CostKind
    amount: Money
    borne: tuple[Part, ...]
    previous: Money
    previously_borne: tuple[Part, ...]
    on: date
    apprentice: PersonId
    base: Id
    reason: Annotated[Text, Personal("apprentice")]


class CostShareAgreed(Event):
    """From that day on costs of these kinds are borne so, until it is agreed otherwise."""

    TYPE: ClassVar = "investment.cost_share_agreed.v1"
    kinds: tuple[CostKind, ...]
    shares: tuple[Share, ...]
    since: date


class CostApportioned(Event):
    """A cost that had been recorded falls under a share that was agreed later: it is borne otherwise now."""

    TYPE: ClassVar = "investment.cost_apportioned.v1"
    cost: Id
    kind: CostKind
    amount: Money
    borne: tuple[Part, ...]
    previously_borne: tuple[Part, ...]
    on: date
    base: Id


class OutputValued(Event):
    """What the apprentice made on that day, or in the time that ended with it, was worth so much to the enterprise."""

    TYPE: ClassVar = "investment.output_valued.v1"
    output: Id
    amount: Money
    on: date
    apprentice: PersonId
    base: Id
    enterprise: Id
    note: Annotated[Text | None, Personal("apprentice")] = None


class OutputCorrected(Event):
    """What was made was worth something else; 0: nothing. `previous`: the value so far."""

    TYPE: ClassVar = "investment.output_corrected.v1"
    CORRECTION: ClassVar = True
    output: Id
    amount: Money
    previous: Money
    on: date
    apprentice: PersonId
    base: Id
    reason: Annotated[Text, Personal("apprentice")]


class ReturnStatementIssued(Event):
    """Training compared with hiring, from all that was recorded until then, in one currency.

    cost: what the enterprise bore. output: what the apprentice's work was worth. compensation: what was paid for their
    being poached. net_cost: cost − output − compensation. hiring: what it costs to find and settle in somebody skilled.
    monthly_gain: by how much an own skilled worker is better for the enterprise than a hired one, a month. advantage:
    hiring − net cost. payback_months: after how many months the gain has made up for what training cost more; 0 where
    it cost no more; None: never. rates: at which other currencies were changed.
    """

    TYPE: ClassVar = "investment.return_statement_issued.v1"
    number: Annotated[int, Meta(ge=1)]
    apprentice: PersonId
    base: Id
    enterprise: Id
    on: date
    cost: Money
    output: Money
    compensation: Money
    net_cost: Money
    hiring: Money
    monthly_gain: Money
    advantage: Money
    payback_months: Months | None = None
    rates: tuple[Rate, ...] = ()


class PoachingDeclared(Event):
    """Somebody poached the apprentice, who left on that day. unrecovered: what the enterprise bore and work has not
    brought back, as recorded until now: an amount for each currency, none where nothing is lost."""

    TYPE: ClassVar = "investment.poaching_declared.v1"
    apprentice: PersonId
    base: Id
    enterprise: Id
    left: date
    unrecovered: tuple[Money, ...]


class CompensationAgreed(Event):
    """Whoever hired the apprentice will pay so much by that day. unrecovered: as recorded until now."""

    TYPE: ClassVar = "investment.compensation_agreed.v1"
    payer: Line
    amount: Money
    due: date
    on: date
    unrecovered: tuple[Money, ...]


class CompensationSettled(Event):
    """A payment came, the whole or a part. `remaining`: what is still to come; 0 closes the case."""

    TYPE: ClassVar = "investment.compensation_settled.v1"
    payment: Id
    amount: Money
    remaining: Money
    on: date


EntryEvent = CostIncurred | CostCorrected | CostApportioned | OutputValued | OutputCorrected
CaseEvent = PoachingDeclared | CompensationAgreed | CompensationSettled
InvestmentEvent = EntryEvent | CostShareAgreed | ReturnStatementIssued | CaseEvent
