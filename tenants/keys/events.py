"""What can happen to a key. The stream is `keys/<key>`, in the history of the tenant that the key opens."""

from __future__ import annotations

from typing import ClassVar

from baseplus.kernel.access import Role
from baseplus.kernel.events import Event
from baseplus.kernel.vocabulary import Day, Id, Line, Sha256


class ApiKeyIssued(Event):
    """Whoever holds the key's secret may act in this tenant, as its role allows.

    label: what the key is for. digest: SHA-256 of the secret, which itself is stored nowhere. own: the person or party
    that the key speaks for. expires: the last day that it opens anything, in UTC; None: it does until it is revoked.
    """

    TYPE: ClassVar = "tenancy.api_key_issued.v1"
    role: Role
    label: Line
    digest: Sha256
    own: Id | None = None
    expires: Day | None = None


class ApiKeyRevoked(Event):
    """The key opens nothing any more. reason: why, where somebody said so."""

    TYPE: ClassVar = "tenancy.api_key_revoked.v1"
    reason: Line | None = None


KeyEvent = ApiKeyIssued | ApiKeyRevoked
