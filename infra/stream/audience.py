"""Everybody who listens, by tenant, and how many may."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator

from baseplus.kernel.access import Caller
from baseplus.kernel.refusals import Unavailable
from baseplus.kernel.vocabulary import TenantId
from infra.stream import metrics
from infra.stream.tails import Form, Listener, Tail


class TooManyListeners(Unavailable):
    """No more may listen. Facts: what, reason."""

    code = "too_many_listeners"
    mend = "close a page that you do not need, or try again after some seconds"


class Audience:
    """Belongs to one event loop. per_tenant, overall: how many may listen at most; patience: seconds that a listener
    waits for its tenant to be looked at."""

    def __init__(self, *, per_tenant: int, overall: int, patience: float = 5.0) -> None:
        self.tails: dict[TenantId, Tail] = {}
        self.somebody = asyncio.Event()
        self._listeners: dict[TenantId, dict[Listener, Caller]] = {}
        self._limits = (per_tenant, overall)
        self._patience = patience
        self._count = 0
        self._closing = False

    async def join(self, caller: Caller, form: Form, after: int | None) -> Listener:
        """Listen to the caller's tenant from now on, and from position `after` if that is given; whoever joins must
        leave. Raises TooManyListeners; Unavailable where the read models cannot be asked."""
        tenant = caller.tenant
        self._check(tenant)
        tail = self.tails.setdefault(tenant, Tail())
        listener = Listener(tail, form, -1)
        self._listeners.setdefault(tenant, {})[listener] = caller
        self._count += 1
        self._measure()
        self.somebody.set()
        try:
            async with asyncio.timeout(self._patience):
                while not tail.known:
                    await tail.moved.wait()
        except BaseException as error:
            self.leave(listener, tenant)
            if isinstance(error, TimeoutError):
                raise Unavailable(what="the read models", reason="they do not answer") from None
            raise
        listener.position = tail.position if after is None else after
        return listener

    def leave(self, listener: Listener, tenant: TenantId) -> None:
        """The listener is gone. The last one takes along what was kept for its tenant."""
        present = self._listeners[tenant]
        del present[listener]
        self._count -= 1
        if not present:
            del self._listeners[tenant], self.tails[tenant]
        if not self._count:
            self.somebody.clear()
        self._measure()

    def callers(self) -> set[Caller]:
        """Who listens, each once however many connections it has."""
        return {caller for _, caller in self._everybody()}

    def close(self, caller: Caller | None = None) -> int:
        """End the connections of a caller, or all, and let nobody in any more. Returns how many."""
        self._closing = self._closing or caller is None
        ended = [listener for listener, whose in self._everybody() if caller in (None, whose)]
        for listener in ended:
            listener.close()
        return len(ended)

    def beat(self, patience: float) -> None:
        """Tell those who hear nothing that they are still connected, so that no proxy takes them for dead; hang up on
        those who have taken nothing for `patience` seconds."""
        before = time.monotonic() - patience
        for tail in self.tails.values():
            tail.beat()
        for listener, _ in list(self._everybody()):
            if listener.telling_since is not None and listener.telling_since < before:
                listener.hang_up()

    def _everybody(self) -> Iterator[tuple[Listener, Caller]]:
        for present in self._listeners.values():
            yield from present.items()

    def _check(self, tenant: TenantId) -> None:
        per_tenant, overall = self._limits
        if self._closing:
            raise Unavailable(what="this process", reason="it is stopping")
        if self._count >= overall:
            raise TooManyListeners(what="live updates", reason=f"{overall} listen already, which is the most")
        if len(self._listeners.get(tenant, ())) >= per_tenant:
            raise TooManyListeners(what=f"live updates of {tenant}", reason=f"{per_tenant} listen already")

    def _measure(self) -> None:
        metrics.LISTENERS.set(self._count)
        metrics.TENANTS.set(len(self.tails))
