"""Who may listen, and how much they are told.

A program sends its token; a browser, whose `EventSource` can send none, has the cookie of the pages. A cookie counts
only for the pages' own origin: another site may make a browser send it, and must not take up a place by that.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable

from starlette.requests import HTTPConnection

from baseplus.kernel.access import Caller, Role, granted, grants
from baseplus.kernel.refusals import Refusal
from baseplus.kernel.vocabulary import TenantId
from infra.access.keyring import NOT_LET_IN, Keyring, NotSignedIn
from infra.session import COOKIE, Sessions
from infra.stream.tails import Form

log = logging.getLogger("baseplus.stream")

ACTION = "live.listen"

TOLD = {
    Role.STAFF: Form.EVENT,
    Role.REGULATOR: Form.EVENT,
    Role.ASSOCIATION: Form.EVENT,
    # what happens beyond what concerns them is not theirs to know: that something did, lets their pages ask anew
    Role.MENTOR: Form.TICK,
    Role.ENTERPRISE: Form.TICK,
}
"""What each role is told; the others may not listen."""


def form_of(caller: Caller, tenant: str) -> Form:
    """How much the caller is told of the tenant's history. Raises ForeignTenant, Forbidden."""
    return TOLD[granted(caller, TenantId(tenant), ACTION, grants(TOLD)).role]


class Entrance:
    """Lets callers in. origin: of the pages, where that is not our own. proxies: how many of ours stand in front."""

    def __init__(self, keyring: Keyring, sessions: Sessions, origin: str | None = None, proxies: int = 0) -> None:
        self._keyring, self._sessions = keyring, sessions
        self._origin, self._proxies = origin, proxies

    def admit(self, asked: HTTPConnection) -> Caller:
        """Who asks. May ask the store: not for the event loop. Raises NotSignedIn and its like, TooManyRequests,
        Unavailable."""
        kind, _, token = asked.headers.get("authorization", "").partition(" ")
        if kind:
            return self._keyring.authenticate(token.strip() if kind.lower() == "bearer" else "", self._address(asked))
        session = self._sessions.read(asked.cookies.get(COOKIE, "")) if self._from_pages(asked) else None
        if session is None:
            raise NotSignedIn
        return self._keyring.caller_of(session.tenant, session.key)

    def turned_away(self, callers: Iterable[Caller]) -> list[Caller]:
        """Those of the callers who would not be let in any more. May ask the store."""
        away = []
        for caller in callers:
            try:
                self._keyring.caller_of(caller.tenant, caller.id)
            except NOT_LET_IN:
                away.append(caller)
            except Refusal as error:
                # whoever listens goes on while nobody can be asked
                log.warning("keys cannot be looked up: %s", error)
                return away
        return away

    def _address(self, asked: HTTPConnection) -> str:
        """The client's, of which each proxy of ours told the next."""
        told = ",".join(asked.headers.getlist("x-forwarded-for")).split(",")
        if 0 < self._proxies <= len(told):
            return told[-self._proxies].strip()
        return asked.client.host if asked.client else ""

    def _from_pages(self, asked: HTTPConnection) -> bool:
        origin = asked.headers.get("origin")
        return origin is None or origin in (self._origin, f"{asked.url.scheme}://{asked.headers.get('host')}")
