"""What the application serves beside the API."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from flask import Blueprint, Response

from infra.http.problems import Refused


@dataclass(frozen=True)
class Site:
    """Pages for people. show: how a refusal looks there; below the API's own paths it is a problem document."""

    blueprints: tuple[Blueprint, ...]
    show: Callable[[Refused], Response]
