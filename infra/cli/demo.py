"""`baseplus demo`: everything on one machine, under one supervisor, with a story to watch."""

from __future__ import annotations

import logging
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

import click

from baseplus.kernel.refusals import Unavailable
from infra.cli import story
from infra.cli.output import Printer, printed, progress, say
from infra.cli.screen import Screen
from infra.cli.stopping import stopping
from infra.cli.writing import open_store_of
from infra.environment import Folder, answers, find_kafka, given_database
from infra.kafka.jars import fetch_jars
from infra.kafka.java import find_java
from infra.observability.logging import log_json_lines
from infra.postgres.database import Database
from infra.postgres.overview import pipeline
from infra.postgres.store import Store
from infra.service import free_ports
from infra.settings import Settings, read_settings
from infra.supervisor import Program, Supervisor

_PAUSE = 0.8  # seconds between two steps of the story, for people to follow
_PATIENCE = 300.0  # seconds for the views to catch up


class NotCaughtUp(Unavailable):
    """The views are behind and stay so. Facts: what, reason."""

    mend = "see why with: baseplus doctor"


class KafkaUnreachable(Unavailable):
    """The given Kafka does not answer. Facts: what, reason."""

    mend = "start it, or mend KAFKA_BOOTSTRAP_SERVERS, or leave it out to use our own broker"


@dataclass(frozen=True)
class Running:
    """What the demonstration runs on. bootstrap: None without Kafka. metrics: name of the process -> address."""

    settings: Settings
    folder: Folder
    supervisor: Supervisor
    database: Database
    bootstrap: str | None
    metrics: dict[str, str]


@click.command(
    epilog="""\b
Examples:
  baseplus demo                         everything of our own, in ./.baseplus
  baseplus demo --no-kafka              without Java: workers read the event store
  baseplus demo --once --json           for a test: tell, wait, print, end
  BASEPLUS_DATA=/tmp/try baseplus demo  in another folder
\b
Ctrl-C stops all of it; the next start finds its data."""
)
@click.option("--once", is_flag=True, help="Tell the story, wait until the views have it, print the tables, and end.")
@click.option("--no-kafka", is_flag=True, help="Do without Kafka: workers read the event store.")
@click.option("--workers", type=click.IntRange(1, 8), default=2, show_default=True, help="How many projection workers.")
@printed("json")
def demo(out: Printer, once: bool, no_kafka: bool, workers: int) -> None:
    """Start everything, play a short story through the real write path, and stay up until Ctrl-C.

    PostgreSQL and Kafka are our own unless DATABASE_URL and KAFKA_BOOTSTRAP_SERVERS name others. Processes that die are
    started again. The story: an agreement from draft to effect, outcome returns, and a benchmark made from them.
    """
    settings = read_settings()
    folder = Folder(settings.data).prepare()
    with (
        stopping(),
        folder.supervised(),
        (folder.logs / "supervisor.log").open("a", encoding="utf-8") as log,
        ExitStack() as stack,
    ):
        log_json_lines(settings.log_level, log)
        logging.getLogger("infra.supervisor").setLevel(logging.INFO)
        running = _start(stack, settings, folder, no_kafka, workers)
        screen = Screen(out, running)
        with open_store_of(running.database, settings) as store:
            if story.was_told(store):
                say("Welcome back: the data of the last time is here, and the story is not told again.")
            else:
                _tell(store)
            screen.banner()
            _await_views(running)
            _release(store, running)
            screen.show(once)


def _start(stack: ExitStack, settings: Settings, folder: Folder, no_kafka: bool, workers: int) -> Running:
    from infra.own_services import OwnKafka, OwnPostgres  # kafka-python and Alembic take a second to import
    from infra.schema import bring_up_to_date

    given = given_database(settings) if settings.database_url else None
    if settings.kafka and not no_kafka and not answers(settings.kafka, patience=5):
        raise KafkaUnreachable(what=f"Kafka at {settings.kafka}", reason="nobody answers there")
    bootstrap = None if no_kafka else find_kafka(settings)
    if bootstrap is None and not no_kafka:
        find_java()  # what is missing is told before anything is started
        fetch_jars(say=say)
    supervisor = stack.enter_context(_stopped_aloud(folder))
    if given is not None:
        database = given
    else:
        say(f"Starting PostgreSQL in {folder.postgres} ...")
        postgres = OwnPostgres(folder.postgres)
        supervisor.start(postgres)
        database = postgres.database
        stack.enter_context(folder.announce("postgres", database.url))
    bring_up_to_date(database)
    if bootstrap is None and not no_kafka:
        say(f"Starting Kafka in {folder.kafka} ...")
        kafka = OwnKafka(folder.kafka, say)
        supervisor.start(kafka)
        bootstrap = kafka.bootstrap
        stack.enter_context(folder.announce("kafka", bootstrap))
    env = {"BASEPLUS_DATA": str(settings.data)} | ({"KAFKA_BOOTSTRAP_SERVERS": bootstrap} if bootstrap else {})
    names = ([] if no_kafka else ["relay"]) + [f"worker-{number}" for number in range(1, workers + 1)]
    metrics = {}
    for name, port in zip(names, free_ports(len(names)), strict=True):
        command = ["relay"] if name == "relay" else ["project", *(["--no-kafka"] if no_kafka else [])]
        more = {"BASEPLUS_METRICS_PORT": str(port)}
        supervisor.start(Program(name, command, folder.logs / f"{name}.log", env | more))
        metrics[name] = f"http://127.0.0.1:{port}/metrics"
    return Running(settings, folder, supervisor, database, bootstrap, metrics)


@contextmanager
def _stopped_aloud(folder: Folder) -> Iterator[Supervisor]:
    with Supervisor() as supervisor:
        try:
            yield supervisor
        finally:
            say(f"Stopping; the data stays in {folder.path}.")


def _tell(store: Store) -> None:
    watched = sys.stderr.isatty()
    for step in story.tell(store):
        say(f"  {'•' if step.new else '·'} {step.told}")
        if watched and step.new:
            time.sleep(_PAUSE)  # for the eye alone: nothing is waited for
    returns = story.find_returns()
    say(f"Filing {len(returns.rows):,} outcome returns ({returns.source}) ...")
    with progress("Filing") as advance:
        story.file(store, returns, advance)


def _await_views(running: Running) -> None:
    """Until every stored event is in the views, or in a view whose tenant is parked. Raises NotCaughtUp."""
    deadline = time.monotonic() + _PATIENCE
    with progress("Into the views") as advance:
        while True:
            now = pipeline(running.database)
            advance(now.projected, now.events)
            if now.projected >= now.events:
                return
            if time.monotonic() > deadline:
                raise NotCaughtUp(what="the views", reason=f"{now.events - now.projected:,} events are missing in them")
            time.sleep(0.1)


def _release(store: Store, running: Running) -> None:
    with running.database.connect("worker") as connection:
        if story.publish(store, connection):
            say(f"{story.ASSOCIATION} releases a benchmark: {story.RELEASE}")
    _await_views(running)
