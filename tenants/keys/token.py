"""The token that a person or program holds: `bp_<tenant>_<key>_<secret>`.

The secret is 32 random bytes in base32, lower case, without padding: 52 characters and no `_`, as in ids. It is hashed
as it is written, so that no other spelling of the same bytes would do. 256 random bits need no salt and no slow hash.
"""

from __future__ import annotations

import base64
import hashlib
import re
import secrets
from dataclasses import dataclass, field

from baseplus.kernel.vocabulary import ID, TenantId

_TOKEN = re.compile(f"bp_({ID})_({ID})_([a-z2-7]{{52}})")


@dataclass(frozen=True)
class Token:
    """A token, taken apart. `str` gives it whole; its `repr`, which may come into a log, keeps the secret to itself."""

    tenant: TenantId
    key: str
    secret: str = field(repr=False)

    def __str__(self) -> str:
        return f"bp_{self.tenant}_{self.key}_{self.secret}"

    @property
    def digest(self) -> str:
        """What is stored of it: the SHA-256 of the secret, 64 hexadecimal digits."""
        return hashlib.sha256(self.secret.encode()).hexdigest()


def new_token(tenant: TenantId, key: str) -> Token:
    """A token with a secret that nobody has seen."""
    return Token(tenant, key, base64.b32encode(secrets.token_bytes(32)).decode().rstrip("=").lower())


def read_token(text: str) -> Token | None:
    """Take a token apart; None where it does not have the form of one."""
    found = _TOKEN.fullmatch(text)
    return Token(TenantId(found[1]), found[2], found[3]) if found else None
