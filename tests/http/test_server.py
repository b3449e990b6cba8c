"""The API as it is really served: gunicorn, its processes, its broken requests, its end."""

from __future__ import annotations

import json
import signal
import socket
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from infra.postgres.database import Database
from tests.cli.program import HANG, await_gone, eventually, run
from tests.http.running import Served, serve
from tests.http.serving import DRAFT, Api, serving

pytestmark = pytest.mark.long


@pytest.fixture(scope="module")
def api(module_database: Database) -> Iterator[Api]:
    """Keys to the same database."""
    with serving(module_database) as api:
        yield api


@pytest.fixture(scope="module")
def served(api: Api, module_database: Database, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with serve(module_database, tmp_path_factory.mktemp("data"), "--workers", "2", "--threads", "4") as served:
        yield served


def problem(answer: bytes, status: int, code: str) -> None:
    head, _, body = answer.partition(b"\r\n\r\n")
    assert head.startswith(f"HTTP/1.1 {status} ".encode()), answer
    headers = dict(line.split(": ", 1) for line in head.decode().splitlines()[1:])
    assert headers["Content-Type"] == "application/problem+json"
    document = json.loads(body)
    assert (document["status"], document["code"]) == (status, code)
    assert document["detail"]
    assert document["request"] == headers["X-Request-Id"]


GET = b"GET /v1 HTTP/1.1\r\nHost: x\r\n"
BROKEN = {
    "no HTTP": (b"\x16\x03\x01\x02\x00 hello\r\n\r\n", 400, "malformed_request"),
    "no version": (b"GET /v1\r\n\r\n", 400, "malformed_request"),
    "another version": (b"GET /v1 HTTP/9.9\r\nHost: x\r\n\r\n", 400, "malformed_request"),
    "a method of lower case": (b"get /v1 HTTP/1.1\r\nHost: x\r\n\r\n", 400, "malformed_request"),
    "a header without a name": (GET + b": x\r\n\r\n", 400, "malformed_request"),
    "a header with a space in its name": (GET + b"Bad Name: x\r\n\r\n", 400, "malformed_request"),
    "a folded header": (GET + b"A: b\r\n c\r\n\r\n", 400, "malformed_request"),
    "two lengths": (GET + b"Content-Length: 1\r\nContent-Length: 2\r\n\r\nx", 400, "malformed_request"),
    "a length and chunks": (GET + b"Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n", 400, "malformed_request"),
    "another coding": (GET + b"Transfer-Encoding: zip\r\n\r\n", 501, "transfer_coding_unknown"),
    "another expectation": (GET + b"Expect: miracles\r\n\r\n", 417, "expectation_failed"),
    "a long line": (b"GET /" + b"a" * 9000 + b" HTTP/1.1\r\nHost: x\r\n\r\n", 414, "address_too_long"),
    "a long header": (GET + b"A: " + b"a" * 9000 + b"\r\n\r\n", 431, "headers_too_large"),
    "many headers": (GET + b"A: b\r\n" * 101 + b"\r\n", 431, "headers_too_large"),
}


@pytest.mark.parametrize("kind", BROKEN)
def test_what_is_no_http_is_answered_with_a_problem(served: Served, kind: str) -> None:
    sent, status, code = BROKEN[kind]
    problem(served.raw(sent), status, code)


def test_what_was_sent_is_not_repeated_to_anybody(served: Served) -> None:
    answer = served.raw(b"GET /v1 HTTP/1.1\r\nAuthorization Bearer bp_north_k_secret\r\n\r\n")
    problem(answer, 400, "malformed_request")
    assert b"secret" not in answer
    assert not any("secret" in line for line in served.program.said)


def post(headers: dict[str, str], *more: str) -> bytes:
    lines = ["POST /v1/north/agreements HTTP/1.1", "Host: x", "Content-Type: application/json", "Connection: close"]
    return "\r\n".join([*lines, *(f"{name}: {value}" for name, value in headers.items()), *more, "", ""]).encode()


@pytest.mark.parametrize(
    ("head", "body"),
    [
        ("Content-Length: 100", b'{"title": "cut'),
        ("Transfer-Encoding: chunked", b"5\r\n{}   \r\nzz\r\n"),
        ("Transfer-Encoding: chunked", b"5\r\n{}   XX0\r\n\r\n"),
        ("Transfer-Encoding: chunked", b"5\r\n{}"),
    ],
)
def test_a_body_that_breaks_off_is_refused_and_nothing_stored(served: Served, api: Api, head: str, body: bytes) -> None:
    headers = api.key()
    before = api.position()
    problem(served.raw(post(headers, head) + body), 400, "malformed_request")
    assert api.position() == before


def test_a_body_in_chunks_is_read_up_to_the_limit(served: Served, api: Api) -> None:
    with served.client(api.key() | {"Content-Type": "application/json"}) as client:
        pieces = [json.dumps(DRAFT).encode()[start : start + 20] for start in range(0, 400, 20)]
        assert client.post("/v1/north/agreements", content=iter(pieces)).status_code == 201
        answer = client.post("/v1/north/agreements", content=(b" " * 65536 for _ in range(20)))
        assert (answer.status_code, answer.json()["code"]) == (413, "body_too_large")


def test_50_megabytes_are_refused_unread_and_nothing_stored(served: Served, api: Api) -> None:
    headers = api.key()
    before = api.position()
    with served.client(headers) as client:
        answer = client.post(
            "/v1/north/agreements", content=b" " * 50_000_000, headers={"Content-Type": "application/json"}
        )
    assert (answer.status_code, answer.headers["Content-Type"]) == (413, "application/problem+json")
    assert api.position() == before


def test_a_method_that_is_nowhere_allowed_is_a_problem(served: Served, api: Api) -> None:
    with served.client(api.key()) as client:
        for method in ("TRACE", "PROPFIND", "PUT"):
            answer = client.request(method, "/v1/north/agreements")
            assert (answer.status_code, answer.json()["code"]) == (405, "method_not_allowed")


def test_the_processes_count_together_and_log_each_request_in_a_line_without_ids(served: Served, api: Api) -> None:
    headers = api.key() | {"X-Request-Id": "request-of-this-test"}
    with served.client(headers) as client:
        client.get("/v1/north/agreements/whose-secret?party=who-it-is")
        counted = client.get("/metrics").text
    assert 'route="/v1/{tenant}/agreements/{agreement}",status="404"} 1.0' in counted
    assert "pid=" not in counted
    eventually(lambda: any(line.get("request") == "request-of-this-test" for line in served.lines()), "the line")
    (line,) = (line for line in served.lines() if line.get("route") == "/v1/{tenant}/agreements/{agreement}")
    assert (line["message"], line["tenant"], line["status"], line["method"]) == ("request", "north", 404, "GET")
    assert line["duration_ms"] > 0
    assert len(line["trace"]) == 32
    assert not any("whose-secret" in said or "who-it-is" in said for said in served.program.said)


def test_both_processes_answer(served: Served, api: Api) -> None:
    headers = api.key()

    def answering() -> set[int]:
        with served.client(headers) as client:
            client.get("/v1/north/agreements")
        return {line["process"] for line in served.lines() if line["message"] == "request"}

    eventually(lambda: len(answering()) == 2, "two processes answered")


def test_no_socket_and_no_file_is_left_in_the_home_directory(
    api: Api, module_database: Database, tmp_path: Path
) -> None:
    home = tmp_path / "home"
    home.mkdir()
    with serve(module_database, tmp_path / "data", HOME=str(home), XDG_RUNTIME_DIR=str(home)) as served:
        assert served.client().get("/healthz").status_code == 200
        assert list(home.rglob("*")) == []


@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 0), (signal.SIGINT, 130)])
def test_an_end_lets_requests_under_way_end_and_leaves_nothing(
    api: Api, module_database: Database, tmp_path: Path, number: signal.Signals, code: int
) -> None:
    body = json.dumps(DRAFT).encode()
    with serve(module_database, tmp_path, "--workers", "1") as served:
        children = served.program.processes()
        with _connected(served) as idle, _connected(served) as busy:
            busy.sendall(post(api.key(), f"Content-Length: {len(body)}") + body[:10])
            idle.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
            assert _until(idle, b'{"alive":true}').startswith(b"HTTP/1.1 200 ")
            served.program.process.send_signal(number)
            assert idle.recv(65536) == b"", "an idle connection is closed when the server is told to stop"
            busy.sendall(body[10:])
            assert _until(busy, b'"events":[').startswith(b"HTTP/1.1 201 ")
        assert served.program.process.wait(HANG) == code
        await_gone(children)
        assert not list(Path(tempfile.gettempdir()).glob(f"baseplus-serve-{served.program.process.pid}-*"))


def _until(connection: socket.socket, last: bytes) -> bytes:
    answer = b""
    while last not in answer:
        answer += (part := connection.recv(65536))
        assert part, f"closed after {answer!r}"
    return answer


def _connected(served: Served) -> socket.socket:
    return socket.create_connection(("127.0.0.1", served.port), timeout=HANG)


def test_a_port_in_use_is_said_in_one_line_with_the_way_out(
    served: Served, module_database: Database, tmp_path: Path
) -> None:
    ended = run(tmp_path, "serve", "--port", str(served.port), DATABASE_URL=module_database.url)
    assert ended.code == 3
    (line,) = ended.said
    assert line.startswith(f"unavailable: port in use: The API, port {served.port} — choose another port")


@pytest.mark.parametrize("host", ["192.0.2.1", "nowhere.invalid"])
def test_an_address_that_is_not_ours_is_said_in_one_line(module_database: Database, tmp_path: Path, host: str) -> None:
    ended = run(tmp_path, "serve", "--host", host, DATABASE_URL=module_database.url)
    assert ended.code == 3
    assert len(ended.said) == 1
    assert ended.last_words.startswith("unavailable: cannot listen: The API")
