"""The rules of releases."""

from __future__ import annotations

import msgspec

from baseplus.benchmarks.events import BenchmarkReleased, Group
from baseplus.benchmarks.model import ReleaseBenchmark, benchmarks
from baseplus.kernel.scenario import Scenario
from baseplus.kernel.vocabulary import TenantId

given = Scenario(benchmarks)

SHOWN = Group("Access to HE", "2013-14", universities=80, p20=88, p40=90, p60=91, p80=93)
WITHHELD = Group("Traineeships", "2013-14", withheld="too_few_universities")
ORDER = ReleaseBenchmark(
    indicator="sustained_destination_rate",
    periods=("2013-14",),
    groups=(SHOWN, WITHHELD),
    positions={TenantId("ukprn-10000001"): 14},
)
RELEASED = BenchmarkReleased(
    indicator="sustained_destination_rate",
    periods=("2013-14",),
    groups=(SHOWN, WITHHELD),
    positions={TenantId("ukprn-10000001"): 14},
)


def test_a_release_keeps_its_figures_and_the_positions_they_were_computed_from() -> None:
    given().when(ORDER).then(RELEASED)


def test_the_same_release_again_changes_nothing() -> None:
    given(RELEASED).when(ORDER).then()


def test_a_release_is_frozen() -> None:
    revised = msgspec.structs.replace(ORDER, groups=(msgspec.structs.replace(SHOWN, p20=87), WITHHELD))
    given(RELEASED).when(revised).then_rejected(
        "release_is_frozen", indicator="sustained_destination_rate", periods=("2013-14",)
    )


def test_the_same_figures_from_other_positions_are_another_release() -> None:
    later = msgspec.structs.replace(ORDER, positions={TenantId("ukprn-10000001"): 15})
    given(RELEASED).when(later).then_rejected("release_is_frozen")


def test_nothing_cannot_be_released() -> None:
    given().when(msgspec.structs.replace(ORDER, groups=())).then_rejected(
        "nothing_to_release", indicator="sustained_destination_rate", periods=("2013-14",)
    )
