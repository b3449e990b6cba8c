"""Groups, their distributions, and what of them may be shown."""

from __future__ import annotations

import pytest

from baseplus.benchmarks.events import BenchmarkReleased, Group
from projections.benchmarks.disclosure import rounded, withhold_distribution, withhold_rate
from projections.benchmarks.release import Contribution, Distribution, Measured, distributions


def reported(university: int, rate: int, people: int, category: str = "Access to HE") -> Contribution:
    return Contribution(f"u-{university}", "2013-14", category, rate * people, people, people)


def of(*contributions: Contribution) -> dict[str, Distribution]:
    return {found.category: found for found in distributions(contributions)}


def test_percentiles_are_weighted_by_the_denominator() -> None:
    found = of(reported(1, 50, 10), reported(2, 60, 10), reported(3, 90, 980))
    assert found == {"Access to HE": Distribution("Access to HE", "2013-14", 3, 1000, (90, 90, 90, 90))}


def test_periods_are_apart() -> None:
    found = list(distributions([reported(1, 50, 10), reported(1, 60, 10)._replace(period="2014-15")]))
    assert [(one.period, one.thresholds[0]) for one in found] == [("2013-14", 50), ("2014-15", 60)]


def test_a_programmes_parts_are_groups_and_together_they_are_one() -> None:
    found = of(reported(1, 50, 10, "Full Level 2: Arts"), reported(1, 70, 30, "Full Level 2: Law"))
    assert {name: (one.universities, one.people) for name, one in found.items()} == {
        "Full Level 2": (1, 40),
        "Full Level 2: Arts": (1, 10),
        "Full Level 2: Law": (1, 30),
    }
    assert found["Full Level 2"].thresholds == (50, 70, 70, 70)


def test_who_reports_a_programme_also_as_a_whole_is_not_counted_twice_in_it() -> None:
    found = of(
        reported(1, 50, 10, "Full Level 2: Arts"),
        reported(1, 55, 40, "Full Level 2"),
        reported(2, 70, 30, "Full Level 2: Law"),
    )
    assert (found["Full Level 2"].universities, found["Full Level 2"].people) == (2, 70)


def test_a_suppressed_return_is_no_university_of_the_group() -> None:
    found = of(reported(1, 50, 10), reported(2, 0, 0))
    assert (found["Access to HE"].universities, found["Access to HE"].thresholds) == (1, (50,) * 4)


def test_a_group_of_suppressed_returns_alone_is_withheld() -> None:
    found = of(reported(1, 0, 0))["Access to HE"]
    assert not found.thresholds
    assert found.shown() == Group("Access to HE", "2013-14", withheld="too_few_universities")


def test_a_group_under_ten_universities_is_not_shown() -> None:
    nine = of(*(reported(number, 80 + number, 100) for number in range(9)))["Access to HE"]
    assert list(nine.thresholds) == [81, 83, 85, 87]
    assert nine.shown() == Group("Access to HE", "2013-14", withheld="too_few_universities")


def test_many_bases_of_few_universities_are_still_few_universities() -> None:
    found = of(*(reported(number % 9, 80, 100) for number in range(40)))["Access to HE"]
    assert found.shown().withheld == "too_few_universities"


def test_a_rate_of_under_23_people_is_not_shown() -> None:
    small = of(*(reported(number, 80, 2) for number in range(11)))["Access to HE"]
    assert small.people == 22
    assert small.shown() == Group("Access to HE", "2013-14", withheld="too_few_people")
    assert [withhold_rate(people) for people in (0, 22, 23)] == ["too_few_people", "too_few_people", None]
    assert withhold_distribution(10, 23) is None


def test_a_group_of_ten_is_shown_in_whole_units_and_rounded_counts() -> None:
    values = [Contribution(f"u-{n}", "2013-14", "Access to HE", 8050 + 100 * n, 100, 100) for n in range(12)]
    assert of(*values)["Access to HE"].shown() == Group("Access to HE", "2013-14", 10, p20=83, p40=85, p60=88, p80=90)


def test_what_is_withheld_says_why_and_names_no_number() -> None:
    for withheld in (withhold_distribution(9, 1000), withhold_distribution(10, 22)):
        assert withheld is not None
        assert not any(letter.isdigit() for letter in withheld)


def test_a_release_holds_only_what_may_be_shown() -> None:
    shown = Distribution("Access to HE", "2013-14", 80, 4000, (88.0, 90.5, 91.2, 93.0))
    hidden = Distribution("Traineeships", "2013-14", 9, 4000, (61.0, 62.0, 63.0, 64.0))
    order = Measured("sustained_destination_rate", ("2013-14",), (shown, hidden), {}).command()
    assert order.groups == (
        Group("Access to HE", "2013-14", 80, p20=88, p40=91, p60=91, p80=93),
        Group("Traineeships", "2013-14", withheld="too_few_universities"),
    )
    assert set(BenchmarkReleased.__struct_fields__) == {"indicator", "periods", "groups", "positions"}


@pytest.mark.parametrize(("count", "shown"), [(10, 10), (11, 10), (12, 10), (13, 15), (997, 995), (998, 1000)])
def test_counts_are_shown_to_the_nearest_five(count: int, shown: int) -> None:
    assert rounded(count) == shown
