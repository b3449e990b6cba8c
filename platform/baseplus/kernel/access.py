"""Who may do what: roles, and what a role is granted. Whatever is not granted is refused.

Grants stand beside the route that they open (`may=(Role.STAFF, Role.ENTERPRISE.own("party"))`), and the policy table is
read off the routes. A caller acts within one tenant: nobody is granted anything in another one's history.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

import msgspec

from baseplus.kernel.refusals import Refusal
from baseplus.kernel.vocabulary import TenantId


class Role(StrEnum):
    """What a caller stands for. `value` is what an issued key says for ever."""

    OPERATOR = "operator"
    STAFF = "staff"
    MENTOR = "mentor"
    ENTERPRISE = "enterprise"
    ASSOCIATION = "association"
    REGULATOR = "regulator"

    def own(self, field: str) -> Grant:
        """A grant for what is the caller's own: the field that holds the id which must be the caller's."""
        return Grant(self, field)


@dataclass(frozen=True)
class Grant:
    """A role, and the field of the command or query that must hold the caller's own id; None: whatever it holds."""

    role: Role
    own: str | None = None


class Caller(msgspec.Struct, frozen=True):
    """Who asks. id: pseudonymous, what events name as their actor. own: the person or party that the caller is, by id;
    None: nobody in particular."""

    tenant: TenantId
    role: Role
    id: str
    own: str | None = None


class Forbidden(Refusal):
    """The caller's role is not granted this. Facts: role, action."""

    code = "not_permitted"
    mend = "ask somebody whose role may do it; the reference page of the action names the roles"


class ForeignTenant(Refusal):
    """The caller belongs to another tenant. Facts: tenant."""

    code = "not_your_tenant"
    mend = "use a key of that tenant"


class NotYourOwn(Refusal):
    """The caller's role may do this for itself only. Facts: field, own."""

    code = "not_your_own"
    mend = "name your own id there"


def grants(may: Iterable[Role | Grant]) -> tuple[Grant, ...]:
    """Grants as declared: a bare role is granted without conditions. Raises TypeError for none or a role twice."""
    found = tuple(one if isinstance(one, Grant) else Grant(one) for one in may)
    if not found or len({one.role for one in found}) < len(found):
        raise TypeError("name who may, each role once")
    return found


def granted(caller: Caller, tenant: TenantId, action: str, may: Iterable[Grant]) -> Grant:
    """The grant by which the caller may. Raises ForeignTenant, Forbidden."""
    if caller.tenant != tenant:
        raise ForeignTenant(tenant=tenant)
    for grant in may:
        if grant.role is caller.role:
            return grant
    raise Forbidden(role=caller.role.value, action=action)


def check_own(caller: Caller, grant: Grant, held: object) -> None:
    """`held`: what the grant's field holds. Raises NotYourOwn where it must be the caller's own and is not."""
    if grant.own is not None and (caller.own is None or held != caller.own):
        raise NotYourOwn(field=grant.own, own=caller.own)
