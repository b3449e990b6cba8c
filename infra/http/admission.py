"""Who asks, and whether it may: before anything of a request is read but its headers and its path."""

from __future__ import annotations

from collections.abc import Mapping

from flask import g, request

from baseplus.kernel.access import Caller, Grant, check_own, granted
from baseplus.kernel.routes import Route
from baseplus.kernel.vocabulary import TenantId
from infra.access.keyring import NotSignedIn
from infra.access.limits import WINDOW_S, Allowance, TooManyRequests
from infra.http.headers import bearer_token
from infra.http.parts import parts
from infra.observability.logging import about


def admit() -> None:
    """Let the caller in and take the request from its budget. Raises NotSignedIn and its like, TooManyRequests."""
    token = bearer_token()
    if not token:
        raise NotSignedIn
    know(parts().keyring.authenticate(token, request.remote_addr or ""))
    try:
        g.allowance = parts().limits.take(g.caller)
    except TooManyRequests as refusal:
        g.allowance = Allowance(0, int(str(refusal.facts["retry_after_s"])), parts().limits.limit)
        raise


def count_more(number: int) -> None:
    """The request is worth so many more than the one that it was let in as."""
    if number > 0:
        g.allowance = parts().limits.add(g.caller, number)


def know(caller: Caller) -> None:
    """From here on the request is this caller's: its log lines and its span say the tenant."""
    g.caller = caller
    g.open.enter_context(about(tenant=caller.tenant))


def permit(route: Route, tenant: str) -> tuple[Caller, Grant]:
    """The caller, and the grant by which it may. Raises ForeignTenant, Forbidden."""
    caller: Caller = g.caller
    return caller, granted(caller, TenantId(tenant), route.action, route.may)


def require_own(caller: Caller, grant: Grant, order: object) -> None:
    """Raises NotYourOwn where the command or query must be about the caller's own and is not."""
    if grant.own is not None:
        check_own(caller, grant, getattr(order, grant.own))


def limit_headers() -> Mapping[str, str]:
    """What is left of the caller's budget, as draft-ietf-httpapi-ratelimit-headers has it; empty for nobody."""
    allowance: Allowance | None = g.get("allowance")
    if allowance is None:
        return {}
    return {
        "RateLimit-Policy": f'"key";q={allowance.limit};w={WINDOW_S}',
        "RateLimit": f'"key";r={allowance.remaining};t={allowance.reset_s}',
    }
