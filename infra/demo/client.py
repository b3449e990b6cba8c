"""A client of the HTTP interface, as any program outside would write one."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping, Sequence
from typing import Any

import httpx

from baseplus.kernel.refusals import Refusal, Unavailable
from tenants.keys.token import Token

_PATIENCE = 60.0  # seconds for which a request that may be repeated is
_PAUSE = 0.1


class Refused(Refusal):
    """The server said no. Facts: those of its problem document."""

    def __init__(self, code: str, **facts: object) -> None:
        super().__init__(**facts)
        self.code = code

    def __reduce__(self) -> tuple[object, ...]:
        return _refused, (self.code, self.facts)


def _refused(code: str, facts: dict[str, object]) -> Refused:
    return Refused(code, **facts)


class Api:
    """One tenant's part of the interface, with a key to it. A context manager.

    What the server cannot do just now is asked again, with the same idempotency key. Raises Refused, and Unavailable
    once its patience is at an end.
    """

    def __init__(self, address: str, token: Token) -> None:
        self._http = httpx.Client(
            base_url=f"{address}/v1/{token.tenant}",
            headers={"Authorization": f"Bearer {token}"},
            timeout=30,
            trust_env=False,  # our own server is not to be asked for by way of a proxy
        )
        self._seen = ""

    def command(self, path: str, key: str, **fields: Any) -> dict[str, Any]:
        """Give a command; its receipt. key: what makes a repetition harmless."""
        return self._ask("POST", path, json=fields, headers={"Idempotency-Key": key})

    def bulk(self, key: str, commands: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
        """Give many commands, all or none: each `{"command": "mentoring.register", "id": …, **fields}`."""
        return self._ask("POST", "/bulk", json={"commands": list(commands)}, headers={"Idempotency-Key": key})

    def query(self, path: str, **asked: Any) -> dict[str, Any]:
        """Ask a question; the answer has all that this client has written."""
        headers = {"Consistency-Token": self._seen} if self._seen else {}
        return self._ask("GET", path, params=asked, headers=headers)

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def __enter__(self) -> Api:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _ask(self, method: str, path: str, **more: Any) -> dict[str, Any]:
        deadline, pause = time.monotonic() + _PATIENCE, threading.Event()
        while True:
            try:
                answer = self._http.request(method, path, **more)
            except httpx.TransportError as error:
                reason, wait = str(error) or type(error).__name__, _PAUSE
            else:
                if answer.is_success:
                    self._seen = answer.headers.get("Consistency-Token", self._seen)
                    return dict(answer.json())
                problem = answer.json()
                if answer.status_code not in (429, 503):
                    facts = {
                        **problem.get("facts", {}),
                        **({"errors": problem["errors"]} if "errors" in problem else {}),
                    }
                    raise Refused(problem["code"], path=path, **facts)
                reason, wait = problem["code"], float(answer.headers.get("Retry-After", _PAUSE))
            if time.monotonic() + wait > deadline:
                raise Unavailable(what=f"{method} {path}", reason=reason)
            pause.wait(wait)
