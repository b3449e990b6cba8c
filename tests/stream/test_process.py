"""`baseplus stream` as it runs: a process, real connections, real keys."""

from __future__ import annotations

import signal
import socket
from collections.abc import Iterator
from contextlib import ExitStack, closing
from pathlib import Path

import httpx
import pytest

from baseplus.kernel.access import Role
from baseplus.kernel.decisions import Metadata
from baseplus.kernel.vocabulary import TenantId
from infra.postgres.database import Database
from infra.postgres.store import Store
from infra.session import COOKIE
from tenants.keys.model import IssueKey, in_its_tenant, keys
from tenants.keys.token import new_token
from tenants.model import OPERATOR, TenantKind
from tests.access.issuing import NOBODY, UNI_A, UNI_B, issue, register, revoke
from tests.cli.program import run
from tests.stream.listening import PAGES, SESSIONS, Live, live_process, projecting

pytestmark = pytest.mark.long

TRACE = "0af7651916cd43dd8448eb211c80319c"
TRADE = TenantId("trade")
AT = dict.fromkeys(Role, UNI_A) | {Role.ASSOCIATION: TRADE, Role.OPERATOR: OPERATOR}
"""The tenant that a role's key is tried in: not every tenant has every role."""


@pytest.fixture
def live(database: Database, store: Store, tmp_path: Path) -> Iterator[Live]:
    register(store, UNI_A)
    register(store, UNI_B)
    register(store, TRADE, TenantKind.ASSOCIATION)
    register(store, OPERATOR, TenantKind.OPERATOR)
    with live_process(database, tmp_path) as live:
        yield live


@pytest.fixture
def views(database: Database, tmp_path: Path) -> Iterator[None]:
    with projecting(database, tmp_path):
        yield


def happen(store: Store, tenant: TenantId, key: str) -> None:
    """Something happens: a key is issued, in a trace."""
    role = Role.ASSOCIATION if tenant == TRADE else Role.STAFF
    order = IssueKey(role, f"Key {key}", new_token(tenant, key).digest)
    metadata = Metadata(traceparent=f"00-{TRACE}-b7ad6b7169203331-01")
    store.execute(tenant, keys, key, order, resolve=in_its_tenant, metadata=metadata)


def test_what_happens_is_told_to_those_who_may_know_and_that_it_did_to_the_others(
    live: Live, store: Store, views: None
) -> None:
    whole = [Role.STAFF, Role.REGULATOR, Role.ASSOCIATION]
    ticks = [Role.MENTOR, Role.ENTERPRISE]
    tokens = {role: str(issue(store, AT[role], role.value, role, own="own-1")) for role in (*whole, *ticks)}
    with ExitStack() as stack:
        heard = {role: stack.enter_context(live.listen(AT[role], token)) for role, token in tokens.items()}
        positions = {tenant: store.position(tenant) for tenant in (UNI_A, TRADE)}
        for tenant in positions:
            happen(store, tenant, "k-new")
        for role, listening in heard.items():
            position = positions[AT[role]]
            told = listening.next()
            while told["position"] <= position:
                told = listening.next()
            if role in ticks:
                assert told == {"position": position + 1}
            else:
                assert told.pop("time").startswith("20")
                assert told == {
                    "position": position + 1,
                    "type": "tenancy.api_key_issued.v1",
                    "stream": "keys/k-new",
                    "trace": TRACE,
                }


def test_who_comes_back_with_the_last_id_misses_nothing(live: Live, store: Store, views: None) -> None:
    token = str(issue(store, UNI_A, "k-1"))
    with live.listen(UNI_A, token) as heard:
        known = int(heard.begins["id"])
        assert 1_000 <= int(heard.begins["retry"]) <= 4_000
        happen(store, UNI_A, "k-2")
        while known < store.position(UNI_A):
            known = heard.next()["position"]
    for key in ("k-3", "k-4"):
        happen(store, UNI_A, key)
    with live.listen(UNI_A, token, headers={"Last-Event-ID": str(known)}, params={"after": "0"}) as heard:
        assert [heard.next()["stream"] for _ in range(2)] == ["keys/k-3", "keys/k-4"]
    with live.listen(UNI_A, token, params={"after": str(known + 1)}) as heard:
        assert heard.next()["stream"] == "keys/k-4"
    with live.listen(UNI_A, token, params={"after": str(known + 1_000)}) as heard:
        assert heard.next() == {"event": "resync", "position": known + 2}


def test_a_position_that_is_none_is_refused(live: Live, store: Store) -> None:
    token = str(issue(store, UNI_A, "k-1"))
    for given in ("x", "-1", "1.0", "٣", "9" * 19):
        refused = live.get(UNI_A, token, params={"after": given})
        assert (refused.status_code, refused.json()["code"]) == (400, "malformed_header")


def test_every_role_by_every_tenant_gets_what_the_policy_says(live: Live, store: Store) -> None:
    tenants = (UNI_A, UNI_B, TRADE, OPERATOR, NOBODY)
    answers: dict[tuple[Role, TenantId], str] = {}
    for role, home in AT.items():
        token = str(issue(store, home, role.value, role, own="own-1"))
        for tenant in tenants:
            if tenant == home and role is not Role.OPERATOR:
                with live.listen(tenant, token):
                    answers[role, tenant] = "listens"
            else:
                answers[role, tenant] = live.get(tenant, token).json()["code"]
    expected = {
        (role, tenant): "listens" if tenant == home else "not_your_tenant"
        for role, home in AT.items()
        for tenant in tenants
    }
    assert answers == {**expected, (Role.OPERATOR, OPERATOR): "not_permitted"}


def test_without_a_right_token_nobody_is_let_in(live: Live, store: Store) -> None:
    gone = str(issue(store, UNI_A, "k-gone"))
    revoke(store, UNI_A, "k-gone")
    for token, code in (
        (None, "not_signed_in"),
        ("bp_uni-a_k-1_guess", "not_signed_in"),
        (gone, "key_revoked"),
    ):
        refused = live.get(UNI_A, token)
        assert (refused.status_code, refused.json()["code"]) == (401, code)
        assert refused.headers["WWW-Authenticate"].startswith("Bearer")
        assert refused.headers["Content-Type"] == "application/problem+json"


def test_the_cookie_of_the_pages_opens_the_stream_for_the_pages_alone(live: Live, store: Store) -> None:
    issue(store, UNI_A, "k-1")
    cookie = {"Cookie": f"{COOKIE}={SESSIONS.write(UNI_A, 'k-1')}"}
    for origin in ({"Origin": PAGES}, {}, {"Origin": live.address}):
        with live.listen(UNI_A, headers={**cookie, **origin}) as heard:
            allowed = heard.response.headers.get("Access-Control-Allow-Origin")
            assert allowed == (PAGES if origin.get("Origin") == PAGES else None)
            assert heard.response.headers.get("Access-Control-Allow-Credentials", "true") == "true"
    for given in (
        {**cookie, "Origin": "http://elsewhere.example"},
        {"Cookie": f"{COOKIE}=forged"},
        {"Cookie": f"{COOKIE}={SESSIONS.write(UNI_A, 'k-2')}"},
    ):
        assert live.get(UNI_A, headers=given).json()["code"] == "not_signed_in"
    assert live.get(UNI_B, headers=cookie).json()["code"] == "not_your_tenant"


def test_other_paths_and_methods_are_answered_as_problems(live: Live) -> None:
    for method, path in (("GET", "/"), ("GET", "/v1/uni-a/live/more"), ("POST", "/v1/uni-a/live")):
        refused = httpx.request(method, f"{live.address}{path}", timeout=30)
        assert refused.status_code in (404, 405)
        assert refused.json()["code"] in ("no_such_path", "method_not_allowed")


def test_a_listener_that_takes_nothing_holds_up_nobody(live: Live, store: Store, views: None) -> None:
    token = str(issue(store, UNI_A, "k-1"))
    with closing(socket.socket()) as stuck, live.listen(UNI_A, token) as heard:
        stuck.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
        stuck.connect(("127.0.0.1", int(live.address.rpartition(":")[2])))
        stuck.sendall(f"GET /v1/uni-a/live HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\n\r\n".encode())
        assert stuck.recv(12) == b"HTTP/1.1 200"
        for number in range(30):
            happen(store, UNI_A, f"k-{number + 2}")
        while heard.next()["stream"] != "keys/k-31":
            pass


def test_metrics_say_who_listens_and_what_was_told(live: Live, store: Store, views: None) -> None:
    token = str(issue(store, UNI_A, "k-1"))
    with live.listen(UNI_A, token) as heard:
        happen(store, UNI_A, "k-2")
        while heard.next()["stream"] != "keys/k-2":
            pass
        live.get(UNI_A, "nonsense")
        told = httpx.get(f"{live.address}/metrics", timeout=30).text
        assert "baseplus_stream_listeners 1.0" in told
        assert "baseplus_stream_tenants 1.0" in told
        assert 'baseplus_stream_refused_total{code="not_signed_in"} 1.0' in told
        assert 'baseplus_stream_sent_total{kind="event"}' in told
        assert "uni-a" not in told


def test_sigterm_ends_every_connection_and_the_process_in_peace(live: Live, store: Store) -> None:
    token = str(issue(store, UNI_A, "k-1"))
    with live.listen(UNI_A, token) as one, live.listen(UNI_A, token) as other:
        live.program.process.send_signal(signal.SIGTERM)
        assert one.ends()
        assert other.ends()
        assert live.program.process.wait(30) == 0


def test_a_port_in_use_is_one_line_with_the_mend(live: Live, database: Database, tmp_path: Path) -> None:
    port = live.address.rpartition(":")[2]
    ended = run(tmp_path, "stream", "--port", port, DATABASE_URL=database.url)
    assert ended.code == 3
    assert f"port {port}" in ended.last_words
    assert "choose another port" in ended.last_words


def test_wrong_settings_are_one_line_that_names_them(database: Database, tmp_path: Path) -> None:
    ended = run(tmp_path, "stream", DATABASE_URL=database.url, BASEPLUS_PAGES_ORIGIN="base.example/pages")
    assert ended.code == 2
    assert "BASEPLUS_PAGES_ORIGIN" in ended.last_words
    ended = run(tmp_path, "stream", "--host", "no.such.host.invalid", DATABASE_URL=database.url)
    assert ended.code == 2
    assert "--host" in ended.last_words
