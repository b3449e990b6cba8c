"""What is not granted is refused, in one's own tenant and in every other one."""

from __future__ import annotations

import pytest

from baseplus.kernel.access import Caller, Forbidden, ForeignTenant, Grant, NotYourOwn, Role, check_own, granted, grants
from baseplus.kernel.vocabulary import TenantId

NORTH, SOUTH = TenantId("north"), TenantId("south")
MAY = grants((Role.STAFF, Role.ENTERPRISE.own("party")))


def caller(role: Role, own: str | None = None) -> Caller:
    return Caller(NORTH, role, "k-1", own)


def test_a_role_that_was_granted_may_and_every_other_one_may_not() -> None:
    assert granted(caller(Role.STAFF), NORTH, "agreements.sign", MAY) == Grant(Role.STAFF)
    for role in set(Role) - {Role.STAFF, Role.ENTERPRISE}:
        with pytest.raises(Forbidden, match=f"role {role}, action agreements.sign"):
            granted(caller(role), NORTH, "agreements.sign", MAY)


@pytest.mark.parametrize("role", Role)
def test_no_role_may_anything_in_another_tenant(role: Role) -> None:
    with pytest.raises(ForeignTenant, match="south"):
        granted(caller(role), SOUTH, "agreements.sign", grants(tuple(Role)))


def test_who_may_for_itself_only_must_name_itself() -> None:
    staff, enterprise = MAY
    check_own(caller(Role.STAFF), staff, "works")
    check_own(caller(Role.ENTERPRISE, "works"), enterprise, "works")
    for own in ("school", None):
        with pytest.raises(NotYourOwn):
            check_own(caller(Role.ENTERPRISE, own), enterprise, "works")
    with pytest.raises(NotYourOwn):
        check_own(caller(Role.ENTERPRISE), enterprise, None)


@pytest.mark.parametrize("may", [(), (Role.STAFF, Role.STAFF.own("party"))])
def test_somebody_must_be_granted_it_and_each_role_once(may: tuple[Role | Grant, ...]) -> None:
    with pytest.raises(TypeError, match="who may"):
        grants(may)
