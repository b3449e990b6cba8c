"""How a projection's connection to PostgreSQL is set up."""

from __future__ import annotations

from collections.abc import Callable

from projections.runner.rows import AnyConnection

Connect = Callable[[], AnyConnection]
"""Makes a connection of the worker's role, in autocommit mode. Raises Unavailable."""


def open_session(connect: Connect, *, idle_seconds: float = 60.0, durable: bool = True) -> AnyConnection:
    """A connection that speaks UTC and plans once.

    idle_seconds: a process that stands still inside a transaction for so long loses it, and the locks with it. durable:
    False where what is lost in a crash of PostgreSQL is folded again anyway, with its checkpoint.
    """
    connection = connect()
    try:
        connection.execute(
            "SELECT set_config(name, value, false) FROM unnest(%s::text[], %s::text[]) s(name, value)",
            (
                [
                    "timezone",
                    "jit",
                    "plan_cache_mode",
                    "idle_in_transaction_session_timeout",
                    "synchronous_commit",
                ],
                ["UTC", "off", "force_generic_plan", f"{int(idle_seconds * 1000)}ms", "on" if durable else "off"],
            ),
        )
    except BaseException:
        connection.close()
        raise
    return connection
