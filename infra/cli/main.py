"""`baseplus`: every command, in one visible list."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib.metadata import version
from typing import Any, NoReturn

import click

from infra.cli.capability import capabilities
from infra.cli.demo import demo
from infra.cli.doctor import doctor
from infra.cli.errors import Exit, report
from infra.cli.imports import import_
from infra.cli.kafka import kafka
from infra.cli.key import key
from infra.cli.migrate import migrate
from infra.cli.processes import project, react, relay
from infra.cli.rebuild import rebuild, resume
from infra.cli.release import release
from infra.cli.serve import serve
from infra.cli.simulate import simulate
from infra.cli.stream import stream
from infra.cli.tenant import tenant
from infra.cli.verify import verify
from infra.wiring import ROUTES
from tenants.keys.model import keys


class Program(click.Group):
    """A group whose every error is one line and an exit code."""

    def main(
        self,
        args: Sequence[str] | None = None,
        prog_name: str | None = None,
        complete_var: str | None = None,
        standalone_mode: bool = True,
        **extra: Any,
    ) -> Any:
        del standalone_mode  # ours is the only way to end
        try:
            code = super().main(args, prog_name, complete_var, standalone_mode=False, **extra)
        except SystemExit:
            raise
        except BaseException as error:
            code = report(error)
        sys.exit(code if isinstance(code, int) else Exit.OK)


@click.group(
    cls=Program,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110, "auto_envvar_prefix": None},
    epilog="""\b
Begin with:
  baseplus demo                  everything at once, with a story to watch
  baseplus doctor                what is configured, reachable, behind
\b
Exit codes:
  0  done                        4  differences were found
  1  refused by a rule           70 internal error (a log is named)
  2  wrong usage or input        130 stopped by Ctrl-C
  3  something is unavailable
\b
Environment:
  BASEPLUS_DATA                  our data folder (./.baseplus)
  DATABASE_URL                   a PostgreSQL from 15 on, in place of our own
  KAFKA_BOOTSTRAP_SERVERS        a Kafka, in place of our own broker
  BASEPLUS_RATE_LIMIT            requests of one key in a minute (1200)
  BASEPLUS_BODY_LIMIT            bytes of a request's body (1048576)
  BASEPLUS_PROXIES               how many proxies of ours stand in front (0)
  BASEPLUS_REPLICAS              copies of each event on a Kafka with other than three nodes
  BASEPLUS_METRICS_PORT          Prometheus metrics on 127.0.0.1
  BASEPLUS_LOG_LEVEL             debug, info, warning or error
  (each also as NAME_FILE: a file that holds the value)""",
)
@click.version_option(version("baseplus"), prog_name="baseplus")
def cli() -> None:
    """Immutable histories, read models and benchmarks for the joint bases of universities and enterprises."""


for one in (
    demo,
    serve,
    relay,
    project,
    react,
    simulate,
    stream,
    kafka,
    migrate,
    tenant,
    key,
    import_,
    rebuild,
    resume,
    release,
    verify,
    doctor,
):
    cli.add_command(one)
# keys have commands of their own: somebody has to make the secret
for group in capabilities(route for route in ROUTES if route.capability != keys.name).values():
    cli.add_command(group)


def main() -> NoReturn:
    """The console script."""
    cli.main(prog_name="baseplus")
    raise AssertionError("cli.main always exits")
