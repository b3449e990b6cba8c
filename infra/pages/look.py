"""Light or dark, as the reader chose: nothing chosen follows their system."""

from __future__ import annotations

from flask import request

from infra.pages.languages import mark

COOKIE = "baseplus_theme"
THEMES = {"light": mark("Light"), "dark": mark("Dark"), "system": mark("System")}


def theme() -> str | None:
    """What `data-theme` says; None: the system's."""
    asked = request.cookies.get(COOKIE)
    return asked if asked in ("light", "dark") else None
