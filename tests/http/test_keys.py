"""Keys over HTTP: a tenant issues its own, their secrets never come near the server, and a revocation is felt."""

from __future__ import annotations

import logging
from dataclasses import replace

import pytest

from baseplus.kernel.access import Role
from baseplus.kernel.vocabulary import TenantId
from infra.access.keyring import Keyring
from infra.http.parts import NAME
from tenants.keys.token import new_token
from tenants.model import OPERATOR, TenantKind
from tests.http.serving import NORTH, SOUTH, Api, refused

ASSOCIATION = TenantId("mechatronics")
KEY = {"id": "import-1", "role": "staff", "label": "Nightly import", "digest": "ab" * 32}


def test_staff_issue_a_key_whose_secret_they_alone_know(api: Api, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    token = new_token(NORTH, "import-1")
    with api.projecting():
        issued = api.post(f"{NORTH}/keys", api.key(), KEY | {"digest": token.digest})
        assert (issued.status_code, issued.headers["Location"]) == (201, "/v1/north/keys/import-1")
        mine = {"Authorization": f"Bearer {token}", "Consistency-Token": issued.headers["Consistency-Token"]}
        shown = api.get(f"{NORTH}/keys/import-1", mine)
        listed = api.get(f"{NORTH}/keys", mine)
    assert (shown.status_code, shown.get_json()["state"]) == (200, "valid")
    assert "import-1" in listed.text
    for said in (issued.text, shown.text, listed.text, caplog.text):
        assert token.secret not in said
        assert token.digest not in said


def test_a_revoked_key_is_told_so_and_a_wrong_secret_learns_nothing(api: Api) -> None:
    token = new_token(NORTH, "import-1")
    api.post(f"{NORTH}/keys", api.key(), KEY | {"digest": token.digest})
    revoked = api.post(f"{NORTH}/keys/import-1/revoke", api.key(), {"reason": "It was in a mail"})
    assert (revoked.status_code, revoked.get_json()["events"]) == (200, ["tenancy.api_key_revoked.v1"])
    answer = api.get(f"{NORTH}/keys", {"Authorization": f"Bearer {token}"})
    refused(answer, 401, "key_revoked")
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")
    for guess in (new_token(NORTH, "import-1"), new_token(NORTH, "none"), new_token(TenantId("nobody"), "import-1")):
        problem = refused(api.get(f"{NORTH}/keys", {"Authorization": f"Bearer {guess}"}), 401, "not_signed_in")
        assert "facts" not in problem


def test_a_key_in_use_is_felt_to_be_revoked_when_it_is_asked_for_again(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    later = [0.0]
    keyring = Keyring(api.parts.store, clock=lambda: later[0])
    monkeypatch.setitem(api.client.application.extensions, NAME, replace(api.parts, keyring=keyring))
    token = new_token(NORTH, "import-1")
    api.post(f"{NORTH}/keys", api.key(), KEY | {"digest": token.digest})
    mine = {"Authorization": f"Bearer {token}"}
    assert api.post(f"{NORTH}/keys/import-1/revoke", mine).status_code == 200, "whoever keeps keys may end its own"
    later[0] += 5
    refused(api.get(f"{NORTH}/keys", mine), 401, "key_revoked")


@pytest.mark.parametrize("role", [Role.MENTOR, Role.ENTERPRISE, Role.REGULATOR])
def test_others_than_staff_neither_issue_nor_revoke_nor_see_keys(api: Api, role: Role) -> None:
    headers = api.key(role)
    refused(api.post(f"{NORTH}/keys", headers, KEY), 403, "not_permitted")
    refused(api.post(f"{NORTH}/keys/import-1/revoke", headers), 403, "not_permitted")
    refused(api.get(f"{NORTH}/keys", headers), 403, "not_permitted")
    refused(api.get(f"{NORTH}/keys/import-1", headers), 403, "not_permitted")


def test_nobody_issues_keys_to_another_tenant(api: Api) -> None:
    api.register(OPERATOR, TenantKind.OPERATOR)
    for headers in (api.key(tenant=SOUTH), api.key(Role.OPERATOR, OPERATOR)):
        refused(api.post(f"{NORTH}/keys", headers, KEY), 403, "not_your_tenant")


def test_an_association_and_the_operator_issue_their_own(api: Api) -> None:
    for tenant, kind, role in (
        (ASSOCIATION, TenantKind.ASSOCIATION, Role.ASSOCIATION),
        (OPERATOR, TenantKind.OPERATOR, Role.OPERATOR),
    ):
        api.register(tenant, kind)
        headers = api.key(role, tenant)
        assert api.post(f"{tenant}/keys", headers, KEY | {"role": role}).status_code == 201
        refused(api.post(f"{tenant}/keys", headers, KEY | {"id": "k-2"}), 409, "role_not_of_this_tenant")


def test_the_rules_and_the_form_say_what_is_wrong(api: Api) -> None:
    headers = api.key()
    assert api.post(f"{NORTH}/keys", headers, KEY).status_code == 201
    refused(api.post(f"{NORTH}/keys", headers, KEY), 409, "key_issued_already")
    refused(api.post(f"{NORTH}/keys", headers, KEY | {"id": "k-2", "role": "operator"}), 409, "role_not_of_this_tenant")
    refused(api.post(f"{NORTH}/keys", headers, KEY | {"id": "k-2", "role": "mentor"}), 409, "own_needed")
    refused(api.post(f"{NORTH}/keys/none/revoke", headers), 404, "not_found")
    problem = refused(api.post(f"{NORTH}/keys", headers, {"role": "king", "digest": "AB" * 32}), 422, "invalid_input")
    assert [one["pointer"] for one in problem["errors"]] == ["/role", "/label", "/digest"]
    secret = {**KEY, "id": "k-3", "secret": "never send it"}
    refused(api.post(f"{NORTH}/keys", headers, secret), 422, "invalid_input")
