"""People to sign in as without a key, in a demonstration: a file names them. Outside it there are none.

The file is JSON: `[{"id": "lu", "name": "Lu Shiyuan", "about": "vice dean of Qinglan University", "tenant": "qinglan",
"key": "k-lu"}]`. `key` is the id of a key that was issued; the file holds no secret.
"""

from __future__ import annotations

from pathlib import Path

import msgspec

from baseplus.kernel.refusals import Invalid
from baseplus.kernel.vocabulary import Id, Line, TenantId


class Persona(msgspec.Struct, frozen=True):
    """Somebody to be. about: what they do there."""

    id: Id
    name: Line
    about: Line
    tenant: Id
    key: Id

    @property
    def place(self) -> tuple[TenantId, str]:
        """The key that they come in with."""
        return TenantId(self.tenant), self.key


def read_personas(file: Path | None) -> tuple[Persona, ...]:
    """Those that the file names; nobody without a file. Raises Invalid."""
    if file is None:
        return ()
    try:
        return msgspec.json.decode(file.read_bytes(), type=tuple[Persona, ...])
    except (OSError, msgspec.DecodeError) as error:
        raise Invalid(where="BASEPLUS_PERSONAS", reason=str(error)) from None
