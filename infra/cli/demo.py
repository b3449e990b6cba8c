"""`baseplus demo`: everything on one machine, under one supervisor, with a story to watch."""

from __future__ import annotations

import logging
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

import click

from baseplus.kernel.refusals import Unavailable
from infra.cli.output import Printer, printed, progress, say
from infra.cli.screen import Screen
from infra.cli.stopping import stopping
from infra.cli.writing import open_store_of
from infra.demo import entry, others, returns, story
from infra.demo.cast import ASSOCIATION, Key
from infra.demo.client import Api
from infra.environment import Folder, answers, find_kafka, given_database, replicas
from infra.kafka.jars import fetch_jars
from infra.kafka.java import find_java
from infra.observability.logging import log_json_lines
from infra.postgres.database import Database
from infra.postgres.overview import pipeline
from infra.postgres.store import Store
from infra.service import free_ports, require_port
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
    """What the demonstration runs on. bootstrap: None without Kafka. address: of the pages and the HTTP interface.
    metrics: name of the process -> address."""

    settings: Settings
    folder: Folder
    supervisor: Supervisor
    database: Database
    bootstrap: str | None
    address: str
    tokens: entry.Tokens
    metrics: dict[str, str]


@click.command(
    epilog="""\b
Examples:
  baseplus demo                         everything of our own, in ./.baseplus
  baseplus demo --no-kafka              without Java: workers read the event store
  baseplus demo --once --json           for a test: tell, wait, print, end
  baseplus demo --port 9000             where port 8000 is taken
  BASEPLUS_DATA=/tmp/try baseplus demo  in another folder
\b
Ctrl-C stops all of it; the next start finds its data."""
)
@click.option("--once", is_flag=True, help="Tell the story, wait until the views have it, print the tables, and end.")
@click.option("--no-kafka", is_flag=True, help="Do without Kafka: workers read the event store.")
@click.option(
    "--port", type=click.IntRange(0, 65535), default=8000, show_default=True, help="Of the pages; 0 takes a free one."
)
@click.option("--workers", type=click.IntRange(1, 8), default=2, show_default=True, help="How many projection workers.")
@printed("json")
def demo(out: Printer, once: bool, no_kafka: bool, port: int, workers: int) -> None:
    """Start everything, tell a story over HTTP, and stay up until Ctrl-C, with pages to look at.

    PostgreSQL and Kafka are our own unless DATABASE_URL and KAFKA_BOOTSTRAP_SERVERS name others. Processes that die are
    started again. The story: three universities agree with enterprises, register mentors, enrol and train apprentices
    and assess them; outcome returns are filed, and an association makes a benchmark of them. Three more have lived for
    a year by then, so that every page has something to show.
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
        logging.getLogger("httpx").setLevel(logging.WARNING)
        running = _start(stack, settings, folder, no_kafka, port, workers)
        screen = Screen(out, running)
        with open_store_of(running.database, settings) as store:
            if returns.was_told(store):
                say("Welcome back: the data of the last time is here, and the story is not told again.")
            else:
                _tell(store, running)
            _await_pages(running)
            screen.banner()
            _await_views(running)
            _release(store, running)
            screen.show(once)


def _start(stack: ExitStack, settings: Settings, folder: Folder, no_kafka: bool, port: int, workers: int) -> Running:
    from infra.kafka.topic import ensure_topic
    from infra.own_services import OwnKafka, OwnPostgres  # kafka-python and Alembic take a second to import
    from infra.schema import bring_up_to_date

    if port:
        require_port(port, "the demonstration's pages")
    given = given_database(settings) if settings.database_url else None
    if settings.kafka and not no_kafka and not answers(settings.kafka, patience=5):
        raise KafkaUnreachable(what=f"Kafka at {settings.kafka}", reason="nobody answers there")
    if settings.kafka and not no_kafka:
        ensure_topic(settings.kafka, settings.topic, settings.partitions, replicas(settings, settings.kafka))
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
    others.live(database, settings, datetime.now(UTC).date())
    if bootstrap is None and not no_kafka:
        say(f"Starting Kafka in {folder.kafka} ...")
        kafka = OwnKafka(folder.kafka, say)
        supervisor.start(kafka)
        bootstrap = kafka.bootstrap
        stack.enter_context(folder.announce("kafka", bootstrap))
    env = {"BASEPLUS_DATA": str(settings.data)}
    if bootstrap:
        env |= {"KAFKA_BOOTSTRAP_SERVERS": bootstrap, "BASEPLUS_REPLICAS": str(replicas(settings, bootstrap))}
    names = ["react"] if no_kafka else ["react", "relay"]
    names += [f"worker-{number}" for number in range(1, workers + 1)]
    metrics = {}
    # All at once: what is free now may be given again before whoever got it first listens there.
    pages, live, *ports = free_ports(2 + len(names))
    for name, at in zip(names, ports, strict=True):
        command = [name] if name in ("react", "relay") else ["project", *(["--no-kafka"] if no_kafka else [])]
        more = {"BASEPLUS_METRICS_PORT": str(at)}
        supervisor.start(Program(name, command, folder.logs / f"{name}.log", env | more))
        metrics[name] = f"http://127.0.0.1:{at}/metrics"
    address, tokens = _serve(supervisor, settings, folder, database, (port or pages, live), env)
    return Running(settings, folder, supervisor, database, bootstrap, address, tokens, metrics)


def _serve(
    supervisor: Supervisor,
    settings: Settings,
    folder: Folder,
    database: Database,
    ports: tuple[int, int],
    env: dict[str, str],
) -> tuple[str, entry.Tokens]:
    """Start the pages and their live events; everybody who takes part has a key by then."""
    address, stream = (f"http://127.0.0.1:{port}" for port in ports)
    with open_store_of(database, settings) as store:
        entry.register(store)
        tokens = entry.keys_of(store, folder)
    personas = entry.name_personas(folder, tokens)
    env = env | {
        "BASEPLUS_PERSONAS": str(personas),
        "BASEPLUS_STREAM_URL": stream,
        "BASEPLUS_PAGES_ORIGIN": address,
        "BASEPLUS_RATE_LIMIT": "6000",
    }
    for name, at in zip(("serve", "stream"), ports, strict=True):
        supervisor.start(Program(name, [name, "--port", str(at)], folder.logs / f"{name}.log", env))
    return address, tokens


@contextmanager
def _stopped_aloud(folder: Folder) -> Iterator[Supervisor]:
    with Supervisor() as supervisor:
        try:
            yield supervisor
        finally:
            say(f"Stopping; the data stays in {folder.path}.")


def _tell(store: Store, running: Running) -> None:
    watched = sys.stderr.isatty()
    with ExitStack() as stack:
        clients: dict[Key, Api] = {
            key: stack.enter_context(Api(running.address, token)) for key, token in running.tokens.items()
        }
        for told in story.tell(clients, datetime.now(UTC).date()):
            say(f"  • {told}")
            if watched:
                time.sleep(_PAUSE)  # for the eye alone: nothing is waited for
    found = returns.find_returns()
    say(f"Filing {len(found.rows):,} outcome returns ({found.source}) ...")
    with progress("Filing") as advance:
        returns.file(store, found, advance)


def _await_pages(running: Running) -> None:
    """Until whoever opens the address is answered. Raises NotCaughtUp."""
    deadline, pause = time.monotonic() + _PATIENCE, threading.Event()
    while not answers(running.address.removeprefix("http://")):
        if time.monotonic() > deadline:
            raise NotCaughtUp(what="the pages", reason=f"nobody answers at {running.address}")
        pause.wait(0.1)


def _await_views(running: Running) -> None:
    """Until every stored event has been reacted to and is in the views, or its tenant is parked there. Raises
    NotCaughtUp."""
    deadline = time.monotonic() + _PATIENCE
    with progress("Into the views") as advance:
        while True:
            now = pipeline(running.database)
            advance(now.projected, now.events)
            # a worker may have an event before the relay has noted that Kafka has it
            relayed = running.bootstrap is None or now.relayed >= now.events
            if now.reacted >= now.events and now.projected >= now.events and relayed:
                return
            if time.monotonic() > deadline:
                raise NotCaughtUp(what="the views", reason=f"{now.events - now.projected:,} events are missing in them")
            time.sleep(0.1)


def _release(store: Store, running: Running) -> None:
    with running.database.connect("worker") as connection:
        if returns.publish(store, connection):
            say(f"{ASSOCIATION} releases a benchmark: {returns.RELEASE}")
    _await_views(running)
