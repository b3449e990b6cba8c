"""The indicators, against the catalogue of what a base must be able to say of itself."""

from __future__ import annotations

import re
from pathlib import Path

from projections.benchmarks.declaring import Indicator
from projections.benchmarks.indicators import INDICATORS, indicator

_ROW = re.compile(r"^\| (\w+) \| (.+?) \| (higher|lower|context) \|$", re.MULTILINE)


def catalogued(shared: Path) -> dict[str, tuple[str, str]]:
    """Key -> the fraction, and which way is better."""
    text = (shared / "design/domain.md").read_text("utf-8")
    return {key: (fraction, better) for key, fraction, better in _ROW.findall(text.partition("## Indicators")[2])}


def fraction(one: Indicator, *, with_categories: bool) -> str:
    return f"{one.numerator} / {one.denominator}" + (f", by {one.by}" if with_categories else "")


def test_all_thirty_indicators_of_the_catalogue_are_declared_and_say_what_it_says(shared: Path) -> None:
    asked = catalogued(shared)
    assert len(asked) == 30
    assert {one.key for one in INDICATORS} == set(asked)
    for key, (said, better) in asked.items():
        one = indicator(key)
        assert (fraction(one, with_categories=", by " in said), one.better) == (said, better)


def test_every_indicator_says_what_it_is() -> None:
    for one in INDICATORS:
        assert all((one.title, one.unit, one.numerator, one.denominator, one.source)), one.key
    assert len({one.title for one in INDICATORS}) == len(INDICATORS)
