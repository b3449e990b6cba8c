"""What the door of the pages knows: whose sessions hold, who may come in without a key, where live events come from."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

from flask import current_app

from baseplus.kernel.access import Caller
from infra.pages.languages import gettext as _
from infra.pages.personas import Persona
from infra.session import Sessions


@dataclass(frozen=True)
class Door:
    """personas: of a demonstration, else none. stream: the address of the process with live events; None: there is
    none."""

    sessions: Sessions
    personas: tuple[Persona, ...] = ()
    stream: str | None = None

    @property
    def stream_origin(self) -> str:
        """What a browser is allowed to connect to."""
        parts = urlsplit(self.stream or "")
        return f"{parts.scheme}://{parts.netloc}"

    def name_of(self, caller: Caller) -> str:
        """What a reader is called: a persona's name, else their role and the id of their key."""
        for persona in self.personas:
            if persona.place == (caller.tenant, caller.id):
                return persona.name
        return f"{_(caller.role.value.capitalize())} · {caller.id}"


def door() -> Door:
    """That of the application that answers the current request."""
    found = current_app.extensions["baseplus.door"]
    assert isinstance(found, Door)
    return found
