"""The application over a real database, and who asks it: keys are issued, requests carry them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from tempfile import TemporaryDirectory
from typing import Any

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from baseplus.kernel.access import Role
from baseplus.kernel.routes import Route
from baseplus.kernel.vocabulary import TenantId
from infra.http.app import create_app
from infra.http.parts import Parts, open_parts
from infra.postgres.database import Database
from infra.project import make_worker
from infra.settings import Settings, read_settings
from infra.wiring import ROUTES
from tenants.keys.model import IssueKey, in_its_tenant, keys
from tenants.keys.token import new_token
from tenants.model import RegisterTenant, TenantKind, tenancy
from tests.projections.runner.stage import running

NORTH, SOUTH = TenantId("north"), TenantId("south")
SCHOOL = {"id": "qinglan", "kind": "school", "name": "Qinglan University"}
ENTERPRISE = {"id": "yunchuan", "kind": "enterprise", "name": "Yunchuan Drives"}
DRAFT = {"title": "Joint training", "parties": [SCHOOL, ENTERPRISE]}
CLAUSE = {"clause": "hire", "party": "yunchuan", "text": "Yunchuan may offer employment first."}

# What kind of tenant issues keys of a role. A role without one is issued by a university.
_ISSUED_BY = {Role.ASSOCIATION: TenantKind.ASSOCIATION, Role.OPERATOR: TenantKind.OPERATOR}


@dataclass
class Api:
    """The application, and keys to it."""

    parts: Parts
    client: FlaskClient
    _numbers: Iterator[int] = field(default_factory=count)

    def register(self, tenant: TenantId, kind: TenantKind = TenantKind.UNIVERSITY) -> TenantId:
        """A tenant with a history of its own."""
        self.parts.store.register(tenant)
        self.parts.store.execute(tenant, tenancy, tenant, RegisterTenant(f"{tenant} tenant", kind))
        return tenant

    def key(self, role: Role = Role.STAFF, tenant: TenantId = NORTH, own: str | None = None) -> dict[str, str]:
        """The headers of whoever holds a new key of this role."""
        if own is None and role in (Role.MENTOR, Role.ENTERPRISE):
            own = "yunchuan"
        token = new_token(tenant, f"k-{next(self._numbers)}")
        order = IssueKey(role, "for a test", token.digest, own)
        self.parts.store.execute(tenant, keys, token.key, order, resolve=in_its_tenant)
        return {"Authorization": f"Bearer {token}"}

    def get(self, path: str, headers: Mapping[str, str], **asked: Any) -> TestResponse:
        """Ask a question of a tenant's."""
        return self.client.get(f"/v1/{path}", headers=dict(headers), query_string=asked)

    def post(self, path: str, headers: Mapping[str, str], body: object = None, **more: Any) -> TestResponse:
        """Give a command."""
        if body is not None:
            more["json"] = body
        return self.client.post(f"/v1/{path}", headers=dict(headers), **more)

    def draft(self, headers: Mapping[str, str], thing: str = "a-1", tenant: TenantId = NORTH) -> str:
        """An agreement with one clause; the Consistency-Token."""
        drafted = self.post(f"{tenant}/agreements", headers, DRAFT | {"id": thing})
        assert drafted.status_code == 201, drafted.text
        added = self.post(f"{tenant}/agreements/{thing}/clauses", headers, CLAUSE)
        assert added.status_code == 200, added.text
        return added.headers["Consistency-Token"]

    def position(self, tenant: TenantId = NORTH) -> int:
        """How much has happened."""
        return self.parts.store.position(tenant)

    @contextmanager
    def projecting(self) -> Iterator[None]:
        """A worker folds what happens, as long as this lasts."""
        with running(make_worker(self.parts.database, self.parts.settings, None)):
            yield


@contextmanager
def serving(database: Database, routes: Sequence[Route] = ROUTES, settings: Settings | None = None) -> Iterator[Api]:
    """The application over a database in which there are two universities."""
    with (
        # a folder of its own: what happens to run on the one of this folder is nobody's business here
        TemporaryDirectory(prefix="baseplus-http-") as data,
        open_parts(settings or read_settings({"BASEPLUS_DATA": data}), database, threads=4) as parts,
    ):
        app = create_app(parts, routes)
        api = Api(parts, app.test_client())
        for tenant in (NORTH, SOUTH):
            api.register(tenant)
        yield api


@contextmanager
def nothing_stored(api: Api) -> Iterator[None]:
    """Whatever is asked within leaves nothing behind, in no history."""
    before = [api.position(tenant) for tenant in (NORTH, SOUTH)]
    yield
    assert [api.position(tenant) for tenant in (NORTH, SOUTH)] == before


def refused(response: TestResponse, status: int, code: str) -> dict[str, Any]:
    """The problem document that a request was answered with."""
    assert (response.status_code, response.content_type) == (status, "application/problem+json"), response.text
    problem = response.json
    assert isinstance(problem, dict)
    assert (problem["code"], problem["status"], problem["type"]) == (code, status, f"/problems/{code}"), problem
    assert problem["detail"], "it does not say what to do"
    assert problem["request"] == response.headers["X-Request-Id"]
    assert "Traceback" not in response.text
    return problem
