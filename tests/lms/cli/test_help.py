"""`flask --app wsgi` explains itself in plain words."""

from collections.abc import Iterator

import click
import pytest
from flask import Flask

from lms.cli import COMMANDS

COMMAND_LINES = {
    *(
        "content check",
        "content impact",
        "demo fill",
        "demo show",
        "exam check",
        "exam recompute",
        "register verify",
        "receipt verify",
    ),
    *("bank export", "bank import", "register erase-words", "register head", "register verifier"),
    *("exam ready", "backup make", "backup check", "user codes", "user create", "user forget-second-factor", "worker"),
}


def leaves(commands: tuple[click.Command, ...] = COMMANDS, before: str = "") -> Iterator[tuple[str, click.Command]]:
    """Every command that does something, with the words that call it."""
    for each in commands:
        if isinstance(each, click.Group):
            yield from leaves(tuple(each.commands.values()), f"{before}{each.name} ")
        else:
            yield f"{before}{each.name}", each


def test_the_commands_are_these() -> None:
    assert {words for words, _ in leaves()} == COMMAND_LINES


@pytest.mark.database("sqlite")
@pytest.mark.parametrize("words", sorted(COMMAND_LINES))
def test_a_command_says_what_it_does_in_a_sentence(app: Flask, words: str) -> None:
    result = app.test_cli_runner().invoke(args=[*words.split(), "--help"])
    assert result.exit_code == 0
    usage, sentence = result.output.split("\n\n")[:2]
    assert words in usage
    assert sentence.strip()[0].isupper()
    assert sentence.strip().endswith((".", ")"))


@pytest.mark.parametrize("group", [each for each in COMMANDS if isinstance(each, click.Group)], ids=lambda each: each.name)
def test_a_group_says_what_it_looks_after(group: click.Group) -> None:
    assert group.help
    assert group.help.endswith(".")


def test_every_option_is_explained() -> None:
    for words, command in leaves():
        for option in command.params:
            if isinstance(option, click.Option) and option.name != "yes":
                assert option.help or option.prompt, f"{words} --{option.name}"


@pytest.mark.database("sqlite")
def test_a_command_that_does_not_exist_is_named(app: Flask) -> None:
    result = app.test_cli_runner().invoke(args=["exam", "recompte"])
    assert result.exit_code == 2
    assert "No such command 'recompte'" in result.output
