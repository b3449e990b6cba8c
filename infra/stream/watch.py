"""Looks for what the read models show by now, while somebody listens, and hands it to the tails.

It polls: a notification at commit would take a lock that all of a projection's transactions share, and a row that the
views show is no news on Kafka. One question for all tenants costs as little as for one.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Sequence
from contextlib import AsyncExitStack

import psycopg

from infra.observability.tracing import follow
from infra.postgres.database import Database
from infra.stream import metrics
from infra.stream.audience import Audience
from infra.stream.history import History, Shown

log = logging.getLogger("baseplus.stream")

_PAUSE, _LONGEST = 0.025, 0.2  # seconds between two looks, at least and at most
_ASKING, _TELLING = 4, 1  # asking, and telling a crowd, are followed by a pause so many times as long
_AT_ONCE = 64  # tenants of which the first look is taken at once, so that many who come together hold nobody up
_BACK_OFF = (0.1, 5.0)  # seconds, first and longest


class Watch:
    """Belongs to the audience's event loop."""

    def __init__(self, database: Database, audience: Audience) -> None:
        self._database = database
        self._audience = audience

    async def run(self) -> None:
        """Look until cancelled. A database that is away is waited for."""
        wait = _BACK_OFF[0]
        while True:
            await self._audience.somebody.wait()
            try:
                async with AsyncExitStack() as stack:
                    history = await History.open(self._database)
                    stack.push_async_callback(history.close)
                    while True:
                        await self._audience.somebody.wait()
                        await asyncio.sleep(min(max(_PAUSE, await self._round(history)), _LONGEST))
                        if wait != _BACK_OFF[0]:
                            log.info("the read models can be asked again")
                        wait = _BACK_OFF[0]
            except psycopg.ProgrammingError:
                raise  # no waiting mends a statement
            except (psycopg.Error, OSError) as error:
                if wait == _BACK_OFF[0]:
                    log.warning("the read models cannot be asked, trying on: %s", str(error).partition("\n")[0])
                await asyncio.sleep(wait)
                wait = min(wait * 2, _BACK_OFF[1])

    async def _round(self, history: History) -> float:
        """Look once, and let it be told. Returns for how many seconds to leave the database and the others alone."""
        began = time.monotonic()
        await self._look(history)
        looked = time.monotonic()
        metrics.LOOK.observe(looked - began)
        # whoever was woken is told now, within two turns of the loop
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        return max(_ASKING * (looked - began), _TELLING * (time.monotonic() - looked))

    async def _look(self, history: History) -> None:
        tails = dict(self._audience.tails)  # who joins or leaves meanwhile changes it
        new = [tenant for tenant, tail in tails.items() if not tail.known][:_AT_ONCE]
        known = {tenant: tail.position for tenant, tail in tails.items() if tail.known}
        visible = await history.visible({**known, **dict.fromkeys(new, -1)})
        if not visible:
            return
        wanted = {tenant: tails[tenant].wanted(upto) for tenant, upto in visible.items()}
        events = await history.events(wanted)
        for tenant, upto in visible.items():
            if tails[tenant].known:
                _trace(tenant, events[tenant])
            tails[tenant].move(upto, events[tenant])


def _trace(tenant: str, events: Sequence[Shown]) -> None:
    for event in events:
        if span := follow("live", event.traceparent, tenant, event.type, event.position):
            span.end()
