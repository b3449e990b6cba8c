"""Every action × every role × another tenant's key: what comes back is what the policy table of the reference says."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

import pytest
from werkzeug.test import TestResponse

from baseplus.kernel.access import Role
from baseplus.kernel.routes import CommandRoute, Route
from baseplus.kernel.vocabulary import TenantId
from infra.http.examples import example_of
from infra.http.own import BULK, FEED
from infra.postgres.database import Database
from infra.settings import read_settings
from infra.wiring import ROUTES
from tenants.model import OPERATOR, TenantKind
from tests.conftest import REPOSITORY
from tests.http.serving import NORTH, SOUTH, Api, refused, serving

MACHINISTS = TenantId("machinists")
HOMES = dict.fromkeys(Role, NORTH) | {Role.ASSOCIATION: MACHINISTS, Role.OPERATOR: OPERATOR}
ELSEWHERE = (NORTH, SOUTH, MACHINISTS, OPERATOR, TenantId("nowhere"))
OWN, OTHER = "somebody", "somebody-else"
DECLARED: dict[str, Route] = {route.action: route for route in (*ROUTES, FEED, BULK)}


class Cell(NamedTuple):
    """What the table says. said: "", "yes", or the field that must hold the caller's own id."""

    action: str
    method: str
    path: str
    role: Role
    said: str


def table() -> Iterator[Cell]:
    """The table as it is published."""
    text = (REPOSITORY / "docs" / "reference" / "policy.md").read_text("utf-8")
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in text.splitlines() if line.startswith("|")]
    head, _, *lines = rows
    for action, where, *cells in lines:
        method, path = where.strip("`").split(" ")
        for role, cell in zip(head[2:], cells, strict=True):
            own = re.fullmatch(r"own `(\w+)`", cell)
            yield Cell(action.strip("`* "), method, path, Role(role), own[1] if own else cell)


CELLS = list(table())


@pytest.fixture(scope="module")
def api(module_database: Database) -> Iterator[Api]:
    with serving(module_database, settings=read_settings({"BASEPLUS_RATE_LIMIT": "1000000"})) as api:
        api.register(MACHINISTS, TenantKind.ASSOCIATION)
        api.register(OPERATOR, TenantKind.OPERATOR)
        yield api


def ask(api: Api, cell: Cell, tenant: str, headers: dict[str, str], **own: str) -> TestResponse:
    """What comes back. own: a field and what it holds."""
    path = re.sub(r"\{\w+\}", "thing-1", cell.path.replace("{tenant}", tenant))
    if cell.method == "GET":
        return api.client.get(path, headers=headers, query_string=own)
    route = DECLARED[cell.action]
    body = example_of(route.input) | own if isinstance(route, CommandRoute) else {"commands": []}
    return api.client.post(path, headers=headers, json=body)


def permitted(answer: TestResponse) -> bool:
    """Whether the policy let it through to the rules: they may still refuse it."""
    assert answer.status_code in (200, 201, 404, 409, 422), answer.text
    return not answer.text.startswith('{"type":"/problems/no_such_path"')


def test_the_table_has_every_route_and_every_role() -> None:
    assert {(cell.action, cell.role) for cell in CELLS} == {(action, role) for action in DECLARED for role in Role}


@pytest.mark.parametrize("role", Role)
def test_each_role_may_at_home_what_the_table_says_and_nothing_else(api: Api, role: Role) -> None:
    home = HOMES[role]
    headers = api.key(role, home, own=OWN)
    for cell in (cell for cell in CELLS if cell.role is role):
        before = api.position(home)
        match cell.said:
            case "":
                facts = refused(ask(api, cell, home, headers), 403, "not_permitted")["facts"]
                assert facts == {"role": role, "action": cell.action}
                assert api.position(home) == before, cell
            case "yes":
                assert permitted(ask(api, cell, home, headers)), cell
            case field:
                problem = refused(ask(api, cell, home, headers, **{field: OTHER}), 403, "not_your_own")
                assert problem["facts"] == {"field": field, "own": OWN}, cell
                assert api.position(home) == before, cell
                assert permitted(ask(api, cell, home, headers, **{field: OWN})), cell
                if cell.method == "GET":
                    assert permitted(ask(api, cell, home, headers)), cell


@pytest.mark.parametrize("role", Role)
def test_no_role_may_anything_elsewhere(api: Api, role: Role) -> None:
    home = HOMES[role]
    headers = api.key(role, home, own=OWN)
    foreign = [tenant for tenant in ELSEWHERE if tenant != home]
    before = {tenant: api.position(tenant) for tenant in foreign if tenant != "nowhere"}
    for cell in (cell for cell in CELLS if cell.role is role):
        for tenant in foreign:
            refused(ask(api, cell, tenant, headers), 403, "not_your_tenant")
    assert {tenant: api.position(tenant) for tenant in before} == before


def test_nobody_may_anything_without_a_key(api: Api) -> None:
    for cell in CELLS:
        refused(ask(api, cell, NORTH, {}), 401, "not_signed_in")


def test_a_revoked_key_may_nothing(api: Api) -> None:
    staff, headers = api.key(), api.key()
    key = headers["Authorization"].split("_")[2]
    assert api.post(f"{NORTH}/keys/{key}/revoke", staff).status_code == 200
    cells = [cell for cell in CELLS if cell.role is Role.STAFF]
    for cell in cells[:: 1 + len(cells) // 25]:  # an address may fail 30 times a minute
        refused(ask(api, cell, NORTH, headers), 401, "key_revoked")
