"""Who is signed in, as the browser carries it: a signed cookie that every process of ours can read.

It holds a tenant, a key's id and when it was issued: no secret, and nothing personal. What the key may do, and whether
it still may, is looked up at each request.
"""

from __future__ import annotations

import os
import secrets
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import msgspec
from itsdangerous import BadSignature, URLSafeTimedSerializer

from baseplus.kernel.typed import learned
from baseplus.kernel.vocabulary import Id, TenantId
from infra.environment import Folder
from infra.service import writing_to
from infra.settings import Settings

COOKIE = "baseplus_session"
LONGEST = 12 * 3600
"""Seconds that a session lasts."""

_FILE = "secret"


class SignedIn(msgspec.Struct, frozen=True):
    """Whose session it is. key: the id of the key that it was opened with. issued: UTC."""

    tenant: TenantId
    key: str
    issued: datetime


class _Carried(msgspec.Struct, frozen=True):
    t: Id
    k: Id


class Sessions:
    """Writes and reads the cookie. secret: the same in every process that shall read it."""

    def __init__(self, secret: str) -> None:
        self._serializer = URLSafeTimedSerializer(secret, salt="baseplus session")

    def write(self, tenant: TenantId, key: str) -> str:
        """The cookie's value for a session that begins now."""
        signed = self._serializer.dumps({"t": tenant, "k": key})
        return signed if isinstance(signed, str) else signed.decode()

    def read(self, cookie: str) -> SignedIn | None:
        """Whose session it is; None where we did not sign it or it has lasted its time."""
        try:
            held, issued = self._serializer.loads(cookie, max_age=LONGEST, return_timestamp=True)
            carried = msgspec.convert(held, learned(_Carried))
        except (BadSignature, msgspec.ValidationError):
            return None
        return SignedIn(TenantId(carried.t), carried.k, issued.astimezone(UTC))


def session_secret(settings: Settings) -> str:
    """The secret that cookies are signed with: the given one, else one made once and kept in the data folder.

    Raises what preparing that folder raises.
    """
    if settings.secret is not None:
        return settings.secret
    file = Folder(settings.data).prepare().path / _FILE
    with writing_to(settings.data):
        if not file.exists():
            _make(file)
        return file.read_text(encoding="ascii")


def _make(file: Path) -> None:
    part = file.with_name(f"{_FILE}.{secrets.token_hex(4)}.part")
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="ascii") as out:
        out.write(secrets.token_urlsafe(32))
    try:
        # a link, not a rename: of processes that start together, all must read what the first one made
        with suppress(FileExistsError):
            os.link(part, file)
    finally:
        part.unlink()
