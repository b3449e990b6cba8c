"""What things are called while a page is made: whoever asks for rows makes their names known, whoever tells uses them.

An id that nobody has named stands for itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from flask import g


@dataclass
class Names:
    """By id: what it is called, and whose side it is on (school, work)."""

    called: dict[str, str] = field(default_factory=dict)
    sides: dict[str, str] = field(default_factory=dict)


def names() -> Names:
    """Those of this request."""
    if "names" not in g:
        g.names = Names()
    known: Names = g.names
    return known


def learn(called: Mapping[str, str]) -> None:
    """From here on these ids have names."""
    names().called.update(called)


def named(thing: str) -> str:
    """What a thing is called."""
    return names().called.get(thing, thing)


def side_of(thing: str) -> str:
    """Whose side it is on; empty for nobody's."""
    return names().sides.get(thing, "")
