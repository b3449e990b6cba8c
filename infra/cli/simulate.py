"""`baseplus simulate`: made-up universities with plausible lives, for trying things out and for measuring."""

from __future__ import annotations

import time
from datetime import datetime

import click
import msgspec

from infra.cli.output import Column, Printer, printed, progress, say
from infra.cli.stopping import stopping
from infra.environment import open_database
from infra.settings import read_settings

_COLUMNS = (
    Column("tenant", "Tenant"),
    Column("apprentices", "Apprentices", right=True),
    Column("events", "Events", right=True),
    Column("requests", "Requests", right=True),
    Column("orders", "By reactions", right=True),
    Column("refused", "Refused"),
)


@click.command(
    epilog="""\b
Examples:
  baseplus simulate                                         12 universities, 2 years
  baseplus simulate --universities 3 --years 1 --seed 42    a small one
  baseplus simulate --json | jq '.tenants[].events'
  BASEPLUS_DATA=/tmp/try baseplus simulate                  in a folder of its own
\b
The same arguments give the same histories: give them again to go on after an interruption, or to add universities;
nothing is recorded twice. Other arguments need another database. Afterwards `baseplus project` makes the read models,
and `baseplus verify views` compares them with what happened.
\b
A refusal that an agent expects, such as of a mentor whom too many want, is counted; any other ends it with 1."""
)
@click.option("--universities", type=click.IntRange(1, 500), default=12, show_default=True, help="How many.")
@click.option("--years", type=click.IntRange(1, 10), default=2, show_default=True, help="For how long they live.")
@click.option("--seed", type=int, default=7, show_default=True, help="Another number, other lives.")
@click.option(
    "--from",
    "first",
    type=click.DateTime(["%Y-%m-%d"]),
    default="2024-09-02",
    show_default=True,
    help="The first day.",
)
@click.option(
    "--apprentices",
    type=click.IntRange(4, 500),
    default=12,
    show_default=True,
    help="How many a university enrols in a year; from 10 on it has two bases.",
)
@click.option(
    "--processes", type=click.IntRange(1, 64), default=2, show_default=True, help="How many share the universities."
)
@printed("json", "csv")
def simulate(
    out: Printer, universities: int, years: int, seed: int, first: datetime, apprentices: int, processes: int
) -> None:
    """Let made-up universities live for years, in minutes.

    Agents with plausible lives (good and bad bases, mentors whom too many want, breaks, exits, poaching, breaches cured
    late, copied reflections, risky projects, late entries) send commands as offices do, a day or a week of a class in
    one request; the clock is moved, and the reactions are asked by it. An association, which publishes the skill
    standards, is simulated with them.
    """
    from infra.simulation.simulate import Simulation  # the rules of every capability take a second to import
    from infra.simulation.simulate import simulate as live

    settings = read_settings()
    simulation = Simulation(universities, years, seed, first.date(), apprentices)
    started = time.monotonic()
    with stopping(), open_database(settings) as database, progress("Living, in days") as advance:
        lived = live(
            database,
            simulation,
            partitions=settings.partitions,
            processes=min(processes, universities),
            progress=advance,
        )
    events, seconds = sum(one.events for one in lived), time.monotonic() - started
    if out.form == "json":
        out.record(
            {"events": events, "seconds": round(seconds, 1), "tenants": [msgspec.structs.asdict(one) for one in lived]}
        )
    else:
        out.table(_COLUMNS, lived)
        out.note(f"{events:,} events from {simulation.first} to {simulation.last}, {events / seconds:,.0f} a second.")
    if out.form == "table":
        say("Next: baseplus project makes the read models; baseplus verify views compares them.")
