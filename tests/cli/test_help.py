"""Every command says what it does, how it is used, and what its options mean."""

from __future__ import annotations

from collections.abc import Iterator

import click
import pytest
from click.testing import CliRunner

from infra.cli.main import cli

EXPECTED = {
    "action",
    "adoption",
    "agreement",
    "apprenticeship",
    "assessment",
    "association-review",
    "authority-drift",
    "base",
    "benchmark",
    "booking",
    "certificate",
    "certified",
    "crosswalk",
    "demo",
    "doctor",
    "grievance",
    "duty-gap",
    "history",
    "import",
    "indicator",
    "investment",
    "kafka",
    "key",
    "logbook",
    "mentoring",
    "migrate",
    "post",
    "project",
    "projects",
    "react",
    "rebuild",
    "regulation",
    "relay",
    "release",
    "resource",
    "resume",
    "self-assessment",
    "review",
    "risk",
    "serve",
    "service",
    "service-channel",
    "service-request",
    "simulate",
    "standard",
    "stream",
    "talent",
    "tenant",
    "training-plan",
    "verify",
}


def every(command: click.Command, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    yield path, command
    if isinstance(command, click.Group):
        context = click.Context(command)
        for name in command.list_commands(context):
            inner = command.get_command(context, name)
            assert inner is not None, name
            yield from every(inner, (*path, name))


ALL = list(every(cli))


@pytest.mark.parametrize(("path", "command"), ALL, ids=[" ".join(path) or "baseplus" for path, _ in ALL])
def test_help_teaches(path: tuple[str, ...], command: click.Command) -> None:
    shown = CliRunner().invoke(cli, [*path, "--help"])
    assert shown.exit_code == 0
    assert command.help
    assert len(command.help) > 20
    for option in command.params:
        if isinstance(option, click.Option):
            assert option.help, f"{' '.join(path)} {option.opts[0]} says nothing"
    assert command.epilog or path in {("kafka", "fetch"), ("kafka", "status")}, "examples are missing"


def test_the_commands_are_those_that_are_promised() -> None:
    assert {path[0] for path, _ in ALL if path} == EXPECTED


def test_no_capability_hides_a_command_of_the_program() -> None:
    groups = {path[0] for path, command in ALL if len(path) == 1 and isinstance(command, click.Group)}
    assert groups.isdisjoint({"project", "relay", "serve", "stream"})
    names = cli.list_commands(click.Context(cli))
    assert len(names) == len(set(names)), "a capability has the name of a command, which hides it"


def test_what_prints_data_prints_json() -> None:
    silent = {(), ("demo",), ("relay",), ("project",), ("react",), ("serve",), ("stream",), ("kafka", "run")}
    for path, command in ALL:
        if not isinstance(command, click.Group) and path not in silent:
            names = [name for option in command.params for name in option.opts]
            assert "--json" in names, " ".join(path)


def test_a_wrong_word_is_answered_in_one_line_with_the_way_to_help() -> None:
    for words in (["tenent"], ["tenant", "add"], ["tenant", "add", "Not An Id", "--name", "x"], ["agreement", "sign"]):
        ended = CliRunner().invoke(cli, words)
        assert ended.exit_code == 2
        assert len(ended.stderr.strip().splitlines()) == 1
        assert ended.stdout == ""


def test_whoever_asks_for_nothing_gets_the_help_as_it_is() -> None:
    alone = CliRunner().invoke(cli, [])
    assert alone.exit_code == 2
    assert alone.stderr.startswith("Usage: ")
    assert len(alone.stderr.splitlines()) > 40
