"""A client that repeats itself over connections that break: every command happens once, and is answered alike."""

from __future__ import annotations

import random
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, NamedTuple

import httpx
import msgspec

from infra.postgres.database import Database
from infra.settings import read_settings
from tests.cli.program import HANG
from tests.http.cutting import cutting
from tests.http.running import serve
from tests.http.serving import CLAUSE, DRAFT, NORTH, serving

COMMANDS = 1_000
TRIES = 5
CUT = 0.5
AGREEMENTS = 5
_UNLIMITED = {"BASEPLUS_RATE_LIMIT": "10000000"}


class Order(NamedTuple):
    """A command, and its key."""

    path: str
    body: dict[str, Any]
    key: str


class Answer(NamedTuple):
    """What of an answer must be the same each time."""

    status: int
    body: bytes
    etag: str | None
    location: str | None
    token: str


def test_1000_commands_repeated_over_connections_that_break_have_1000_outcomes_each_answered_alike(
    database: Database, tmp_path: Path
) -> None:
    with (
        serving(database, settings=read_settings(_UNLIMITED)) as api,
        serve(database, tmp_path, "--workers", "2", "--threads", "8", **_UNLIMITED) as served,
        cutting(served.port, CUT) as proxy,
    ):
        headers = api.key()
        for number in range(AGREEMENTS):
            api.draft(headers, f"shared-{number}")
        before = api.position()
        chance = random.Random(1)
        orders = [_order(number) for number in range(COMMANDS)]
        times = [chance.randint(1, TRIES) for _ in orders]

        with ThreadPoolExecutor(8) as threads, _client(headers) as client:

            def send(order: Order, repetitions: int) -> set[Answer]:
                return _repeat(client, order, repetitions, proxy.port, served.port)

            answers = list(threads.map(send, orders, times))

        assert proxy.cut > COMMANDS / 2, "hardly anything was cut"
        assert [order.key for order, answered in zip(orders, answers, strict=True) if len(answered) != 1] == []
        assert {answer.status for (answer,) in answers} == {200, 201}
        events = list(api.parts.store.history(NORTH, after=before))
        assert Counter(event.type for event in events) == {
            "agreements.agreement_drafted.v1": COMMANDS / 2,
            "agreements.clause_added.v1": COMMANDS / 2,
        }
        told = {msgspec.json.decode(answer.body)["position"] for (answer,) in answers}
        assert told == {event.position for event in events}, "each answer names an event of its own"


def _order(number: int) -> Order:
    """Half of them make a thing whose id follows from the key; half go to a few things that many write to."""
    if number % 2:
        return Order(f"/v1/{NORTH}/agreements", DRAFT, f"draft-{number}")
    path = f"/v1/{NORTH}/agreements/shared-{number // 2 % AGREEMENTS}/clauses"
    return Order(path, CLAUSE | {"clause": f"c-{number}"}, f"clause-{number}")


def _client(headers: dict[str, str]) -> httpx.Client:
    """A client that begins a connection for each request."""
    return httpx.Client(headers=headers, verify=False, timeout=HANG, limits=httpx.Limits(max_keepalive_connections=0))


def _repeat(client: httpx.Client, order: Order, repetitions: int, broken: int, whole: int) -> set[Answer]:
    """Send it so often; where no answer came, once more over a connection that holds."""
    answers = set()
    for _ in range(repetitions):
        try:
            answers.add(_send(client, order, broken))
        except httpx.TransportError:
            continue
    return answers or {_send(client, order, whole)}


def _send(client: httpx.Client, order: Order, port: int) -> Answer:
    url = f"http://127.0.0.1:{port}{order.path}"
    answer = client.post(url, json=order.body, headers={"Idempotency-Key": order.key})
    got = answer.headers
    return Answer(answer.status_code, answer.content, got["ETag"], got.get("Location"), got["Consistency-Token"])
