"""`baseplus`: every command, in one visible list."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib import import_module
from importlib.metadata import version
from typing import Any, NoReturn

import click

from infra.cli.errors import Exit, report

_OWN = {
    "demo": "demo",
    "serve": "serve",
    "relay": "processes",
    "project": "processes",
    "react": "processes",
    "simulate": "simulate",
    "stream": "stream",
    "kafka": "kafka",
    "migrate": "migrate",
    "tenant": "tenant",
    "key": "key",
    "import": "imports",
    "rebuild": "rebuild",
    "resume": "rebuild",
    "release": "release",
    "verify": "verify",
    "doctor": "doctor",
}
"""The program's own commands, and the module of each. One that runs loads no other: all of them take seconds."""


class Program(click.Group):
    """The program's own commands and a group per capability. Every error is one line and an exit code."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        from infra.cli.capability import names

        return sorted([*_OWN, *names()])

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in self.commands:
            if cmd_name in _OWN:
                module = import_module(f"infra.cli.{_OWN[cmd_name]}")
                self.add_command(getattr(module, "import_" if cmd_name == "import" else cmd_name), cmd_name)
            else:
                from infra.cli.capability import named

                if (group := named(cmd_name)) is not None:
                    self.add_command(group)
        return super().get_command(ctx, cmd_name)

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


def main() -> NoReturn:
    """The console script."""
    cli.main(prog_name="baseplus")
    raise AssertionError("cli.main always exits")
