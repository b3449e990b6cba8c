"""Types that fields are made of. Each says its limits and its meaning once, for every border that reads it.

`form` is the sentence that a person reads when a value does not fit.
"""

from __future__ import annotations

import re
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, NewType

from msgspec import Meta, Struct

from baseplus.kernel.refusals import Invalid

TenantId = NewType("TenantId", str)
"""A university or an organisation that owns a history. Always the first argument, never optional."""

StreamId = NewType("StreamId", str)
"""One thing's history within a tenant's, `agreements/a-2026-001`: the capability, then the thing's id."""

# Python's `$` also matches before a last line break; this ends a pattern alike in Python and in JSON Schema.
_END = r"$(?!\n)"
ID = "[a-z0-9][a-z0-9-]{0,63}"
"""What every id looks like, as a pattern to be built into others."""
_ID_FORM = "1 to 64 lower-case letters, digits and hyphens, beginning with a letter or digit"

Id = Annotated[str, Meta(pattern=f"^{ID}{_END}", extra={"form": f"an id: {_ID_FORM}"})]
PersonId = Annotated[str, Meta(pattern=f"^{ID}{_END}", extra={"form": f"a person's id: {_ID_FORM}"})]
Sha256 = Annotated[
    str, Meta(pattern=f"^[0-9a-f]{{64}}{_END}", extra={"form": "a SHA-256: 64 lower-case hexadecimal digits"})
]
Line = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=200,
        pattern=r"^[^\x00-\x1f\x7f]*" + _END,
        extra={"form": "1 to 200 characters on one line"},
    ),
]
# PostgreSQL stores no NUL in text
Text = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=20_000,
        pattern=r"^[^\x00]*$",
        extra={"form": "text of 1 to 20,000 characters"},
    ),
]
Day = Annotated[date, Meta(extra={"form": "a day, like 2026-03-01"})]
Instant = Annotated[datetime, Meta(tz=True, extra={"form": "a time with its offset, like 2026-03-01T09:30:00+08:00"})]
Count = Annotated[
    str,
    Meta(
        pattern=r"^(0|[1-9][0-9]{0,8})(\.[0-9]{1,4})?" + _END,
        extra={"form": 'a number in quotes with at most 4 places, like "8" or "7.5"'},
        examples=["8"],
    ),
]
Currency = Annotated[
    str, Meta(pattern=f"^[A-Z]{{3}}{_END}", extra={"form": "an ISO 4217 currency code, like CNY"}, examples=["CNY"])
]
# A patterned string: msgspec's Decimal would take floats, NaN and exponents.
Amount = Annotated[
    str,
    Meta(
        pattern=r"^-?(0|[1-9][0-9]{0,14})(\.[0-9]{1,4})?" + _END,
        extra={"form": 'a decimal in quotes with at most 4 places, like "1200.50"'},
        examples=["1200.50"],
    ),
]
EventTypeName = Annotated[
    str,
    Meta(
        max_length=100,
        pattern=r"^[a-z][a-z_]*\.[a-z][a-z_]*\.v[1-9][0-9]*" + _END,
        extra={"form": "the permanent name of an event type, like mentoring.guidance_given.v1"},
    ),
]

StreamName = Annotated[
    str,
    Meta(
        max_length=130,
        pattern=f"^[a-z][a-z_]*/{ID}{_END}",
        extra={"form": "a stream: capability/id, like mentoring/m-7"},
        examples=["mentoring/m-7"],
    ),
]
Position = Annotated[
    int,
    # as far as every reader of JSON counts exactly
    Meta(ge=1, le=2**53 - 1, extra={"form": "a place in a history: 1, 2, 3 …"}),
]


class Money(Struct, frozen=True, forbid_unknown_fields=True):
    """An amount of money. Decimal with an ISO 4217 currency, never a float."""

    amount: Amount
    currency: Currency

    @property
    def value(self) -> Decimal:
        """The amount as a number, in units of the currency."""
        return Decimal(self.amount)

    def __add__(self, other: Money) -> Money:
        """The sum. Raises Invalid for two currencies: there is no rate here to change them with."""
        if other.currency != self.currency:
            raise Invalid(where="/currency", reason=f"{self.currency} and {other.currency} cannot be added")
        return Money(format(self.value + other.value, "f"), self.currency)


def tenant_id(text: str) -> TenantId:
    """Read a tenant's id. Raises Invalid."""
    if not re.fullmatch(ID, text):
        raise Invalid(where="tenant", reason=f"a tenant's id has {_ID_FORM}")
    return TenantId(text)


def stream_id(capability: str, thing: str) -> StreamId:
    """The stream of one thing of a capability. Raises Invalid."""
    if not re.fullmatch(ID, thing):
        raise Invalid(where=capability, reason=f"an id has {_ID_FORM}")
    return StreamId(f"{capability}/{thing}")
