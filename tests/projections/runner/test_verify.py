from __future__ import annotations

import pytest

from projections.runner.verify import Difference
from tests.projections.runner.shop import Line, OrderPaid, OrderPlaced
from tests.projections.runner.stage import Stage

PLACED = OrderPlaced(customer="c-1", lines=(Line("tea", 2),))


@pytest.mark.parametrize("processes", [1, 2])
def test_every_row_that_is_not_what_the_history_says_is_found(stage: Stage, processes: int) -> None:
    for tenant in ("north", "south"):
        stage.happened(tenant, ("o-1", PLACED), ("o-1", OrderPaid(amount=7)), ("o-2", PLACED))
    stage.fold_all()
    with stage.connect() as worker:
        worker.execute("DELETE FROM views.orders__1 WHERE tenant = 'north' AND id = 'o-2'")
        worker.execute("UPDATE views.orders__1 SET paid = 8, lines = '[]' WHERE tenant = 'south' AND id = 'o-1'")
        worker.execute("INSERT INTO views.products__1 (tenant, id, pieces, position) VALUES ('nobody', 'jam', 1, 1)")
    checked = stage.verify(processes=processes)
    assert set(checked.differences) == {
        Difference("orders", "north", "o-2", "missing"),
        Difference("orders", "south", "o-1", "different", ("lines", "paid")),
        Difference("products", "nobody", "jam", "surplus"),
    }
    assert (checked.tenants, checked.rows) == (3, 9)
