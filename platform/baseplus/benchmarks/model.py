"""The rules of releases: made once, never changed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

import msgspec

from baseplus.benchmarks.events import BenchmarkEvent, BenchmarkReleased, Group, IndicatorKey, Period
from baseplus.kernel.decisions import Command, Decider
from baseplus.kernel.refusals import Rejected
from baseplus.kernel.vocabulary import TenantId


class ReleaseBenchmark(Command):
    """Publish a distribution that has passed disclosure control, and freeze it."""

    indicator: IndicatorKey
    periods: tuple[Period, ...]
    groups: tuple[Group, ...]
    positions: dict[TenantId, int]


class Release(msgspec.Struct, frozen=True):
    """What was released; None: nothing yet."""

    released: BenchmarkReleased | None = None


def decide(command: ReleaseBenchmark, release: Release, now: datetime) -> Iterator[BenchmarkEvent]:  # noqa: ARG001
    if not command.groups:
        raise Rejected("nothing_to_release", indicator=command.indicator, periods=command.periods)
    event = BenchmarkReleased(command.indicator, command.periods, command.groups, command.positions)
    if release.released is None:
        yield event
    elif release.released != event:
        raise Rejected("release_is_frozen", indicator=release.released.indicator, periods=release.released.periods)


def evolve(release: Release, event: BenchmarkEvent) -> Release:  # noqa: ARG001 - there is nothing before a release
    return Release(event)


benchmarks: Decider[ReleaseBenchmark, Release, BenchmarkEvent] = Decider("benchmarks", Release, decide, evolve)
