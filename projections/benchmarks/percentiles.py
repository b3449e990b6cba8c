"""Percentiles that count people, not universities.

England's department for education publishes thresholds that come out only so: with each provider counted once, most of
them are off by more than a point.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence


def percentiles(observations: Iterable[tuple[float, int]], shares: Sequence[int]) -> list[float]:
    """The weighted percentiles of values, one for each share.

    observations: pairs of a value and its weight, a whole number above 0. shares: whole percent, 1 to 100, ascending.
    The percentile for p is the smallest value v for which the values up to v carry at least p % of all weight. Equal
    weights give the plain one. Raises ValueError for no observations, or a weight below 1.
    Source: the inverse of the weighted empirical distribution function; Hyndman and Fan, Sample quantiles in
    statistical packages (1996), definition 1, with weights in place of counts.
    """
    ordered = sorted(observations)
    if not ordered:
        raise ValueError("there are no percentiles of nothing")
    if min(weight for _, weight in ordered) < 1:
        raise ValueError("a weight is a whole number above 0")
    total = sum(weight for _, weight in ordered)
    found: list[float] = []
    reached = 0
    for value, weight in ordered:
        reached += weight
        # Whole numbers on both sides: a share that is reached exactly is never missed by a rounding.
        while len(found) < len(shares) and reached * 100 >= shares[len(found)] * total:
            found.append(value)
    return found


def quintile(value: float, thresholds: Sequence[float]) -> int:
    """The fifth that `value` lies in, 1 (lowest) to 5.

    thresholds: the 20th, 40th, 60th and 80th percentile. A value that equals a threshold belongs to the fifth below it:
    that fifth's share is only reached with it. Published quintiles put such ties on either side.
    """
    return 1 + sum(value > threshold for threshold in thresholds)
