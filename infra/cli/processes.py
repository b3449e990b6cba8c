"""`baseplus relay`, `baseplus project` and `baseplus react`: the processes behind every read model and reaction."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager

import click

from baseplus.kernel.refusals import Unavailable
from infra.cli.output import say
from infra.cli.stopping import stop_event
from infra.cli.writing import open_store_of
from infra.environment import find_kafka, open_database, replicas
from infra.observability.logging import log_json_lines
from infra.observability.metrics import serve_metrics
from infra.observability.tracing import tracing
from infra.postgres.database import Database
from infra.settings import Settings, read_settings

log = logging.getLogger(__name__)


class NoKafka(Unavailable):
    """There is no Kafka to relay to. Facts: what, reason."""

    mend = "run: baseplus kafka run, or set KAFKA_BOOTSTRAP_SERVERS; without any, baseplus project reads the store"


@contextmanager
def process(name: str) -> Iterator[tuple[Settings, Database]]:
    """What every process that runs on begins with: logs, traces, metrics, its settings and its database."""
    settings = read_settings()
    log_json_lines(settings.log_level)
    with tracing(name), open_database(settings) as database:
        serve_metrics(settings.metrics_port)
        yield settings, database


@click.command(
    epilog="""\b
Examples:
  baseplus relay
  KAFKA_BOOTSTRAP_SERVERS=kafka-1:9092 BASEPLUS_METRICS_PORT=9101 baseplus relay"""
)
def relay() -> None:
    """Send what is stored to Kafka, each university in its own order, until Ctrl-C.

    Any number may run: one works, the others wait to take over. Logs are JSON lines on standard error.
    """
    from infra.kafka.relay import Relay

    with stop_event() as stop, process("relay") as (settings, database):
        bootstrap = find_kafka(settings)
        if bootstrap is None:
            raise NoKafka(what="Kafka", reason="none is configured, and none of ours is running")
        say(f"Relaying to {bootstrap}, topic {settings.topic}. Ctrl-C stops.")
        copies = replicas(settings, bootstrap)
        Relay(database, bootstrap, settings.topic, partitions=settings.partitions, replication=copies).run(stop)


@click.command(
    epilog="""\b
Examples:
  baseplus project               from Kafka where there is one
  baseplus project --no-kafka    from the event store"""
)
@click.option("--no-kafka", is_flag=True, help="Read the event store, even where there is a Kafka.")
def project(no_kafka: bool) -> None:
    """Fold events into the read models, until Ctrl-C.

    Start as many as there are cores to spare: they share the universities among themselves. Logs are JSON lines on
    standard error.
    """
    from infra.project import make_worker

    with stop_event() as stop, process("project") as (settings, database):
        bootstrap = None if no_kafka else find_kafka(settings)
        origin = f"Kafka at {bootstrap}" if bootstrap else "the event store, without Kafka"
        say(f"Projecting from {origin}. Ctrl-C stops.")
        make_worker(database, settings, bootstrap).run(stop)


@click.command(
    epilog="""\b
Examples:
  baseplus react
  BASEPLUS_METRICS_PORT=9103 baseplus react"""
)
def react() -> None:
    """Do what follows by itself from what happens, and from the clock, until Ctrl-C.

    Obligations are fulfilled, fall due and are breached; risks are raised for people to decide. Any number may run:
    they share the universities among themselves. Logs are JSON lines on standard error.
    """
    from infra.react import make_reactor

    with (
        stop_event() as stop,
        process("react") as (settings, database),
        open_store_of(database, settings) as store,
    ):
        say("Reacting to what happens. Ctrl-C stops.")
        make_reactor(database, store, settings).run(stop)
