"""The request headers that we read, each in one form only. Raises MalformedHeader for another."""

from __future__ import annotations

import re
import secrets

from flask import request

from baseplus.kernel.access import Caller
from infra.http.refusals import MalformedHeader, VersionNeeded

KEY_PATTERN = r"^[\x21-\x7e]{1,200}$"
VERSION_PATTERN = r'^"(0|[1-9][0-9]{0,17})"$'
POSITION_PATTERN = r"^(0|[1-9][0-9]{0,17})$"

_REQUEST_ID = re.compile(r"[A-Za-z0-9_-]{8,64}")


def request_id() -> str:
    """The id that a proxy gave the request (`X-Request-Id`), else a new one."""
    given = request.headers.get("X-Request-Id", "")
    return given if _REQUEST_ID.fullmatch(given) else secrets.token_hex(12)


def bearer_token() -> str:
    """The token of `Authorization: Bearer …`; empty where there is none."""
    kind, _, token = request.headers.get("Authorization", "").partition(" ")
    return token.strip() if kind.lower() == "bearer" else ""


def idempotency_key(caller: Caller) -> str | None:
    """The key that makes a repetition harmless; None where none was sent. Each caller has keys of its own."""
    given = request.headers.get("Idempotency-Key")
    if given is None:
        return None
    if not _matches(KEY_PATTERN, given):
        raise MalformedHeader(header="Idempotency-Key", reason="must be 1 to 200 visible ASCII characters")
    return f"{caller.id}/{given}"


def expected_version(*, needed: bool) -> int | None:
    """The version that `If-Match` names; None where none was sent. Raises VersionNeeded."""
    given = request.headers.get("If-Match")
    if given is None:
        if needed:
            raise VersionNeeded
        return None
    if not _matches(VERSION_PATTERN, given):
        raise MalformedHeader(header="If-Match", reason='must be one ETag of an answer to a command, like "3"')
    return int(given.strip('"'))


def consistency_token() -> int | None:
    """The position that the read must have seen; None where none was sent."""
    given = request.headers.get("Consistency-Token")
    if given is None:
        return None
    if not _matches(POSITION_PATTERN, given):
        raise MalformedHeader(header="Consistency-Token", reason="must be one that an answer to a command had")
    return int(given)


def _matches(pattern: str, given: str) -> bool:
    return re.fullmatch(pattern, given) is not None
