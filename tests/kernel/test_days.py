from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from baseplus.kernel.days import check_happened
from baseplus.kernel.refusals import Rejected


def test_a_day_has_begun_once_it_has_begun_in_the_east() -> None:
    check_happened(date(2026, 3, 2), datetime(2026, 3, 2, tzinfo=UTC))
    check_happened(date(2026, 3, 3), datetime(2026, 3, 2, 10, tzinfo=UTC))
    with pytest.raises(Rejected, match="2026-03-03"):
        check_happened(date(2026, 3, 3), datetime(2026, 3, 2, 9, 59, tzinfo=UTC))
