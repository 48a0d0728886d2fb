"""`jarbuild context`: what COPY sees, and which line of `.jarignore` decides about a file."""

from __future__ import annotations

import argparse
import os
import posixpath
from collections.abc import Iterator
from pathlib import Path

from geniejars import JFileError, Place, UsageError
from jarbuild.arguments import Parser
from jarbuild.context import IGNORE_FILE
from jarbuild.display.controls import escaped
from jarbuild.display.screen import Screen
from jarbuild.ignore import Filter, IgnoreError, Rules, parse_patterns
from jarbuild.snapshots import NEVER_COPIED

SUMMARY = "List the files that COPY sees, one relative path a line, sorted."
EXAMPLES = ("jarbuild context ./myapp", "jarbuild context --why src/notes.txt")


def options(parser: Parser) -> None:
    parser.add_argument("path", metavar="PATH", nargs="?", default=".", help="folder or JFile (.)")
    parser.add_argument("--why", metavar="FILE", help="say what decides about this file of it")


def run(arguments: argparse.Namespace, screen: Screen) -> int:
    folder = _folder(arguments.path)
    lines = _ignore_lines(folder)
    rules = _rules(folder, lines)
    if arguments.why is not None:
        screen.print([_verdict(arguments.why, rules, lines) + _absence(folder, arguments.why)])
    else:
        _print_names(sorted(_visible(os.fsencode(folder), rules)), screen)
    return 0


def _folder(path: str) -> str:
    if not Path(path).exists():
        raise UsageError(f"there is no {path}", help="PATH is a folder with a JFile, or a JFile")
    return path if Path(path).is_dir() else posixpath.dirname(path) or "."


def _ignore_lines(folder: str) -> list[str]:
    try:
        content = Path(folder, IGNORE_FILE).read_bytes()
    except FileNotFoundError:
        return []
    return content.decode("utf-8", "surrogateescape").removeprefix("\ufeff").split("\n")


def _rules(folder: str, lines: list[str]) -> Rules:
    try:
        return parse_patterns(lines)
    except IgnoreError as error:
        place = Place(posixpath.join(folder, IGNORE_FILE), error.line)
        raise JFileError(f"{IGNORE_FILE}: {error}", place=place) from error


def _visible(folder: bytes, rules: Rules) -> Iterator[bytes]:
    """Paths below the folder of everything that is copied but folders."""
    pending = [(b"", rules.at())]
    while pending:
        below, there = pending.pop()
        with os.scandir(posixpath.join(folder, below)) as entries:
            for entry in entries:
                path = posixpath.join(below, entry.name)
                name = os.fsdecode(entry.name)
                if entry.is_dir(follow_symlinks=False):
                    if not there.is_closed(name):
                        pending.append((path, there.below(name)))
                elif _is_seen(entry, name, there):
                    yield path


def _is_seen(entry: os.DirEntry[bytes], name: str, there: Filter) -> bool:
    is_copied = entry.is_symlink() or entry.is_file(follow_symlinks=False)
    return is_copied and name not in NEVER_COPIED and not there.leaves_out(name)


def _print_names(names: list[bytes], screen: Screen) -> None:
    """Byte for byte for programs; harmless on a terminal."""
    if screen.out.isatty():
        screen.print(escaped(os.fsdecode(name)) for name in names)
        return
    screen.out.buffer.write(b"".join(name + b"\n" for name in names))
    screen.out.buffer.flush()


def _verdict(file: str, rules: Rules, lines: list[str]) -> str:
    """The last pattern that matches the path or a folder it is in decides."""
    path = posixpath.normpath(file)
    if posixpath.basename(path) in NEVER_COPIED:
        return f"{file} is left out: it is never part of a context"
    deciding = [index for index, matches in enumerate(rules.at(path).matched) if matches]
    if not deciding:
        return f"{file} is seen: no line of {IGNORE_FILE} matches it"
    verdict = "seen" if rules.patterns[deciding[-1]].is_exception else "left out"
    number, line = _pattern_lines(lines)[deciding[-1]]
    return f"{file} is {verdict}: {IGNORE_FILE}:{number}: {line}"


def _absence(folder: str, file: str) -> str:
    """A mistyped name is decided about like any other, so it is said."""
    return "" if os.path.lexists(posixpath.join(folder, file)) else f" ({file} does not exist)"


def _pattern_lines(lines: list[str]) -> list[tuple[int, str]]:
    """Numbers and texts of the lines that are patterns."""
    return [(n, line.strip()) for n, line in enumerate(lines, 1) if parse_patterns([line]).patterns]
