"""What `baseplus doctor` finds, line by line."""

from __future__ import annotations

from typing import Literal

import msgspec

State = Literal["ok", "warn", "fail"]


class Finding(msgspec.Struct, frozen=True):
    """One line. mend: what to do; empty where all is well."""

    what: str
    state: State
    found: str
    mend: str = ""
