"""What a process needs to know, from the environment alone. Secrets come from the environment or from files.

Every variable `NAME` may be given as `NAME_FILE` instead, a path whose content is the value.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from baseplus.kernel.refusals import Invalid

_ROLES = ("app", "relay", "worker", "stream")

REPLICAS = 3
"""Copies of each event on Kafka, so that one may be lost while another is away."""


@dataclass(frozen=True)
class Settings:
    """database_url: None means our own PostgreSQL in `data`; role_urls: logins of their own for roles (app, relay,
    worker, stream). kafka: None means our own broker, or none at all. replicas: copies of
    each event on Kafka, where fewer or more than usual shall do. secret: signs cookies; None: one of our own, made
    once. personas: a file of people to sign in as, which only a demonstration has. stream_url: where browsers find the
    stream of live events; None: there is none. rate_limit: requests of one key in a minute, all processes together.
    body_limit: bytes of a request's body. proxies: how many of ours stand in front, each of which adds to
    X-Forwarded-For and X-Forwarded-Proto. pages_origin: of pages that may listen to the stream from another origin."""

    data: Path
    database_url: str | None = None
    kafka: str | None = None
    topic: str = "baseplus.events"
    partitions: int = 12
    replicas: int | None = None
    metrics_port: int | None = None
    log_level: str = "info"
    rate_limit: int = 1_200
    body_limit: int = 1_048_576
    proxies: int = 0
    role_urls: Mapping[str, str] = field(default_factory=dict)
    secret: str | None = field(default=None, repr=False)
    personas: Path | None = None
    stream_url: str | None = None
    pages_origin: str | None = None


def read_settings(env: Mapping[str, str] | None = None) -> Settings:
    """Settings from the environment. Raises Invalid, naming the variable."""
    env = os.environ if env is None else env

    def text(name: str) -> str | None:
        if path := env.get(f"{name}_FILE"):
            try:
                return Path(path).read_text(encoding="utf-8").strip()
            except OSError as error:
                raise Invalid(where=f"{name}_FILE", reason=f"cannot read {path}: {error.strerror}") from None
        return env.get(name) or None

    def number(name: str) -> int | None:
        value = text(name)
        if value is None:
            return None
        if not value.isascii() or not value.isdigit():
            raise Invalid(where=name, reason=f"{value!r} is not a whole number")
        return int(value)

    def count(name: str, default: int) -> int:
        value = number(name)
        if value == 0:
            raise Invalid(where=name, reason=f"must be 1 or more; left out, it is {default}")
        return value or default

    personas = env.get("BASEPLUS_PERSONAS")
    return Settings(
        data=Path(text("BASEPLUS_DATA") or ".baseplus").absolute(),
        database_url=text("DATABASE_URL"),
        kafka=text("KAFKA_BOOTSTRAP_SERVERS"),
        topic=text("BASEPLUS_TOPIC") or "baseplus.events",
        partitions=count("BASEPLUS_PARTITIONS", 12),
        replicas=count("BASEPLUS_REPLICAS", REPLICAS) if text("BASEPLUS_REPLICAS") else None,
        metrics_port=number("BASEPLUS_METRICS_PORT"),
        log_level=text("BASEPLUS_LOG_LEVEL") or "info",
        rate_limit=count("BASEPLUS_RATE_LIMIT", 1_200),
        body_limit=count("BASEPLUS_BODY_LIMIT", 1_048_576),
        proxies=number("BASEPLUS_PROXIES") or 0,
        role_urls={role: url for role in _ROLES if (url := text(f"DATABASE_URL_{role.upper()}"))},
        secret=text("BASEPLUS_SECRET"),
        personas=Path(personas).absolute() if personas else None,
        stream_url=text("BASEPLUS_STREAM_URL"),
        pages_origin=_origin("BASEPLUS_PAGES_ORIGIN", text),
    )


def _origin(name: str, text: Callable[[str], str | None]) -> str | None:
    value = text(name)
    if value is not None and not re.fullmatch(r"https?://([a-z0-9.-]+|\[[0-9a-f:]+\])(:[0-9]+)?", value):
        raise Invalid(where=name, reason=f"{value!r} is no origin, like https://base.example.org")
    return value
