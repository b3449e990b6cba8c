"""`baseplus doctor`: what is configured, reachable, behind."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import click

from baseplus.kernel.refusals import Refusal
from infra.cli.errors import Ended, Exit
from infra.cli.finding import Finding, State
from infra.cli.output import Column, Printer, printed
from infra.cli.reachable import reachable
from infra.environment import Folder, answers, find_kafka, open_database
from infra.kafka.jars import jars_folder, wrong_jars
from infra.kafka.java import find_java
from infra.postgres.database import Database
from infra.postgres.overview import Behind, ValidKeys, pipeline, valid_keys
from infra.settings import Settings, read_settings

_SPACE_NEEDED = 1_000_000_000  # bytes
_COLUMNS = (Column("state", ""), Column("what", "What"), Column("found", "Found"), Column("mend", "What to do"))


@click.command(
    epilog="""\b
Examples:
  baseplus doctor
  baseplus doctor --json | jq '.[] | select(.state != "ok")'
\b
Ends with 0 where nothing fails (warnings are no failure), else with 3."""
)
@printed("json", "csv")
def doctor(out: Printer) -> None:
    """Say what is configured, what answers and what is behind, each with what to do about it."""
    findings = list(examine(read_settings()))
    out.table(_COLUMNS, findings)
    if any(finding.state == "fail" for finding in findings):
        raise Ended(Exit.UNAVAILABLE)


def examine(settings: Settings) -> Iterator[Finding]:
    """All findings, in the order in which they are mended best."""
    yield from _folder(settings)
    yield from _kafka(settings)
    yield from _database(settings)
    yield from reachable(settings)


def _folder(settings: Settings) -> Iterator[Finding]:
    folder = Folder(settings.data)
    there = next(path for path in (settings.data, *settings.data.parents) if path.exists())
    if not there.is_dir() or not os.access(there, os.W_OK | os.X_OK):
        yield Finding(
            "data folder", "fail", f"{there} cannot be written to", "name a folder of your own in BASEPLUS_DATA"
        )
        return
    pid = folder.supervisor()
    yield Finding("data folder", "ok", f"{settings.data}" + (f", supervised by process {pid}" if pid else ""))
    free = shutil.disk_usage(there).free
    mend = "" if free > _SPACE_NEEDED else "free some space, or name a folder on another disk in BASEPLUS_DATA"
    yield Finding("disk space", "warn" if mend else "ok", f"{free / 1e9:.1f} GB free at {there}", mend)


def _kafka(settings: Settings) -> Iterator[Finding]:
    if settings.kafka is not None:
        alive = answers(settings.kafka)
        mend = "" if alive else "start it, or mend KAFKA_BOOTSTRAP_SERVERS, or leave it out"
        yield Finding("Kafka", "ok" if alive else "fail", f"given, {_answering(alive)} at {settings.kafka}", mend)
        return
    yield _tried("Java", lambda: str(find_java()))
    wrong = wrong_jars(jars_folder())
    yield Finding(
        "Kafka's jars",
        "warn" if wrong else "ok",
        wrong or str(jars_folder()),
        "run: baseplus kafka fetch" if wrong else "",
    )
    address = find_kafka(settings)
    if address is None:
        yield Finding(
            "Kafka", "warn", "not running: workers read the event store", "run: baseplus kafka run, or baseplus demo"
        )
    else:
        yield Finding("Kafka", "ok", f"our own, answers at {address}")


def _tried(what: str, attempt: Callable[[], str]) -> Finding:
    try:
        return Finding(what, "ok", attempt())
    except Refusal as refusal:
        return Finding(what, "warn", str(refusal), refusal.mend)


def _answering(alive: bool) -> str:
    return "answers" if alive else "does not answer"


def _database(settings: Settings) -> Iterator[Finding]:
    if settings.database_url is None and not Path(Folder(settings.data).postgres).exists():
        yield Finding("PostgreSQL", "warn", "our own, never started", "run: baseplus demo, or any other command")
        return
    try:
        with open_database(settings, migrated=False) as database:
            yield from _state_of(database, settings)
    except Refusal as refusal:
        yield Finding("PostgreSQL", "fail", str(refusal), refusal.mend)


def _state_of(database: Database, settings: Settings) -> Iterator[Finding]:
    from infra.postgres.migrate import pending  # SQLAlchemy takes most of a second to import

    with database.connect("admin") as connection:
        version = connection.info.parameter_status("server_version")
    yield Finding("PostgreSQL", "ok", f"{'given' if settings.database_url else 'our own'}, version {version}, answers")
    if steps := pending(database):
        yield Finding("schema", "fail", f"lacks {', '.join(steps)}", "run: baseplus migrate")
        return
    yield Finding("schema", "ok", "up to date")
    now = pipeline(database)
    yield Finding("tenants", "ok", f"{now.tenants:,} with {now.events:,} events")
    if find_kafka(settings) is not None:
        yield _lag("relay", now.relay, "not on Kafka", "run: baseplus relay, or read its log")
    yield _lag("projection", now.projection, "not in the views", "run: baseplus project, or read its log")
    state: State = "warn" if not now.workers and now.projection.events else "ok"
    yield Finding("workers", state, f"{now.workers} at work", "run: baseplus project" if state == "warn" else "")
    yield _lag("reactions", now.reaction, "not reacted to", "run: baseplus react, or read its log")
    state = "warn" if not now.reactors and now.reaction.events else "ok"
    yield Finding("reactors", state, f"{now.reactors} at work", "run: baseplus react" if state == "warn" else "")
    for parked in now.reactions_parked:
        yield Finding("parked reaction", "warn", parked, f"mend what its event met, then run: baseplus resume {parked}")
    mend = "mend what their events met, then run: baseplus resume VIEW TENANT" if now.parked else ""
    yield Finding("parked", "warn" if now.parked else "ok", f"{now.parked} of (view, tenant)", mend)
    yield _keys(valid_keys(database), now.tenants)


def _keys(keys: ValidKeys, tenants: int) -> Finding:
    if not keys.valid:
        mend = "issue one with: baseplus key issue" if tenants else ""
        return Finding("keys", "warn" if tenants else "ok", "none is valid: nobody is let in by HTTP", mend)
    found = f"{keys.valid:,} valid, of {keys.tenants:,} tenants"
    if keys.ending:
        return Finding(
            "keys",
            "warn",
            f"{found}; {keys.ending:,} expire within 30 days",
            "issue others in time: baseplus key issue",
        )
    return Finding("keys", "ok", found)


def _lag(what: str, behind: Behind, where: str, mend: str) -> Finding:
    found = f"{where}: {behind}"
    return Finding(what, "warn", found, mend) if behind.much else Finding(what, "ok", found)
