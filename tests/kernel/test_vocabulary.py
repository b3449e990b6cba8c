from __future__ import annotations

from decimal import Decimal
from typing import Any

import msgspec
import pytest

from baseplus.kernel.forms import read_struct
from baseplus.kernel.refusals import Invalid
from baseplus.kernel.vocabulary import (
    Amount,
    Count,
    Currency,
    Day,
    EventTypeName,
    Id,
    Instant,
    Line,
    Money,
    Sha256,
    StreamName,
    Text,
    stream_id,
    tenant_id,
)
from infra.wiring import EVENT_TYPES


@pytest.mark.parametrize(
    ("kind", "good"),
    [
        (Id, ["a", "7", "qinglan-2", "a" * 64]),
        (Sha256, ["0" * 64]),
        (Line, ["青蓝大学", "a" * 200]),
        (Text, ["Two\nlines", "a" * 20_000]),
        (Day, ["2026-03-01"]),
        (Instant, ["2026-03-01T09:30:00+08:00", "2026-03-01T01:30:00Z"]),
        (Currency, ["CNY"]),
        (Amount, ["0", "-3.5", "1200.50", "999999999999999.9999"]),
        (Count, ["0", "8", "7.5"]),
        (EventTypeName, ["mentoring.guidance_given.v1"]),
        (StreamName, ["mentoring/m-7"]),
    ],
)
def test_what_fits_is_taken(kind: Any, good: list[str]) -> None:
    for text in good:
        msgspec.convert(text, kind)


@pytest.mark.parametrize(
    ("kind", "bad"),
    [
        (Id, ["", "-a", "A", "a b", "a" * 65, "a\n", "a/b", "é", "٣"]),
        (Sha256, ["0" * 63, "0" * 65, "A" * 64, "0" * 64 + "\n"]),
        (Line, ["", "a" * 201, "two\nlines", "end\n", "tab\t", "nul\0"]),
        (Text, ["", "a" * 20_001, "nul\0"]),
        (Day, ["2026-02-30", "1 March"]),
        (Instant, ["2026-03-01T09:30:00", "2026-03-01"]),
        (Currency, ["cny", "CNYX", "CNY\n"]),
        (Amount, ["", ".5", "1.", "01", "1.23456", "1e3", "NaN", "+1", "1\n", "٣"]),
        (Count, ["-1", "1e3", "", "1\n"]),
        (EventTypeName, ["mentoring.guidance_given", "Mentoring.x.v1", "mentoring.x.v0", "mentoring.x.v1\n"]),
        (StreamName, ["mentoring", "mentoring/", "mentoring/M", "mentoring/m/7", "mentoring/m\n"]),
    ],
)
def test_what_does_not_fit_is_refused(kind: Any, bad: list[str]) -> None:
    for text in bad:
        with pytest.raises(msgspec.ValidationError):
            msgspec.convert(text, kind)


def test_money_is_decimal_with_an_iso_4217_currency_never_a_float() -> None:
    assert Money("0.1", "CNY").value * 3 == Decimal("0.3")
    for event in EVENT_TYPES:
        assert "float" not in str(msgspec.inspect.type_info(event)).lower(), event.TYPE
    for fields in ({"amount": 0.1, "currency": "CNY"}, {"amount": "0.1", "currency": "yuan"}, {"amount": "0.1"}):
        with pytest.raises(Invalid):
            read_struct(Money, fields)


def test_money_is_added_in_one_currency_and_to_the_last_place() -> None:
    assert Money("0.10", "CNY") + Money("0.20", "CNY") == Money("0.30", "CNY")
    assert Money("-1200.50", "CNY").value == Decimal("-1200.50")
    with pytest.raises(Invalid, match="EUR and CNY cannot be added"):
        Money("1", "EUR") + Money("1", "CNY")


def test_ids_of_tenants_and_streams_have_one_form() -> None:
    assert tenant_id("qinglan") == "qinglan"
    assert stream_id("agreements", "a-1") == "agreements/a-1"
    for bad in ("", "a\n", "a/b", "A"):
        with pytest.raises(Invalid, match="a tenant's id has 1 to 64"):
            tenant_id(bad)
        with pytest.raises(Invalid, match="an id has 1 to 64"):
            stream_id("agreements", bad)
