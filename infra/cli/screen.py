"""What the demonstration shows: where everything is, and live tables of how it goes."""

from __future__ import annotations

import os
import shlex
import shutil
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
import psycopg
from rich.cells import set_cell_size
from rich.console import Group
from rich.live import Live
from rich.table import Table
from rich.text import Text

from baseplus.kernel.refusals import Unavailable
from infra.cli.output import Column, Printer, fields_of, rich_table, say, terminal
from infra.cli.question import columns_of
from infra.cli.release import GROUPS
from infra.demo import returns, story
from infra.demo.cast import ASSOCIATION, LAKESIDE, PERSONAS
from infra.postgres.overview import pipeline
from infra.supervisor import Health
from projections.agreements import api, queries
from projections.benchmarks.views import BenchmarkRow
from projections.runner.reader import Reader

if TYPE_CHECKING:
    from infra.cli.demo import Running

_REFRESH = 1.0  # seconds
_GROUPS_SHOWN = 6
_BENCHMARK = f"SELECT {', '.join(BenchmarkRow.__struct_fields__)} FROM views.benchmarks WHERE release = %s ORDER BY key"
_AGREEMENTS = next(route for route in api.routes.queries if route.name == "list")
_PROCESSES = (
    Column("name", "Process"),
    Column("pid", "Pid"),
    Column("restarts", "Restarted", right=True),
    Column("reason", "Why last"),
)
_PIPELINE = (
    Column("stage", "Events"),
    Column("events", "Count", right=True),
    Column("behind", "Behind", right=True),
)


class Shown(msgspec.Struct):
    """What the tables hold at a moment. note: why they may be older than they look."""

    processes: list[dict[str, Any]]
    pipeline: list[dict[str, Any]]
    agreements: list[dict[str, Any]]
    benchmark: list[BenchmarkRow]
    note: str = ""


class Screen:
    """The demonstration's face; `out` says whether for people or for programs."""

    def __init__(self, out: Printer, running: Running) -> None:
        self._out, self._running = out, running
        self._last = Shown([], [], [], [])

    def banner(self) -> None:
        """Where everything is, and what to try."""
        running = self._running
        data = running.settings.data
        own = "our own PostgreSQL" if running.settings.database_url is None else "the given PostgreSQL"
        kafka = f"Kafka at {running.bootstrap}" if running.bootstrap else "none: workers read the event store"
        say_it = _program(data)
        agreement = LAKESIDE.agreement_with(LAKESIDE.enterprises[0].id)
        staff = running.tokens[PERSONAS[0].key]
        lines = [
            "",
            "Baseplus is running.",
            f"  pages      {running.address}",
            f"  interface  {running.address}/openapi.json, described at {running.address}/api",
            f"  database   {own}",
            f"  log        {kafka}, topic {running.settings.topic}" if running.bootstrap else f"  Kafka      {kafka}",
            f"  data       {data}",
            f"  logs       {running.folder.logs}",
            *(f"  metrics    {address}  ({name})" for name, address in running.metrics.items()),
            "",
            "Sign in on the pages as one of these, or use their key over HTTP:",
            *(
                f"  {set_cell_size(one.name, 14)} {set_cell_size(one.about, 44)} {running.tokens[one.key]}"
                for one in PERSONAS
            ),
            "",
            "Three things to try on the pages:",
            f"  Sign {story.OPEN_AGREEMENT} as Vera Stein, with Ada Okafor's page open in another window.",
            "  Assign Luis Ortega to one more apprentice as Ada Okafor, and read why not.",
            "  Switch to 中文, turn scripts off, print a page, take a table along as Excel.",
            "",
            "Ctrl-C stops all of it. Try, in another terminal:",
            f"  {say_it} agreement show {agreement} --tenant {LAKESIDE.tenant}",
            f"  {say_it} release show {returns.RELEASE} --tenant {ASSOCIATION} --csv",
            f"  curl -sH 'Authorization: Bearer {staff}' {running.address}/v1/{LAKESIDE.tenant}/agreements",
            "",
        ]
        say("\n".join(lines))

    def show(self, once: bool) -> None:
        """The tables: once, or until a signal comes."""
        console = terminal()
        if self._out.form == "json":
            self._out.record(self._look())
        elif once or not console.is_terminal:
            console.print(self._tables())
        else:
            with Live(self._tables(), console=console, refresh_per_second=2) as live:
                while True:
                    time.sleep(_REFRESH)  # a signal ends this wait, and all of it
                    live.update(self._tables())
        if not once:
            say("Up until Ctrl-C.")
            self._watch()

    def _watch(self) -> None:
        """Without a terminal: a line for each process that was started again."""
        known: dict[str, int] = {}
        while True:
            for one in self._running.supervisor.health():
                if one.pid is not None and one.restarts > known.get(one.name, 0):
                    say(f"{one.name} was started again as process {one.pid}: {one.reason}")
                    known[one.name] = one.restarts
            time.sleep(_REFRESH)

    def _tables(self) -> Group:
        shown = self._look()
        benchmark = [msgspec.structs.asdict(row) for row in shown.benchmark if row.withheld is None]
        parts: list[Table | Text] = [
            rich_table(_PROCESSES, shown.processes, "Processes"),
            rich_table(_PIPELINE, shown.pipeline, "Pipeline"),
            rich_table(columns_of(_AGREEMENTS), shown.agreements, f"Agreements of {LAKESIDE.tenant}"),
            rich_table(
                GROUPS[:-1], benchmark[:_GROUPS_SHOWN], f"{returns.INDICATOR}: percentiles in {returns.RELEASE}"
            ),
        ]
        if len(benchmark) > _GROUPS_SHOWN:
            parts.append(Text(f"… and {len(benchmark) - _GROUPS_SHOWN} more groups: baseplus release show"))
        if shown.note:
            parts.append(Text(shown.note, style="yellow"))
        return Group(*parts)

    def _look(self) -> Shown:
        """How everything is now; what cannot be asked at the moment stays as it was."""
        processes = [_process(one) for one in self._running.supervisor.health()]
        try:
            self._last = Shown(processes, self._stages(), *self._rows())
        except (Unavailable, psycopg.OperationalError):
            self._last = msgspec.structs.replace(
                self._last, processes=processes, note="The database does not answer at the moment."
            )
        return self._last

    def _stages(self) -> list[dict[str, Any]]:
        now = pipeline(self._running.database)
        stages = [{"stage": f"stored, of {now.tenants:,} tenants", "events": now.events, "behind": 0}]
        if self._running.bootstrap:
            stages.append({"stage": "on Kafka", "events": now.relayed, "behind": max(now.events - now.relayed, 0)})
        stages.append({"stage": "in the views", "events": now.projected, "behind": max(now.events - now.projected, 0)})
        return stages

    def _rows(self) -> tuple[list[dict[str, Any]], list[BenchmarkRow]]:
        database = self._running.database
        with Reader(database.dsn("app"), size=1) as reader:
            page = queries.agreements(reader, LAKESIDE.tenant, queries.ListAgreements())
            benchmark = reader.rows(ASSOCIATION, _BENCHMARK, (returns.RELEASE,), BenchmarkRow)
        return [fields_of(row) for row in page.rows], benchmark


def _program(data: Path) -> str:
    """How our program is called in this folder, so that its lines can be copied and pasted."""
    script = Path(sys.argv[0]) if Path(sys.argv[0]).name == "baseplus" else Path(sys.executable).with_name("baseplus")
    found = shutil.which("baseplus")
    called = "baseplus" if found and Path(found).samefile(script) else os.path.relpath(script)
    named = "" if data == Path.cwd() / ".baseplus" else f"BASEPLUS_DATA={shlex.quote(str(data))} "
    return named + shlex.quote(called)


def _process(one: Health) -> dict[str, Any]:
    return {
        "name": one.name,
        "pid": str(one.pid) if one.pid else "down",
        "restarts": one.restarts,
        "reason": one.reason or None,
    }
