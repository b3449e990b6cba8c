"""What the environment says is read once, and what makes no sense is refused by name."""

from __future__ import annotations

from pathlib import Path

import pytest

from baseplus.kernel.refusals import Invalid
from infra.settings import read_settings


def test_limits_have_defaults_and_are_read_from_the_environment_or_from_files(tmp_path: Path) -> None:
    assert (read_settings({}).rate_limit, read_settings({}).body_limit) == (1_200, 1_048_576)
    file = tmp_path / "limit"
    file.write_text("99\n")
    given = read_settings({"BASEPLUS_RATE_LIMIT_FILE": str(file), "BASEPLUS_BODY_LIMIT": "2000"})
    assert (given.rate_limit, given.body_limit) == (99, 2000)


@pytest.mark.parametrize("name", ["BASEPLUS_RATE_LIMIT", "BASEPLUS_BODY_LIMIT", "BASEPLUS_PARTITIONS"])
@pytest.mark.parametrize("value", ["0", "-1", "many", "1.5", "٣"])
def test_a_number_that_makes_no_sense_is_refused_by_its_name(name: str, value: str) -> None:
    with pytest.raises(Invalid, match=name):
        read_settings({name: value})
