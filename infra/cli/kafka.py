"""`baseplus kafka`: our own broker, for a machine that has none."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import click

from infra.cli.output import Printer, printed, say
from infra.cli.stopping import stop_event
from infra.environment import Folder, answers, find_kafka
from infra.settings import read_settings

if TYPE_CHECKING:  # kafka-python takes long to import, which `status` need not wait for
    from infra.kafka.broker import RunningBroker

_LOOK = 0.5  # seconds between two looks at the nodes


@click.group(
    invoke_without_command=True,
    epilog="""\b
Examples:
  baseplus kafka                 the same as: baseplus kafka run
  baseplus kafka run --nodes 3   a cluster that survives the loss of a node
  baseplus kafka status --json""",
)
@click.pass_context
def kafka(context: click.Context) -> None:
    """Run a real Kafka on this machine, its data kept between starts."""
    if context.invoked_subcommand is None:
        context.invoke(run)


@kafka.command()
@printed("json")
def fetch(out: Printer) -> None:
    """Fetch Kafka's jars with Maven, once; each is compared with its pinned digest."""
    from infra.kafka.jars import fetch_jars

    folder = fetch_jars(say=say)
    if out.form == "json":
        out.record({"folder": str(folder)})
    else:
        say(f"Kafka's jars are in {folder}.")


@kafka.command(epilog="\b\nExample:\n  baseplus kafka run --port 9092")
@click.option("--port", type=click.IntRange(1, 65535), help="The first node's port on 127.0.0.1; left out, a free one.")
@click.option("--nodes", type=click.Choice(["1", "3"]), default="1", show_default=True, help="How many brokers.")
def run(port: int | None, nodes: str) -> None:
    """Run the broker until Ctrl-C. Other commands of this data folder find it by themselves."""
    from infra.kafka.broker import start_broker
    from infra.kafka.jars import fetch_jars

    settings = read_settings()
    folder = Folder(settings.data).prepare()
    with stop_event() as stop:
        fetch_jars(say=say)
        with (
            start_broker(folder.kafka, port=port, nodes=int(nodes)) as broker,
            folder.announce("kafka", broker.bootstrap),
        ):
            say(f"Kafka answers at {broker.bootstrap}; its data is in {folder.kafka}. Ctrl-C stops it.")
            _watch(broker, stop)


def _watch(broker: RunningBroker, stop: threading.Event) -> None:
    """Until `stop`, or until so many nodes have ended that the rest is of no use: raises why one of them has."""
    told = 0
    while not stop.wait(_LOOK):
        ended = broker.ended()
        if 2 * len(ended) >= len(broker.nodes):
            raise ended[-1]
        for why in ended[told:]:
            say(f"{why}. The other nodes go on.")
        told = len(ended)


@kafka.command()
@printed("json")
def status(out: Printer) -> None:
    """Which Kafka the other commands would use, and whether it answers."""
    settings = read_settings()
    address = find_kafka(settings)
    out.record(
        {
            "bootstrap": address,
            "given_by": "KAFKA_BOOTSTRAP_SERVERS" if settings.kafka else "our own broker" if address else None,
            "answers": address is not None and answers(address),
            "topic": settings.topic,
        }
    )
