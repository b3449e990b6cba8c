"""What commands print: tables for people, JSON and CSV for programs.

Data goes to standard output, words to standard error.
"""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Concatenate, ParamSpec, Protocol

import click
import msgspec
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from infra.tables import csv_of

P = ParamSpec("P")

_JSON = msgspec.json.Encoder(enc_hook=str, decimal_format="string")


@dataclass(frozen=True)
class Column:
    """A column of a table. key: the field of the row. right: align numbers to the right."""

    key: str
    title: str
    right: bool = False


class Printer:
    """Prints in the form that the command's options ask for: a table where they ask for none."""

    def __init__(self, form: str | None = None) -> None:
        self.form = form or "table"

    def table(
        self, columns: Sequence[Column], rows: Iterable[object], title: str = "", empty: str = "Nothing yet."
    ) -> None:
        """Rows (structs or mappings) as a table, a JSON array or CSV. empty: what people read where there are none."""
        found = [fields_of(row) for row in rows]
        if self.form == "json":
            click.echo(json_of(found))
        elif self.form == "csv":
            click.echo(csv_of([column.key for column in columns], found), nl=False)
        elif found:
            terminal().print(rich_table(columns, found, title))
        elif empty:
            say(empty)

    def record(self, record: object, title: str = "") -> None:
        """One thing, as `name  value` lines, a JSON object, or CSV of one row."""
        fields = fields_of(record)
        if self.form == "json":
            click.echo(json_of(fields))
        elif self.form == "csv":
            click.echo(csv_of(list(fields), [fields]), nl=False)
        else:
            table = Table(
                title=escape(title) or None, show_header=False, box=None, title_justify="left", pad_edge=False
            )
            for name, value in fields.items():
                table.add_row(f"[bold]{escape(name.replace('_', ' '))}[/bold]", escape(text_of(value)))
            terminal().print(table)

    def note(self, text: str) -> None:
        """A sentence for people; programs are spared it."""
        if self.form == "table":
            click.echo(text)


def printed(*forms: str) -> Callable[[Callable[Concatenate[Printer, P], None]], Callable[P, None]]:
    """Give a command `--json` (and `--csv` where named in `forms`) and a Printer as its first argument."""

    def decorate(command: Callable[Concatenate[Printer, P], None]) -> Callable[P, None]:
        @functools.wraps(command)
        def run(*args: P.args, **kwargs: P.kwargs) -> None:
            form = kwargs.pop("form")
            command(Printer(None if form is None else str(form)), *args, **kwargs)

        decorated: Callable[P, None] = run
        for option in output_options(*forms):
            decorated = option(decorated)
        return decorated

    return decorate


def output_options(*forms: str) -> list[Callable[[Any], Any]]:
    """The options behind `printed`, for commands that are made rather than written: they set the parameter `form`."""
    helps = {"json": "Print JSON, for programs.", "csv": "Print CSV, for spreadsheets."}
    return [click.option(f"--{form}", "form", flag_value=form, default=None, help=helps[form]) for form in forms]


def terminal() -> Console:
    """Standard output. What is not a terminal has no width of its own, and gets room enough."""
    return Console(width=None if sys.stdout.isatty() else 140)


def say(text: str) -> None:
    """A message for people, on standard error, so that it never mixes with data."""
    click.echo(text, err=True)


def fields_of(row: object) -> dict[str, Any]:
    """A struct's or mapping's fields, in order."""
    if isinstance(row, Mapping):
        return dict(row)
    if isinstance(row, msgspec.Struct):
        return msgspec.structs.asdict(row)
    raise TypeError(f"{row!r} has no fields to print")


def text_of(value: object) -> str:
    """A value as people read it."""
    match value:
        case None:
            return "–"
        case bool():
            return "yes" if value else "no"
        case int():
            return f"{value:,}"
        case float():
            return f"{value:,.1f}"
        case datetime():
            return value.isoformat(sep=" ", timespec="seconds")
        case str():
            return value
        case Mapping():
            return ", ".join(f"{name}: {text_of(part)}" for name, part in value.items()) or "–"
        case list() | tuple() | set() | frozenset():
            lines = any(isinstance(part, msgspec.Struct) for part in value)
            return ("\n" if lines else ", ").join(text_of(part) for part in value) or "–"
        case msgspec.Struct():
            said = ((name, part) for name, part in fields_of(value).items() if not _unsaid(part))
            return ", ".join(f"{name.replace('_', ' ')} {text_of(part)}" for name, part in said)
        case _:
            return str(value)


def _unsaid(part: object) -> bool:
    """Nothing to say of it; zero is something."""
    return part is None or part is False or part in ([], ())


def json_of(value: object) -> str:
    """Compact JSON; what JSON lacks becomes text."""
    return _JSON.encode(value).decode()


def rich_table(columns: Sequence[Column], rows: Iterable[Mapping[str, Any]], title: str = "") -> Table:
    """A table for a terminal."""
    table = Table(title=escape(title) or None, title_justify="left", header_style="bold", title_style="bold")
    for column in columns:
        table.add_column(column.title, justify="right" if column.right else "left")
    for row in rows:
        table.add_row(*(escape(text_of(row.get(column.key))) for column in columns))
    return table


class Advance(Protocol):
    """Tells a progress bar how far the work is."""

    def __call__(self, done: int, total: int | None = None) -> None: ...


def _say_nothing(done: int, total: int | None = None) -> None:
    pass


@contextmanager
def progress(what: str) -> Iterator[Advance]:
    """A progress bar on standard error where that is a terminal; elsewhere nothing is printed."""
    if not sys.stderr.isatty():
        yield _say_nothing
        return
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(what, total=None)

        def advance(done: int, total: int | None = None) -> None:
            bar.update(task, completed=done, total=total)

        yield advance
