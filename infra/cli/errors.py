"""How a command ends: an exit code, and for every error one line with the way out. Never a traceback."""

from __future__ import annotations

import errno
import os
import sys
import tempfile
import traceback
from datetime import UTC, datetime
from enum import IntEnum
from pathlib import Path

import click
import psycopg

from baseplus.kernel.refusals import Invalid, Refusal, Unavailable
from infra.kafka.jars import JarsUnavailable, NoMaven
from infra.kafka.java import NoJava
from infra.service import CannotListen, DiskFull, FolderUnwritable, ForeignData, PortInUse, ServiceFailed


class Exit(IntEnum):
    """The exit codes; `baseplus --help` lists them."""

    OK = 0
    REFUSED = 1
    USAGE = 2
    UNAVAILABLE = 3
    DIFFERENT = 4
    INTERNAL = 70
    INTERRUPTED = 130


class Ended(Exception):
    """Ends a command with this exit code, after it has printed what there is to say."""

    def __init__(self, code: Exit) -> None:
        super().__init__(code)
        self.code = code


class SendAgain(Unavailable):
    """Whether a request was stored is unknown; its key tells. key: what a repetition carries. Facts: as Unavailable."""

    def __init__(self, key: str, **facts: object) -> None:
        super().__init__(**facts)
        self.key = key


def ending(error: BaseException) -> tuple[str, Exit]:
    """The one line for an error, and the exit code."""
    match error:
        case Ended():
            return "", error.code
        case click.exceptions.Exit():
            return "", Exit(error.exit_code)
        case click.UsageError():
            return f"usage: {_one_line(error.format_message())} — {_help_of(error.ctx)}", Exit.USAGE
        case click.ClickException():
            return f"error: {_one_line(error.format_message())}", Exit.REFUSED
        case click.Abort() | KeyboardInterrupt():
            return "stopped", Exit.INTERRUPTED
        case Unavailable():
            mend = f"run it again with --key {error.key}" if isinstance(error, SendAgain) else error.mend
            facts = dict(error.facts)
            what = facts.pop("what", "a part we need")
            said = ", ".join(str(value) for value in facts.values())
            return _line("unavailable", f"{what}: {said}" if said else str(what), mend), Exit.UNAVAILABLE
        case Invalid():
            return _line("invalid", str(error), error.mend), Exit.USAGE
        case NoJava() | NoMaven() | JarsUnavailable():
            return _line(
                "unavailable", str(error), f"{error.mend}; or do without: baseplus demo --no-kafka"
            ), Exit.UNAVAILABLE
        case CannotListen() | DiskFull() | FolderUnwritable() | ForeignData() | PortInUse() | ServiceFailed():
            return _line("unavailable", str(error), error.mend), Exit.UNAVAILABLE
        case Refusal():
            return _line("refused", str(error), error.mend), Exit.REFUSED
        case psycopg.errors.UndefinedTable() | psycopg.errors.UndefinedFunction() | psycopg.errors.InvalidSchemaName():
            return _line("unavailable", "the database lacks our tables", "run: baseplus migrate"), Exit.UNAVAILABLE
        case psycopg.OperationalError():
            return _line(
                "unavailable", f"PostgreSQL: {error}", "see what is wrong with: baseplus doctor"
            ), Exit.UNAVAILABLE
        case OSError() if error.errno == errno.ENOSPC:
            return _line(
                "unavailable", f"the disk is full: {_file(error)}", "free some space, or move BASEPLUS_DATA"
            ), (Exit.UNAVAILABLE)
        case OSError() if error.filename is not None:
            return _line("unavailable", f"{_file(error)}: {error.strerror}", ""), Exit.UNAVAILABLE
        case _:
            said = f"{type(error).__name__}: {error}"
            return _line("internal error", said, f"details are in {write_details(error)}"), Exit.INTERNAL


def report(error: BaseException) -> Exit:
    """Print the one line to standard error; returns the exit code."""
    if isinstance(error, click.exceptions.NoArgsIsHelpError):
        click.echo(error.format_message(), err=True)  # nothing was asked for: the help, as it is
        return Exit.USAGE
    line, code = ending(error)
    if line:
        kind, _, rest = line.partition(":")
        click.echo(f"{click.style(kind, fg='red', bold=True)}:{rest}" if rest else line, err=True)
    return code


def write_details(error: BaseException) -> Path:
    """Write the traceback to a file of its own, among the logs of the data folder or in the temporary folder."""
    text = "".join(traceback.format_exception(error))
    name = f"error-{datetime.now(UTC):%Y%m%dT%H%M%S%f}-{os.getpid()}.log"
    logs = Path(os.environ.get("BASEPLUS_DATA") or ".baseplus") / "logs"
    for folder in (logs, Path(tempfile.gettempdir())):
        try:
            if folder.is_dir():
                (folder / name).write_text(f"{' '.join(sys.argv)}\n\n{text}", encoding="utf-8")
                return (folder / name).absolute()
        except OSError:
            continue
    return Path(os.devnull)


def _line(kind: str, said: str, mend: str) -> str:
    return f"{kind}: {_one_line(said)}" + (f" — {mend}" if mend else "")


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _file(error: OSError) -> str:
    return str(error.filename or "")


def _help_of(context: click.Context | None) -> str:
    return f"see: {context.command_path if context else 'baseplus'} --help"
