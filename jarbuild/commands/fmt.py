"""`jarbuild fmt`: JFiles in canonical form, their meaning and their cache keys unchanged."""

from __future__ import annotations

import argparse
import difflib
import os
import sys
from pathlib import Path

from attrs import frozen

from jarbuild.arguments import Parser
from jarbuild.display.content_diff import painted
from jarbuild.display.controls import escaped
from jarbuild.display.palette import Palette
from jarbuild.display.screen import Screen
from jarbuild.jfiles import STDIN, found_jfiles
from jarbuild.problems import problems
from jfile import SyntaxErrors, format_text

SUMMARY = "Put JFiles into canonical form. It changes no meaning and no cache key."
EXAMPLES = ("jarbuild fmt", "jarbuild fmt --check --diff examples")

STDIN_NAME = "<stdin>"


def options(parser: Parser) -> None:
    parser.add_argument(
        "paths", metavar="PATH", nargs="*", help="JFiles, folders of them, or - (.)"
    )
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 for a change")
    parser.add_argument("--diff", action="store_true", help="write nothing; show the changes")


def run(arguments: argparse.Namespace, screen: Screen) -> int:
    """0 where all went well, 1 where --check found something, 2 for a JFile that is wrong."""
    sources = [_read(path) for path in found_jfiles(arguments.paths or ["."])]
    if not sources:
        screen.err.write("no JFile found\n")
    formatted = [_format(source, screen) for source in sources]
    for source in formatted:
        if source is not None:
            _deliver(source, arguments, screen)
    changed = any(source is not None and source.is_changed for source in formatted)
    if None in formatted:
        return 2
    return 1 if changed and arguments.check else 0


@frozen
class Formatted:
    """A file as it is and as it should be."""

    name: str
    before: bytes
    after: bytes

    @property
    def is_changed(self) -> bool:
        return self.before != self.after


def _read(path: str) -> tuple[str, bytes]:
    if path == STDIN:
        return STDIN_NAME, sys.stdin.buffer.read()
    return path, Path(path).read_bytes()


def _format(source: tuple[str, bytes], screen: Screen) -> Formatted | None:
    """None for a file that is no JFile, which is told: the others are formatted all the same."""
    name, content = source
    try:
        return Formatted(name, content, format_text(content, name).encode())
    except SyntaxErrors as errors:
        screen.complain(problems(errors))
        return None


def _deliver(source: Formatted, arguments: argparse.Namespace, screen: Screen) -> None:
    if arguments.diff:
        screen.print(_diff(source, screen.palette))
    elif arguments.check:
        screen.print([f"would change {escaped(source.name)}"] if source.is_changed else [])
    elif source.name == STDIN_NAME:
        screen.out.write(source.after.decode())
    elif source.is_changed:
        replace(Path(source.name), source.after)
        screen.print([f"formatted {escaped(source.name)}"])


def replace(path: Path, content: bytes) -> None:
    """As a whole, through symlinks, with the mode it has: a reader never finds half a file."""
    path = path.resolve()
    partial = path.with_name(f".{path.name}.{os.getpid()}")
    partial.write_bytes(content)
    partial.chmod(path.stat().st_mode)
    partial.replace(path)


def _diff(source: Formatted, palette: Palette) -> list[str]:
    before, after = (c.decode(errors="replace").split("\n") for c in (source.before, source.after))
    name = escaped(source.name)
    lines = difflib.unified_diff(before, after, name, f"{name} (formatted)", lineterm="")
    return [painted(line, palette) for line in lines]
