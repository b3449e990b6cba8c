"""What must hold of every store, whatever was done to it."""

from __future__ import annotations

from collections import defaultdict

from infra.postgres.database import Database


def check_consistency(database: Database) -> dict[str, int]:
    """No gap, no duplicate, versions in order, counters and keys in line. Returns the events of each tenant."""
    with database.connect("admin") as connection:
        events = connection.execute(
            "SELECT tenant, position, stream, version FROM store.events ORDER BY tenant, position"
        ).fetchall()
        counters = dict(connection.execute("SELECT tenant, last_position FROM store.tenants").fetchall())
        keys = connection.execute("SELECT tenant, first_position, last_position FROM store.idempotency").fetchall()
    positions: dict[str, list[int]] = defaultdict(list)
    heads: dict[tuple[str, str], int] = defaultdict(int)
    for tenant, position, stream, version in events:
        positions[tenant].append(position)
        assert version == heads[tenant, stream] + 1, f"{tenant} {stream}: {version} after {heads[tenant, stream]}"
        heads[tenant, stream] = version
    for tenant, found in positions.items():
        assert found == list(range(1, len(found) + 1)), f"{tenant} has a gap"
    assert {tenant: last for tenant, last in counters.items() if last} == {t: len(p) for t, p in positions.items()}
    answered: dict[str, set[int]] = defaultdict(set)
    for tenant, first, last in keys:
        assert last <= counters[tenant]
        ours = set(range(first, last + 1))
        assert not ours & answered[tenant], f"{tenant}: two keys were answered with the same position"
        answered[tenant] |= ours
    return {tenant: len(found) for tenant, found in positions.items()}
