"""`jarbuild cache show KEY`: all about one entry; of IMPORTs the names alone."""

from __future__ import annotations

import argparse
import os
from collections.abc import Iterator, Sequence

from attrs import frozen

from geniejars import DamagedEntryError, Forest
from jarbuild.arguments import Parser
from jarbuild.cache.keys import key
from jarbuild.cache.records import Record
from jarbuild.cache.store import Store
from jarbuild.commands.cache.entries import Listed, entry_named
from jarbuild.commands.cache.ls import record_object
from jarbuild.commands.cache.moments import ago, timestamp
from jarbuild.commands.cache.opened import add_format, look_at_store, show
from jarbuild.commands.cache.preimages import preimage_lines, shown_preimage
from jarbuild.display.columns import table
from jarbuild.display.controls import escaped
from jarbuild.display.quantities import counted, seconds, size
from jarbuild.display.screen import Screen

SUMMARY = """\
Show one entry: the step, what its key is made of, when it was made and how long
that took, its files, and which builds use it."""
EXAMPLES = ("jarbuild cache show 2a506d67", "jarbuild cache show --format json 2a506d67dd07")

MOST_FILES = 20
"""Files that are listed for people; programs get them all."""


def options(parser: Parser) -> None:
    add_format(parser)
    parser.add_argument("key", metavar="KEY", help="as ls has it, or the beginning of one")


def run(arguments: argparse.Namespace, screen: Screen) -> int:
    store = look_at_store()
    entry = entry_named(store, arguments.key)
    files, users = _files(store, entry.record), list(_users(store, entry.record))
    content = {
        **record_object(entry.record),
        "used": timestamp(entry.used),
        "input": entry.record.source,
        "output": entry.record.output,
        "preimage": shown_preimage(entry.record.preimage),
        "files": [{"path": file.path, "size": file.size} for file in files],
        "usedBy": [{"jfile": user.jfile, "jars": list(user.jars)} for user in users],
    }
    show(content, lambda: _lines(entry, files, users), arguments.format, screen)
    return 0


@frozen
class ShownFile:
    path: str
    size: int


@frozen
class User:
    """A JFile whose last build has this step, or the last good build in one of `jars` had it."""

    jfile: str
    jars: tuple[str, ...]


def _files(store: Store, record: Record) -> list[ShownFile]:
    """What the step wrote: the files of a RUN's layer, those that a COPY put there."""
    try:
        if record.layer:
            found = [(file.path, file.size) for file in store.layer(record.layer).files]
        else:
            walked = Forest(store.folder_object).walk(str(record.preimage.get("overlay", "")))
            found = [(path, entry.size) for path, entry in walked if entry.kind == "file"]
    except (DamagedEntryError, KeyError):
        return []
    return [ShownFile(os.fsdecode(path), count) for path, count in sorted(found)]


def _users(store: Store, record: Record) -> Iterator[User]:
    for history in store.histories():
        good = (jar for jar, keys in history.good.items() if record.key in keys)
        jars = tuple(sorted(jar.partition("@")[0] for jar in good))
        steps = (past for past in history.latest if past.source)
        if jars or any(key(p.preimage, p.source or "") == record.key for p in steps):
            yield User(history.jfile, jars)


def _lines(entry: Listed, files: Sequence[ShownFile], users: Sequence[User]) -> Iterator[str]:
    yield from table(_facts(entry, files))
    yield from ("", "the key is made of")
    yield from (f"  {line}" for line in preimage_lines(entry.record))
    if files:
        yield from ("", "files")
        yield from (f"  {line}" for line in _file_lines(files))
    yield from ("", "used by" if users else "no last build uses it")
    yield from (f"  {_user_line(user)}" for user in users)


def _facts(entry: Listed, files: Sequence[ShownFile]) -> Iterator[tuple[str, str]]:
    record = entry.record
    place = f"{record.file} line {record.line}" if record.file else f"line {record.line}"
    first, *more = escaped_lines(record.text)
    yield "key", record.key
    yield "step", first
    yield from (("", line) for line in more)
    yield "made", f"{timestamp(record.created)}, {ago(record.created)}, from {escaped(place)}"
    yield "took", seconds(record.seconds)
    yield "used", f"{timestamp(entry.used)}, {ago(entry.used)}"
    if record.layer:
        yield "layer", f"{size(record.layer_size)}, {counted(len(files), 'file')}"


def escaped_lines(text: str) -> list[str]:
    return [escaped(line) for line in text.split("\n")]


def _file_lines(files: Sequence[ShownFile]) -> list[str]:
    rows = [(size(file.size), escaped(file.path)) for file in files[:MOST_FILES]]
    more = len(files) - len(rows)
    return [*table(rows), *([f"and {more} more"] if more > 0 else [])]


def _user_line(user: User) -> str:
    jars = f", the last good build of {', '.join(user.jars)}" if user.jars else ""
    return f"{escaped(user.jfile)}{escaped(jars)}"
