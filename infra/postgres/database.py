"""Where the database is, and how each kind of process logs in to it.

Nothing connects as the administrator but migrations. With our own PostgreSQL every role logs in directly; with a given
`DATABASE_URL` a role takes its own URL (`DATABASE_URL_APP` …) where there is one, else the given login becomes that
role for the whole session.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from baseplus.kernel.refusals import Unavailable

# A server that is cut off is noticed within about 10 s, whether we are asking, waiting for it or have nothing to say.
_CUT_OFF = {
    "connect_timeout": 10,  # s
    "tcp_user_timeout": 10_000,  # ms
    "keepalives_idle": 5,
    "keepalives_interval": 2,
    "keepalives_count": 3,
}

Role = Literal["admin", "app", "relay", "worker", "stream"]


@dataclass(frozen=True)
class Database:
    """url: the administrator's connection string. direct: roles may log in by their own names (our own server).
    urls: connection strings of roles that have their own."""

    url: str
    direct: bool = False
    urls: Mapping[str, str] = field(default_factory=dict)

    def dsn(self, role: Role) -> str:
        """The connection string for a role. What the URL says goes before our own limits."""
        settings: dict[str, Any] = {**_CUT_OFF, **conninfo_to_dict(self._login(role))}
        return make_conninfo(**settings)

    def _login(self, role: Role) -> str:
        if role == "admin":
            return self.url
        if role in self.urls:
            return self.urls[role]
        name = f"baseplus_{role}"
        if self.direct:
            return make_conninfo(self.url, user=name)
        options = str(conninfo_to_dict(self.url).get("options") or "")
        return make_conninfo(self.url, options=f"{options} -c role={name}".strip())

    def connect(self, role: Role, *, autocommit: bool = True, **more: Any) -> psycopg.Connection[Any]:
        """A connection of its own. `more` goes before what the connection string says. Raises Unavailable, without the
        password."""
        try:
            return psycopg.connect(self.dsn(role), **more, autocommit=autocommit)
        except psycopg.OperationalError as error:
            where = conninfo_to_dict(self.url)
            raise Unavailable(
                what=f"PostgreSQL at {where.get('host', 'localhost')}:{where.get('port', 5432)}",
                reason=str(error).splitlines()[0],
            ) from error

    def named(self, dbname: str) -> Database:
        """The same server, another database of it."""
        return Database(
            make_conninfo(self.url, dbname=dbname),
            self.direct,
            {role: make_conninfo(url, dbname=dbname) for role, url in self.urls.items()},
        )
