"""How often a key may ask, and an address may fail: so many times in a minute that begins with the first time.

Each process counts for itself, in memory, and grants its share: the limit divided by the number of processes, rounded
up. All together never grant more than the limit and one more for each process; a client whose connections all end at
one process has that one's share alone. What is told in headers is the share, since it is what the client will meet.
"""

from __future__ import annotations

import ipaddress
import math
import threading
import time
from collections.abc import Callable

import msgspec
from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import FixedWindowRateLimiter

from baseplus.kernel.access import Caller
from baseplus.kernel.refusals import Refusal

WINDOW_S = 60
"""Seconds that a limit is for: `w` of `RateLimit-Policy`."""

FAILURES_PER_MINUTE = 30
"""Failed sign-ins that one address may have."""

_NETWORK = 64  # bits of an IPv6 address that one customer has at least


class TooManyRequests(Refusal):
    """The budget is spent. Facts: retry_after_s (whole seconds until there is another)."""

    code = "rate_limited"
    mend = "wait as many seconds as retry_after_s says, and ask less often"


class Allowance(msgspec.Struct, frozen=True):
    """What is left: `remaining` of `limit` requests, for `reset_s` more seconds (`r` and `t` of `RateLimit`)."""

    remaining: int
    reset_s: int
    limit: int


class _Budget:
    """`per_minute` for each of many names, of which this process grants its share."""

    def __init__(self, per_minute: int, processes: int, clock: Callable[[], float]) -> None:
        self._item = RateLimitItemPerMinute(-(-per_minute // processes))
        self._counts = FixedWindowRateLimiter(MemoryStorage())
        # the library's counters may lose one where threads meet at a window's edge
        self._lock = threading.Lock()
        self._clock = clock

    @property
    def limit(self) -> int:
        return self._item.amount

    def take(self, *name: str) -> Allowance:
        """Raises TooManyRequests."""
        with self._lock:
            granted = self._counts.hit(self._item, *name)
            return self._allowance(granted, name)

    def add(self, number: int, *name: str) -> Allowance:
        """Take so many more, though fewer be left."""
        with self._lock:
            self._counts.hit(self._item, *name, cost=number)
            return self._allowance(True, name)

    def check(self, *name: str) -> Allowance:
        """`take` without taking. Raises TooManyRequests."""
        with self._lock:
            return self._allowance(self._counts.test(self._item, *name), name)

    def _allowance(self, granted: bool, name: tuple[str, ...]) -> Allowance:
        reset, remaining = self._counts.get_window_stats(self._item, *name)
        reset_s = min(WINDOW_S, max(1, math.ceil(reset - self._clock())))
        if not granted:
            raise TooManyRequests(retry_after_s=reset_s)
        return Allowance(remaining, reset_s, self.limit)


class RateLimits:
    """How often each key may ask. Thread-safe. per_minute: requests; processes: those that answer requests, this one
    among them. clock: as `time.time`."""

    def __init__(self, per_minute: int, processes: int = 1, *, clock: Callable[[], float] = time.time) -> None:
        self._budget = _Budget(per_minute, processes, clock)

    @property
    def limit(self) -> int:
        """Requests of one key in `WINDOW_S` seconds, from this process: `q` of `RateLimit-Policy`."""
        return self._budget.limit

    def take(self, caller: Caller) -> Allowance:
        """Take one request from the budget of the caller's key. Raises TooManyRequests."""
        return self._budget.take(caller.tenant, caller.id)

    def add(self, caller: Caller, number: int) -> Allowance:
        """So much more is done by a request that was granted: it goes on, and the next one waits where the budget is
        spent."""
        return self._budget.add(number, caller.tenant, caller.id)


class FailedSignIns:
    """How often an address may try what is no token. Thread-safe. IPv6 counts by network, of which one customer has
    many addresses. Behind a proxy, the address must be the client's and not the proxy's."""

    def __init__(
        self, per_minute: int = FAILURES_PER_MINUTE, processes: int = 1, *, clock: Callable[[], float] = time.time
    ) -> None:
        self._budget = _Budget(per_minute, processes, clock)

    def check(self, address: str) -> None:
        """Raises TooManyRequests where the address has failed too often."""
        self._budget.check(_network(address))

    def count(self, address: str) -> None:
        """The address has failed once more."""
        try:
            self._budget.take(_network(address))
        except TooManyRequests:
            return  # what just failed is answered as a failure; the next one is refused


def _network(address: str) -> str:
    """The part of an address that one customer has to itself; what is no address is one customer."""
    try:
        read = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return "unknown"
    if isinstance(read, ipaddress.IPv6Address):
        read = read.ipv4_mapped or read
    if isinstance(read, ipaddress.IPv4Address):
        return str(read)
    return str(ipaddress.ip_network((read, _NETWORK), strict=False))
