"""The served document against the served API, by a tool that knows neither: no server error, no undocumented answer."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from baseplus.kernel.access import Role
from baseplus.kernel.routes import CommandRoute
from baseplus.kernel.vocabulary import TenantId
from infra.http.examples import example_of
from infra.http.own import BULK, FEED
from infra.postgres.database import Database
from infra.settings import read_settings
from infra.wiring import ROUTES
from tenants.model import TenantKind
from tests.conftest import REPOSITORY
from tests.http.running import serve
from tests.http.serving import NORTH, Api, serving

pytestmark = pytest.mark.long

MACHINISTS = TenantId("machinists")
HOMES = {Role.STAFF: NORTH, Role.ASSOCIATION: MACHINISTS}
_UNLIMITED = {"BASEPLUS_RATE_LIMIT": "10000000"}
# Values at and beyond every limit are some ninety requests an action: all of them is for the long run.
_ONE_OF_EACH_SHAPE = ("agreements.draft", "agreements.sign", "agreements.list", "events.feed")
_SCHEMATHESIS = Path(sys.executable).with_name("st")


def config(tenant: TenantId, things: dict[str, str]) -> str:
    """What only a real world knows: the tenant, and ids of things. Without them every answer would be 403 or 404."""
    ids = {"tenant": tenant, **things}
    return "\n".join(
        [
            f"hooks = {json.dumps(str(REPOSITORY / 'tests' / 'http' / 'schemathesis_hooks.py'))}",
            "continue-on-failure = true",
            "[parameters]",
            *(f'"path.{name}" = "{value}"' for name, value in ids.items()),
            "[checks]",
            # what the rules refuse, and what others changed meanwhile, is no mistake of the input
            "positive_data_acceptance.expected-statuses = [200, 201, 304, 404, 409, 412]",
            (
                "negative_data_rejection.expected-statuses = "
                "[400, 401, 403, 404, 405, 406, 409, 412, 413, 414, 415, 422, 428, 431]"
            ),
            # the document cannot say which of the many commands the key's role may give
            "[[operations]]",
            f'include-operation-id = "{BULK.action}"',
            "checks.positive_data_acceptance.expected-statuses = [200, 403, 404, 409]",
            # nor that a grievance is for whoever handles it alone, by the id that the key carries
            "[[operations]]",
            'include-path-regex = "/grievances"',
            "checks.positive_data_acceptance.expected-statuses = [200, 201, 304, 403, 404, 409, 412]",
        ]
    )


def seeded(api: Api, role: Role) -> tuple[dict[str, str], dict[str, str]]:
    """A thing of each kind, as far as the rules let the examples pass; its ids, and the key of the role."""
    home = HOMES[role]
    if home != NORTH:
        api.register(home, TenantKind.ASSOCIATION)
    key, other = api.key(role, home), api.key(role, home)
    things = {"key": other["Authorization"].split("_")[2]}
    for route in ROUTES:
        if isinstance(route, CommandRoute):
            if route.creates and any(grant.role is role for grant in route.may):
                answer = api.post(f"{home}{route.path}", key, example_of(route.command) | {"id": "thing-1"})
                assert answer.status_code in (201, 404, 409), answer.text
            things |= dict.fromkeys(set(route.ids) - {"key"}, "thing-1")
    return things, key


@dataclass(frozen=True)
class Trial:
    """The served API, and somebody who may try it."""

    address: str
    key: str
    config: Path
    actions: Sequence[str]

    def run(self, *options: str, actions: Sequence[str] = ()) -> None:
        """All checks on these actions, else on all that the role may do. Fails with what schemathesis says."""
        done = subprocess.run(
            [
                _SCHEMATHESIS,
                *("--config-file", str(self.config), "run", f"{self.address}/openapi.json"),
                # one worker: Python 3.11's parser may fail in a thread while another sets the recursion limit
                *("--checks", "all", "--workers", "1", "--header", f"Authorization: {self.key}"),
                # how fast a busy machine makes up bodies says nothing of our answers
                *("--suppress-health-check", "too_slow"),
                *(f"--include-operation-id={action}" for action in actions or self.actions),
                *options,
            ],
            cwd=self.config.parent,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout[-30_000:] + done.stderr[-3_000:]


@contextmanager
def trial(database: Database, data: Path, role: Role) -> Iterator[Trial]:
    """`baseplus serve` over a database in which a little has happened."""
    may = [route.action for route in (*ROUTES, FEED, BULK) if any(grant.role is role for grant in route.may)]
    with (
        serving(database, settings=read_settings(_UNLIMITED)) as api,
        api.projecting(),
        serve(database, data / "served", "--workers", "2", "--threads", "4", **_UNLIMITED) as served,
    ):
        things, key = seeded(api, role)
        file = data / "schemathesis.toml"
        file.write_text(config(HOMES[role], things), encoding="utf-8")
        yield Trial(served.address, key["Authorization"], file, may)


@pytest.mark.timeout(900)
def test_no_answer_is_a_server_error_or_undocumented(database: Database, tmp_path: Path) -> None:
    with trial(database, tmp_path, Role.STAFF) as staff:
        staff.run("--phases", "examples,fuzzing,stateful", "--max-examples", "1", "--seed", "1", "--no-shrink")
        staff.run("--phases", "coverage", actions=_ONE_OF_EACH_SHAPE)


@pytest.mark.soak
@pytest.mark.timeout(7200)
@pytest.mark.parametrize("role", HOMES)
def test_no_answer_is_a_server_error_or_undocumented_however_long_one_tries(
    database: Database, tmp_path: Path, role: Role
) -> None:
    with trial(database, tmp_path, role) as somebody:
        somebody.run("--max-examples", "100")
