"""What the HTTP interface costs and gives: a real server, real connections, and the same work without it beside."""

from __future__ import annotations

import http.client
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from functools import partial
from http import HTTPStatus
from itertools import count
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import msgspec

from baseplus.agreements.drafting import Draft
from baseplus.agreements.model import agreements
from baseplus.agreements.terms import Party, PartyKind
from baseplus.kernel.access import Role
from baseplus.kernel.decisions import Metadata, Step
from baseplus.kernel.vocabulary import TenantId
from infra.kafka.topic import ensure_topic
from infra.postgres.database import Database
from infra.postgres.store import Store
from infra.schema import bring_up_to_date
from infra.service import free_ports
from infra.wiring import EVENT_TYPES
from tenants.keys.model import IssueKey, in_its_tenant, keys
from tenants.keys.token import Token, new_token
from tenants.model import RegisterTenant, tenancy
from tests.benchmarks.figure import Environment, Figure, against, percentile
from tests.benchmarks.load import Call, keep_busy

CLIENTS = 8
TENANTS = [f"uni-{number}" for number in range(CLIENTS)]
TURNS, SECONDS = 3, 5.0
ROWS = 50
HANG = 120.0
PARTIES = (
    Party("qinglan", PartyKind.SCHOOL, "Qinglan University"),
    Party("yunchuan", PartyKind.ENTERPRISE, "Yunchuan Drives"),
)
DRAFT = Draft("Joint training", PARTIES)
BODY = msgspec.json.encode({"title": DRAFT.title, "parties": DRAFT.parties})


def http_commands(environment: Environment) -> Sequence[Figure]:
    """Single commands by 8 clients, against the same commands given to the store in as many threads, in turns."""
    database = environment.database
    with serving(environment) as (address, tokens):
        posted, direct = [], []
        durations: list[float] = []
        for _ in range(TURNS):
            rate, taken, _memory = keep_busy(partial(posting, address, tokens), database, TENANTS, SECONDS, 2, 4)
            posted.append(rate)
            durations += taken
            direct.append(keep_busy(executing, database, TENANTS, SECONDS, 2, 4)[0])
    return [
        Figure(
            figure="http_commands",
            value=round(sum(posted) / len(posted)),
            unit="requests/s",
            against="the same commands given to the store without HTTP",
            ratio=against(posted, direct),
            p50_ms=percentile(durations, 0.5),
            p99_ms=percentile(durations, 0.99),
        )
    ]


def http_reads(environment: Environment) -> Sequence[Figure]:
    """50 rows a request, 100 requests a second whatever the answers take."""
    tenant = TenantId(TENANTS[0])
    with serving(environment) as (address, tokens), programs(environment, ["project", "--no-kafka"]):
        with closing(Store(environment.database, EVENT_TYPES)) as store:
            steps = [Step(agreements, f"a-{number:04}", DRAFT) for number in range(10 * ROWS)]
            position = store.execute_all(tenant, steps).position
        folded(environment.database, tenant, position)
        taken = at_rate(100, 15.0, lambda: getting(address, tokens[tenant], f"/agreements?limit={ROWS}"))
    return [
        Figure(
            figure="http_reads",
            value=percentile(taken, 0.99),
            unit="ms",
            against="p99 at 100 requests/s, at most 25 ms",
            ratio=round(percentile(taken, 0.99) / 25, 3),
            p50_ms=percentile(taken, 0.5),
            p99_ms=percentile(taken, 0.99),
        )
    ]


def visible_http(environment: Environment) -> Sequence[Figure]:
    """From sending a command to the commit of its row: HTTP, store, relay, Kafka and worker, at 100 commands/s."""
    topic = f"bench-{uuid4().hex}"
    ensure_topic(environment.bootstrap, topic, 12)
    sent: dict[tuple[str, int], float] = {}
    names = count()
    with serving(environment) as (address, tokens), programs(environment, ["relay"], ["project"], topic=topic):
        for tenant in TENANTS:
            folded(environment.database, TenantId(tenant), 2)
        with watching(environment.database) as seen:

            def client() -> Call:
                tenant = TENANTS[next(names) % len(TENANTS)]
                connection, headers = connect(address), headers_of(tokens[tenant])

                def call() -> None:
                    before = time.perf_counter()
                    answer = post(connection, f"/v1/{tenant}/agreements", headers)
                    sent[tenant, msgspec.json.decode(answer)["position"]] = before

                return call

            at_rate(100, 3.0, client)  # connections are opened and plans made on the whole way
            until(lambda: all(key in seen for key in sent))
            sent.clear()
            at_rate(100, 15.0, client)
            until(lambda: all(key in seen for key in sent))
    waits = [seen[key] - at for key, at in sent.items()]
    return [
        Figure(
            figure="visible_http",
            value=percentile(waits, 0.99),
            unit="ms",
            against="p99 at 100 commands/s, at most 150 ms",
            ratio=round(percentile(waits, 0.99) / 150, 3),
            p50_ms=percentile(waits, 0.5),
            p99_ms=percentile(waits, 0.99),
        )
    ]


FIGURES: list[tuple[str, Callable[[Environment], Sequence[Figure]]]] = [
    ("http_commands", http_commands),
    ("http_reads", http_reads),
    ("visible_http", visible_http),
]


@contextmanager
def serving(environment: Environment) -> Iterator[tuple[str, dict[str, Token]]]:
    """A server of two workers; its address, and a key of the staff of each tenant."""
    database = environment.database
    bring_up_to_date(database)
    tokens = {}
    with closing(Store(database, EVENT_TYPES)) as store:
        store.register(*map(TenantId, TENANTS))
        for name in TENANTS:
            tenant = TenantId(name)
            store.execute(tenant, tenancy, tenant, RegisterTenant(name))
            tokens[name] = token = new_token(tenant, "k-1")
            store.execute(tenant, keys, token.key, IssueKey(Role.STAFF, "bench", token.digest), resolve=in_its_tenant)
    (port,) = free_ports(1)
    with programs(environment, ["serve", "--port", str(port), "--workers", "2", "--threads", "4"]):
        address = f"http://127.0.0.1:{port}"
        until(lambda: _answers(address))
        yield address, tokens


@contextmanager
def programs(environment: Environment, *commands: Sequence[str], topic: str | None = None) -> Iterator[None]:
    """Commands of ours as processes, for as long as this lasts. topic: what they use of Kafka; None: nothing."""
    env = os.environ | {
        "DATABASE_URL": environment.database.url,
        "BASEPLUS_DATA": str(environment.folder / "data"),
        "BASEPLUS_RATE_LIMIT": "10000000",
        "BASEPLUS_LOG_LEVEL": "warning",
    }
    if topic is not None:
        env |= {"KAFKA_BOOTSTRAP_SERVERS": environment.bootstrap, "BASEPLUS_REPLICAS": "1", "BASEPLUS_TOPIC": topic}
    with ExitStack() as stack:
        for command in commands:
            process = subprocess.Popen([sys.executable, "-m", "infra.cli", *command], env=env)
            stack.callback(process.wait, HANG)
            stack.callback(process.terminate)
        yield


def posting(
    address: str, tokens: dict[str, Token], _database: Database, tenants: Sequence[str], process: int, threads: int
) -> tuple[list[Call], Call]:
    """Each thread drafts an agreement a call, on a connection of its own that stays open."""

    def caller(thread: int) -> Call:
        tenant = tenants[(process * threads + thread) % len(tenants)]
        connection, headers = connect(address), headers_of(tokens[tenant])

        def call() -> None:
            post(connection, f"/v1/{tenant}/agreements", headers)

        return call

    return [caller(thread) for thread in range(threads)], lambda: None


def executing(database: Database, tenants: Sequence[str], process: int, threads: int) -> tuple[list[Call], Call]:
    """The same commands, with keys too, given to a store."""
    store = Store(database, EVENT_TYPES)

    def caller(thread: int) -> Call:
        tenant = TenantId(tenants[(process * threads + thread) % len(tenants)])

        def call() -> None:
            name = uuid4().hex
            store.execute(tenant, agreements, name, DRAFT, metadata=Metadata(actor="k-1", key=name))

        return call

    return [caller(thread) for thread in range(threads)], store.close


def getting(address: str, token: Token, path: str) -> Call:
    """A client that asks the same question each time."""
    connection, headers = connect(address), headers_of(token)

    def call() -> None:
        connection.request("GET", f"/v1/{token.tenant}{path}", headers=headers)
        answer = connection.getresponse()
        body = answer.read()
        if answer.status != HTTPStatus.OK:
            raise RuntimeError(f"{answer.status}: {body[:200]!r}")

    return call


def at_rate(rate: int, seconds: float, client: Callable[[], Call]) -> list[float]:
    """Calls by 8 clients at a steady rate; how long each took from when it was due, in seconds. The first fifth warms
    up and does not count."""
    total, numbers, lock = int(rate * seconds), count(), threading.Lock()
    taken: list[float] = []
    errors: list[BaseException] = []
    start = time.perf_counter()

    def work(call: Call) -> None:
        try:
            while True:
                with lock:
                    number = next(numbers)
                if number >= total:
                    return
                due = start + number / rate
                time.sleep(max(0.0, due - time.perf_counter()))
                call()
                if number >= total / 5:
                    taken.append(time.perf_counter() - due)
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=work, args=(client(),)) for _ in range(CLIENTS)]
    start = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if errors:
        raise errors[0]
    return taken


@contextmanager
def watching(database: Database) -> Iterator[dict[tuple[str, int], float]]:
    """When each position of each tenant was seen in the views, by asking for it all the time."""
    seen: dict[tuple[str, int], float] = {}
    stop = threading.Event()

    def watch() -> None:
        known: dict[str, int] = {}
        with database.connect("worker") as connection:
            while not stop.wait(0.002):
                rows = connection.execute("SELECT tenant, position FROM views.tenant_position").fetchall()
                now = time.perf_counter()
                for tenant, position in rows:
                    for between in range(known.get(tenant, position) + 1, position + 1):
                        seen[tenant, between] = now
                    known[tenant] = position

    thread = threading.Thread(target=watch)
    thread.start()
    try:
        yield seen
    finally:
        stop.set()
        thread.join()


def connect(address: str) -> http.client.HTTPConnection:
    """A connection that stays open."""
    found = urlsplit(address)
    return http.client.HTTPConnection(found.hostname or "", found.port, timeout=HANG)


def headers_of(token: Token) -> dict[str, str]:
    """What a client sends with each request."""
    return {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}


def post(connection: http.client.HTTPConnection, path: str, headers: dict[str, str]) -> bytes:
    """Draft an agreement, with a key of its own."""
    connection.request("POST", path, BODY, {**headers, "Idempotency-Key": uuid4().hex})
    answer = connection.getresponse()
    body = answer.read()
    if answer.status != HTTPStatus.CREATED:
        raise RuntimeError(f"{answer.status}: {body[:200]!r}")
    return body


def folded(database: Database, tenant: TenantId, position: int) -> None:
    """Wait until the views have that much of the tenant."""
    sql = "SELECT FROM views.tenant_position WHERE tenant = %s AND position >= %s"
    with database.connect("worker") as connection:
        until(lambda: connection.execute(sql, (tenant, position)).fetchone() is not None)


def until(condition: Callable[[], Any]) -> None:
    """Wait for a condition; a hang guard."""
    deadline = time.monotonic() + HANG
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError("it never came true")
        time.sleep(0.02)


def _answers(address: str) -> bool:
    with closing(connect(address)) as connection:
        try:
            connection.request("GET", "/healthz")
            return connection.getresponse().status == HTTPStatus.OK
        except OSError:
            return False
