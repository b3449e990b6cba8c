"""Who may be given a key to what, and that it is revoked once and for all."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone

import pytest

from baseplus.kernel.access import Role
from baseplus.kernel.refusals import UnknownTenant
from baseplus.kernel.scenario import NOON, Scenario
from baseplus.kernel.vocabulary import TenantId
from infra.postgres.store import Store
from tenants.keys.events import ApiKeyIssued, ApiKeyRevoked
from tenants.keys.model import ROLES, IssueKey, IssueKeyIn, RevokeKey, in_its_tenant, keys
from tenants.model import RegisterTenant, TenantKind, tenancy

UNI = TenantId("uni-a")
DIGEST = "ab" * 32

given = Scenario(keys)
issued = ApiKeyIssued(Role.STAFF, "The import", DIGEST)
revoked = ApiKeyRevoked("It was in a mail")


def for_staff(label: str = "The import", expires: date | None = None) -> IssueKeyIn:
    return IssueKeyIn(TenantKind.UNIVERSITY, IssueKey(Role.STAFF, label, DIGEST, expires=expires))


def test_a_key_is_issued_with_all_that_letting_in_needs() -> None:
    order = IssueKey(Role.ENTERPRISE, "Yunchuan's signatures", DIGEST, own="yunchuan", expires=date(2026, 12, 31))
    given().when(IssueKeyIn(TenantKind.UNIVERSITY, order)).then(
        ApiKeyIssued(Role.ENTERPRISE, "Yunchuan's signatures", DIGEST, "yunchuan", date(2026, 12, 31))
    )


def test_a_key_is_issued_once_also_after_it_was_revoked() -> None:
    for history in ((issued,), (issued, revoked)):
        given(*history).when(for_staff("Another label")).then_rejected("key_issued_already")


@pytest.mark.parametrize("role", [Role.MENTOR, Role.ENTERPRISE])
def test_a_key_for_ones_own_alone_says_whose_it_is(role: Role) -> None:
    order = IssueKey(role, "A key", DIGEST)
    given().when(IssueKeyIn(TenantKind.UNIVERSITY, order)).then_rejected("own_needed", role=role)


@pytest.mark.parametrize("kind", TenantKind)
@pytest.mark.parametrize("role", Role)
def test_a_role_fits_what_the_tenant_is(kind: TenantKind, role: Role) -> None:
    outcome = given().when(IssueKeyIn(kind, IssueKey(role, "A key", DIGEST, own="somebody")))
    if role in ROLES[kind]:
        outcome.then(ApiKeyIssued(role, "A key", DIGEST, "somebody"))
    else:
        outcome.then_rejected("role_not_of_this_tenant", role=role, tenant_is=kind, roles=[*ROLES[kind]])


def test_every_kind_of_tenant_can_be_opened_and_every_role_be_given_somewhere() -> None:
    assert set(ROLES) == set(TenantKind)
    assert {role for roles in ROLES.values() for role in roles} == set(Role)
    assert [kind for kind, roles in ROLES.items() if Role.OPERATOR in roles] == [TenantKind.OPERATOR]


def test_a_key_may_expire_today_and_not_before() -> None:
    today = NOON.date()
    given().when(for_staff(expires=today)).then(ApiKeyIssued(Role.STAFF, "The import", DIGEST, expires=today))
    yesterday = today - timedelta(days=1)
    given().when(for_staff(expires=yesterday)).then_rejected(
        "expires_in_the_past", expires=yesterday.isoformat(), today=today.isoformat()
    )


def test_days_are_those_of_utc_wherever_the_order_comes_from() -> None:
    late = datetime(2026, 3, 2, 1, tzinfo=timezone(timedelta(hours=8)))  # still the first of March in UTC
    first = date(2026, 3, 1)
    given().when(for_staff(expires=first), at=late).then(ApiKeyIssued(Role.STAFF, "The import", DIGEST, expires=first))


def test_a_key_is_revoked_once() -> None:
    given(issued).when(RevokeKey("It was in a mail")).then(revoked)
    given(issued, revoked).when(RevokeKey()).then_rejected("key_revoked_already")


def test_what_was_never_issued_is_not_revoked() -> None:
    given().when(RevokeKey()).then_rejected("no_such_key")


def test_a_keys_history_begins_in_its_own_stream() -> None:
    assert keys.stream("import-1") == "keys/import-1"


def test_what_the_tenant_is_comes_from_its_own_registration(store: Store) -> None:
    association = TenantId("mechatronics")
    store.register(UNI, association)
    store.execute(UNI, tenancy, UNI, RegisterTenant("University A"))
    store.execute(association, tenancy, association, RegisterTenant("Mechatronics", TenantKind.ASSOCIATION))
    order = IssueKey(Role.ASSOCIATION, "Releases", DIGEST)
    assert in_its_tenant(store.load, association, "k-1", order) == IssueKeyIn(TenantKind.ASSOCIATION, order)
    receipt = store.execute(association, keys, "k-1", order, resolve=in_its_tenant, now=datetime.now(UTC))
    assert receipt.events == (ApiKeyIssued.TYPE,)
    with pytest.raises(UnknownTenant, match="nobody"):
        in_its_tenant(store.load, TenantId("nobody"), "k-1", order)
