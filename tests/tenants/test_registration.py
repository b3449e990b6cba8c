from __future__ import annotations

import pytest

from baseplus.kernel.refusals import Rejected
from baseplus.kernel.scenario import Scenario
from baseplus.kernel.vocabulary import TenantId
from tenants.events import OrganisationKind, OrganisationRegistered, UniversityRegistered
from tenants.model import OPERATOR, RegisterTenant, TenantKind, one_operator, tenancy

UNI = TenantId("uni-a")

given = Scenario(tenancy)


def test_a_university_is_registered() -> None:
    given().when(RegisterTenant("Qinglan University")).then(UniversityRegistered("Qinglan University"))


@pytest.mark.parametrize("kind", OrganisationKind)
def test_an_organisation_is_registered_with_its_kind(kind: OrganisationKind) -> None:
    order = RegisterTenant("Yunchuan Drives", TenantKind(kind.value))
    given().when(order).then(OrganisationRegistered("Yunchuan Drives", kind))


def test_a_tenant_is_registered_once() -> None:
    for registered in (
        UniversityRegistered("Qinglan University"),
        OrganisationRegistered("Qinglan University", OrganisationKind.ENTERPRISE),
    ):
        given(registered).when(RegisterTenant("Another name")).then_rejected(
            "tenant_registered_already", name="Qinglan University"
        )


@pytest.mark.parametrize("kind", TenantKind)
def test_the_operator_is_registered_under_its_own_id_and_nobody_else_is(kind: TenantKind) -> None:
    order = RegisterTenant("Somebody", kind)
    right, wrong = (OPERATOR, UNI) if kind is TenantKind.OPERATOR else (UNI, OPERATOR)
    assert one_operator(right, order) is order
    with pytest.raises(Rejected, match="operator has its own id"):
        one_operator(wrong, order)


def test_a_tenants_own_history_begins_in_its_own_stream() -> None:
    assert tenancy.stream("qinglan") == "tenancy/qinglan"
