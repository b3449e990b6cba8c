"""From a token, or from a session that a token began, to the caller it makes: who asks, in which tenant, as what.

The key's own stream decides, read from the event store and not from a view that may be behind. What a key was found to
be holds for a few seconds in this process (`fresh_s`): so long may a revocation take to be felt, and so often is the
store asked.

Nothing is learnt by trying: whatever is wrong with a token is answered alike and after the same time, whether there is
such a tenant, such a key, or only another secret. That a key is revoked or expired is told to whoever has its secret.
Only right tokens are remembered, by their hash, and the longest unused are forgotten first: guesses fill no memory.
"""

from __future__ import annotations

import hashlib
import hmac
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import TypeAlias

from baseplus.kernel.access import Caller
from baseplus.kernel.refusals import Invalid, Refusal
from baseplus.kernel.vocabulary import TenantId
from infra.access.limits import FailedSignIns
from infra.postgres.store import Store
from tenants.keys.model import Key, keys
from tenants.keys.token import read_token

REMEMBERED = 10_000
"""Callers that a process remembers at most; each takes about 1 kB."""

UNTOLD_S = 0.005
"""Seconds that refusing a token takes which the store was asked about: more than the store needs, so that how long it
took (a key that exists takes some 30 µs longer) tells nothing."""

_NO_DIGEST = "0" * 64  # compared with where there is no key, so that this takes as long
_Place: TypeAlias = bytes | tuple[TenantId, str]


class NotSignedIn(Refusal):
    """No token, or none that opens anything."""

    code = "not_signed_in"
    mend = "send the whole token of a key, bp_<tenant>_<key>_<secret>, as it was shown when the key was issued"


class KeyRevoked(Refusal):
    """The token was right once; its key was revoked."""

    code = "key_revoked"
    mend = "ask whoever runs the tenant for another key"


class KeyExpired(Refusal):
    """The token was right once; its key's last day is over. Facts: expired (that day, in UTC)."""

    code = "key_expired"
    mend = "ask whoever runs the tenant for another key"


NOT_LET_IN = (NotSignedIn, KeyRevoked, KeyExpired)
"""What a caller is refused with who is not let in: 401 in HTTP."""


@dataclass(frozen=True)
class _Known:
    """What a token or session was found to be. until: when to ask the store again, by the keyring's clock."""

    caller: Caller
    expires: date | None
    until: float


class Keyring:
    """Lets callers in. Thread-safe; not fork-safe, as the store is.

    failures: limits how often an address may try what is no token. fresh_s: seconds for which what was found holds.
    clock: seconds, never going back. now: the time that keys expire by.
    """

    def __init__(
        self,
        store: Store,
        *,
        failures: FailedSignIns | None = None,
        fresh_s: float = 5.0,
        remembered: int = REMEMBERED,
        clock: Callable[[], float] = time.monotonic,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._store, self._failures = store, failures
        self._fresh_s, self._remembered = fresh_s, remembered
        self._clock, self._now = clock, now
        self._lock = threading.Lock()
        self._known: OrderedDict[_Place, _Known] = OrderedDict()

    def authenticate(self, token: str, address: str = "") -> Caller:
        """The caller that a token makes. address: where it comes from, to limit what fails from there; a token that
        this process knows is let in however much fails beside it.

        Raises NotSignedIn, KeyRevoked, KeyExpired, TooManyRequests, Unavailable.
        """
        asked = read_token(token)
        if asked is None:
            raise NotSignedIn
        place = hashlib.sha256(token.encode()).digest()
        known = self._recall(place)
        if known is not None and self._clock() < known.until:
            return self._unexpired(known)
        if known is None and self._failures is not None:
            self._failures.check(address)
        began = time.perf_counter()
        try:
            return self._ask(place, asked.tenant, asked.key, asked.digest)
        except NOT_LET_IN:
            if self._failures is not None:
                self._failures.count(address)
            time.sleep(max(0.0, began + UNTOLD_S - time.perf_counter()))
            raise

    def caller_of(self, tenant: TenantId, key: str) -> Caller:
        """The caller of a session that a token of this key began: the session holds no secret, and whoever keeps it
        vouches for it. Raises NotSignedIn, KeyRevoked, KeyExpired, Unavailable."""
        known = self._recall((tenant, key))
        if known is not None and self._clock() < known.until:
            return self._unexpired(known)
        return self._ask((tenant, key), tenant, key, None)

    def _ask(self, place: _Place, tenant: TenantId, key: str, digest: str | None) -> Caller:
        """digest: of the secret that must be the key's; None: somebody vouches for it."""
        until = self._clock() + self._fresh_s  # counted from before the store is read, so that it is never longer
        try:
            found = self._right(tenant, key, digest)
            assert found.role is not None
            known = _Known(Caller(tenant, found.role, key, found.own), found.expires, until)
            caller = self._unexpired(known)
        except NOT_LET_IN:
            self._forget(place)
            raise
        self._remember(place, known)
        return caller

    def _right(self, tenant: TenantId, key: str, digest: str | None) -> Key:
        try:
            found, _ = self._store.load(tenant, keys, key)
        except Invalid:
            raise NotSignedIn from None
        same = digest is None or hmac.compare_digest(digest, found.digest or _NO_DIGEST)
        if found.role is None or not same:
            raise NotSignedIn
        if found.revoked:
            raise KeyRevoked
        return found

    def _unexpired(self, known: _Known) -> Caller:
        if known.expires is not None and self._now().astimezone(UTC).date() > known.expires:
            raise KeyExpired(expired=known.expires.isoformat())
        return known.caller

    def _recall(self, place: _Place) -> _Known | None:
        with self._lock:
            if place in self._known:
                self._known.move_to_end(place)
            return self._known.get(place)

    def _remember(self, place: _Place, known: _Known) -> None:
        with self._lock:
            self._known[place] = known
            self._known.move_to_end(place)
            while len(self._known) > self._remembered:
                self._known.popitem(last=False)

    def _forget(self, place: _Place) -> None:
        with self._lock:
            self._known.pop(place, None)
