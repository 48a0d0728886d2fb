"""What both commands take, from their parsers.

argparse lays out help differently from version to version, so the tables are ours; where a command
has a help text of its own that text is shown.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Mapping

from jarbuild import commands
from jarbuild.arguments import Parser
from jarbuild.commands import jars

NAME = "command-line.md"
TITLE = "Command line"
SOURCE = "the commands"
EVERYWHERE = {"-h", "--help", "--no-color"}

INTRODUCTION = """\
Two programs: `jarbuild` builds, and looks at JFiles; `geniejars` is for jars and what runs in them.
Every command has `--help`, and `--no-color` (or `NO_COLOR` in the environment). What they end with:
[exit codes](exit-codes.md); what they print for programs: [JSON output](json.md)."""


def body() -> str:
    """The page."""
    return "\n\n".join([
        INTRODUCTION,
        "## jarbuild", _block(commands.HELP), *_sections("jarbuild", commands.MODULES),
        "## geniejars", _block(jars.HELP), *_sections("geniejars", jars.MODULES),
    ])  # fmt: skip


def _sections(program: str, modules: Mapping[str, str]) -> Iterator[str]:
    for word in sorted(modules):
        if (program, word) == ("geniejars", "build"):
            yield f"### {program} {word}\n\nAs `jarbuild`; a JAR before PATH names the jar."
        else:
            command = commands.load(modules, word)
            yield from _section(program, word, command)
            yield from _sections(f"{program} {word}", getattr(command, "MODULES", {}))


def _section(program: str, word: str, command: commands.Command) -> Iterator[str]:
    parser = commands.parser_of(program, word, command)
    yield f"### {program} {word}"
    yield command.SUMMARY
    if parser.help_text is not None:
        yield _block(parser.help_text)
        return
    yield _block(" ".join([f"{program} {word}", *map(_usage, _own(parser))]))
    if any(action.help for action in _own(parser)):
        yield _table(parser)
    yield _block("\n".join(command.EXAMPLES))


def _own(parser: Parser) -> list[argparse.Action]:
    """Options first, as in a usage line, without those of every command."""
    own = [a for a in parser.actions if not EVERYWHERE & set(a.option_strings)]
    return sorted(own, key=lambda action: not action.option_strings)


def _usage(action: argparse.Action) -> str:
    if action.option_strings:
        return f"[{_spelled(action, action.option_strings[0])}]"
    name = str(action.metavar or action.dest)
    return {"?": f"[{name}]", "*": f"[{name} …]", "+": f"{name} …"}.get(str(action.nargs), name)


def _spelled(action: argparse.Action, option: str) -> str:
    takes_none = action.nargs == 0
    return option if takes_none else f"{option} {action.metavar or action.dest.upper()}"


def _table(parser: Parser) -> str:
    rows = [f"| {_names(action)} | {_cell(action.help)} |" for action in _own(parser)]
    return "\n".join(["| argument | what it does |", "|---|---|", *rows])


def _names(action: argparse.Action) -> str:
    names = [_spelled(action, option) for option in action.option_strings]
    return ", ".join(f"`{_cell(name)}`" for name in names or [str(action.metavar or action.dest)])


def _cell(text: str | None) -> str:
    return (text or "").replace("|", "\\|")


def _block(text: str) -> str:
    return f"```text\n{text.strip()}\n```"
