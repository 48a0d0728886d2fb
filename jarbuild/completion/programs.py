"""What can be typed, as values, read off the parsers of both programs: there is no second list."""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterable, Iterator, Mapping
from importlib import import_module

from attrs import evolve, frozen

from jarbuild import commands
from jarbuild.arguments import OneOf, Parser
from jarbuild.commands import jars

JARS = "@jars"
PATHS = "@paths"
RULES = "@rules"

# What a name in a usage line stands for; any other is something that only its user knows.
_KINDS = {"JAR": JARS, "PATH": PATHS, "FILE": PATHS, "LINK": PATHS, "CODE": RULES, "CODES": RULES}
_PLACE = re.compile(r"(\[)?([A-Z]+)\]?")

Kinds = tuple[str, ...]
"""Words that fit, and kinds of words: JARS, PATHS, RULES."""


@frozen
class Option:
    """All spellings of an option; `values` is None where it takes none."""

    names: tuple[str, ...]
    help: str
    values: Kinds | None


@frozen
class Command:
    """A word after the program's name; the empty one is what holds without such a word.

    `operands` says for each place what fits there; the last one `repeats`.
    """

    name: str
    summary: str
    options: tuple[Option, ...]
    operands: tuple[Kinds, ...]
    repeats: bool


@frozen
class Program:
    name: str
    commands: tuple[Command, ...]


def programs() -> tuple[Program, Program]:
    """`jarbuild` and `geniejars`."""
    bare = _command("", commands.bare_parser())
    builds = _command("build", import_module(jars.MODULES["build"]).parser())
    return (
        Program("jarbuild", (bare, *_commands("jarbuild", commands.MODULES))),
        Program("geniejars", (builds, *_commands("geniejars", jars.MODULES))),
    )


def _commands(program: str, modules: Mapping[str, str]) -> Iterator[Command]:
    """All but `geniejars build`, whose parser is another's."""
    for word in modules:
        if (program, word) != ("geniejars", "build"):
            command = commands.load(modules, word)
            found = _command(word, commands.parser_of(program, word, command))
            inner = _commands(f"{program} {word}", getattr(command, "MODULES", {}))
            yield _with_options_of(found, inner)


def _with_options_of(command: Command, inner: Iterable[Command]) -> Command:
    """A word that others follow takes the options of all of these."""
    options = {o.names: o for c in (command, *inner) for o in c.options}
    return evolve(command, options=tuple(options.values()))


def _command(name: str, parser: Parser) -> Command:
    actions = parser.actions
    operands = [action for action in actions if not action.option_strings]
    return Command(
        name,
        (parser.description or "").partition("\n")[0],
        tuple(_option(action) for action in actions if action.option_strings),
        tuple(_operands(operands)),
        any(action.nargs in ("*", "+", argparse.REMAINDER) for action in operands),
    )


def _option(action: argparse.Action) -> Option:
    values = None if action.nargs == 0 else _kinds(action)
    return Option(tuple(action.option_strings), action.help or "", values)


def _operands(actions: list[argparse.Action]) -> Iterator[Kinds]:
    """Where something may be left out, what follows it fits there as well."""
    places = [place for action in actions for place in _places(action)]
    for index, (is_optional, kinds) in enumerate(places):
        following = places[index + 1][1] if is_optional and index + 1 < len(places) else ()
        yield (*kinds, *following)


def _places(action: argparse.Action) -> Iterator[tuple[bool, Kinds]]:
    """`[JAR] LINK` in one argument are two places."""
    found = _PLACE.findall(str(action.metavar or ""))
    if isinstance(action.type, OneOf) or not found:
        yield action.nargs == "?", _kinds(action)
        return
    for bracket, name in found:
        yield bool(bracket) or action.nargs == "?", _named(name)


def _kinds(action: argparse.Action) -> Kinds:
    if isinstance(action.type, OneOf):
        return action.type.choices
    return _named(str(action.metavar or ""))


def _named(name: str) -> Kinds:
    return (_KINDS[name],) if name in _KINDS else ()
