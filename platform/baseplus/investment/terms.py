"""Money of one apprenticeship: kinds of costs, who bears which part, and arithmetic that loses nothing.

Parts are stored inside events, so a new field needs a default. Amounts in different currencies are never added: they
stand beside each other until somebody says at which rate.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from typing import Annotated

from msgspec import Meta, Struct

from baseplus.kernel.refusals import Rejected
from baseplus.kernel.vocabulary import Amount, Currency, Money

MOST = Decimal("9999999999.9999")
"""The largest amount of one entry: sums of very many still fit wherever they are counted."""
_PLACE = Decimal("0.0001")
_WIDEST = Decimal(10) ** 15


class CostKind(StrEnum):
    """What money was spent on."""

    WAGE = "wage"
    TRAINING_FEE = "training_fee"
    EQUIPMENT = "equipment"
    SUPERVISION = "supervision"


class Bearer(StrEnum):
    """Who bears a cost. `public`: a subsidy."""

    ENTERPRISE = "enterprise"
    SCHOOL = "school"
    ASSOCIATION = "association"
    PUBLIC = "public"


class Share(Struct, frozen=True):
    """How much of a cost somebody bears."""

    bearer: Annotated[Bearer, Meta(description="who bears it")]
    percent: Annotated[
        int, Meta(ge=1, le=100, description="how much of it, in percent", extra={"form": "a share, 1 to 100"})
    ]


class Part(Struct, frozen=True):
    """What somebody bears of a cost, in the cost's currency."""

    bearer: Bearer
    amount: Amount


class Rate(Struct, frozen=True):
    """What one unit of a currency is in the currency of a statement."""

    currency: Annotated[Currency, Meta(description="the currency that is changed")]
    rate: Annotated[
        str,
        Meta(
            pattern=r"^(0|[1-9][0-9]{0,6})(\.[0-9]{1,8})?$(?!\n)",
            description="what one unit of it is in the statement's currency",
            extra={"form": 'a rate in quotes with at most 8 places, like "7.8412"'},
            examples=["7.8412"],
        ),
    ]


def written(value: Decimal) -> str:
    """An amount as events hold it: to 4 places, halves away from zero, and no more places than it needs, but two where
    it is not whole. Raises Rejected for one too large to be written."""
    if abs(value) >= _WIDEST:
        raise Rejected("amount_out_of_range", most=f"{_WIDEST:f}")
    value = value.quantize(_PLACE, ROUND_HALF_UP)
    if value == value.to_integral_value():
        return f"{value.to_integral_value() + 0:f}"
    short = f"{value:f}".rstrip("0")
    return short if len(short.partition(".")[2]) >= 2 else f"{value:.2f}"


def check_amount(money: Money, *, least: Decimal = _PLACE) -> None:
    """Raises Rejected for an amount that no entry can have."""
    if not least <= money.value <= MOST:
        raise Rejected("amount_out_of_range", least=f"{least:f}", most=f"{MOST:f}")


def check_currency(money: Money, needed: str) -> None:
    """Raises Rejected for money in another currency."""
    if money.currency != needed:
        raise Rejected("another_currency", currency=money.currency, needed=needed)


def check_shares(shares: Iterable[Share]) -> None:
    """Raises Rejected where somebody is named twice or the shares do not sum to 100."""
    shares = tuple(shares)
    if twice := sorted(one.value for one, times in Counter(share.bearer for share in shares).items() if times > 1):
        raise Rejected("bearer_named_twice", bearers=twice)
    if (total := sum(share.percent for share in shares)) != 100:
        raise Rejected("shares_do_not_sum_to_100", sum=total)


def split(amount: Decimal, shares: Iterable[Share]) -> tuple[Part, ...]:
    """What each bears of an amount, in the order of the shares, which sum to 100.

    The last one bears what is left, so that the parts are the whole, whatever was rounded.
    """
    *firsts, last = shares
    parts, left = [], amount
    for share in firsts:
        part = (amount * share.percent / 100).quantize(_PLACE, ROUND_HALF_UP)
        parts.append(Part(share.bearer, written(part)))
        left -= part
    return (*parts, Part(last.bearer, written(left)))


def borne_by(bearer: Bearer, parts: Iterable[Part]) -> Decimal:
    """What somebody bears of a cost; 0 where nothing."""
    return sum((Decimal(part.amount) for part in parts if part.bearer is bearer), Decimal(0))


def summed(entries: Iterable[tuple[str, Decimal]]) -> dict[str, Decimal]:
    """The sum of each currency, apart."""
    sums: dict[str, Decimal] = {}
    for currency, value in entries:
        sums[currency] = sums.get(currency, Decimal(0)) + value
    return sums


def rates_by_currency(currency: str, rates: Iterable[Rate]) -> dict[str, Decimal]:
    """What one unit of each currency is in `currency`, itself included.

    Raises Rejected where one is given twice, is none, or is of the currency itself.
    """
    found = {currency: Decimal(1)}
    for one in rates:
        if one.currency in found:
            raise Rejected("rate_given_twice", currency=one.currency)
        if not Decimal(one.rate):
            raise Rejected("rate_of_nothing", currency=one.currency)
        found[one.currency] = Decimal(one.rate)
    return found


def changed(sums: Mapping[str, Decimal], rates: Mapping[str, Decimal]) -> Decimal:
    """Sums of several currencies in one. Every currency needs its rate."""
    return sum((value * rates[currency] for currency, value in sums.items()), Decimal(0))
