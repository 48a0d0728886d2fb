"""The programs of the machine that a command names: they may change under a cached result.

Only what a command's own words name is looked at, and the interpreters that scripts among them
name. What a program goes on to load is not seen.
"""

from __future__ import annotations

import os
import posixpath
import re
import stat
from collections.abc import Iterable, Iterator, Sequence
from io import FileIO
from pathlib import Path

from attrs import define, field

from geniejars import sha256
from jarbuild.cache.keys import Tool
from jarbuild.stamps import ChangedError, StatCache, stamp_of

_WORD = re.compile(r"[^\s;|&()<>\"'`$=\\,{}]+")
_LONGEST_FIRST_LINE = 256  # of a script; the kernel reads no more
_MOST_INTERPRETERS = 4  # one behind the other; the kernel's own limit
_INTERPRETER = b"#!"


@define
class Tools:
    """Finds tools on a PATH; what lies in the home belongs to the tree and is left out."""

    stamps: StatCache
    homes: Sequence[str]
    _found: dict[tuple[str, str], tuple[Tool, ...]] = field(factory=dict, init=False)

    def named_in(self, texts: Iterable[str], path: str) -> list[Tool]:
        """Every word that stands for a program, with the program and its interpreters."""
        words = dict.fromkeys(word for text in texts for word in _WORD.findall(text))
        return [tool for word in words for tool in self._tools(word, path)]

    def _tools(self, word: str, path: str) -> tuple[Tool, ...]:
        if (word, path) not in self._found:
            self._found[word, path] = tuple(self._chain(word, path))
        return self._found[word, path]

    def _chain(self, word: str, path: str) -> Iterator[Tool]:
        """The program, then what its first line names, and so on."""
        names = [word]
        for _ in range(_MOST_INTERPRETERS + 1):
            found = [real for name in names if (real := self._lookup(name, path))]
            yield from ((word, real, self._digest(real)) for real in found)
            names = [name for real in found for name in self._interpreter(real)]
            if not names:
                return

    def _lookup(self, name: str, path: str) -> str | None:
        """The real path of the program, if there is one outside the home."""
        if "/" in name:
            candidates = [name] if name.startswith("/") else []
        else:
            candidates = [f"{folder}/{name}" for folder in path.split(":") if folder[:1] == "/"]
        outside = (c for c in candidates if not self._is_in_home(c))
        return next((os.path.realpath(c) for c in outside if _is_program(c)), None)

    def _is_in_home(self, path: str) -> bool:
        return any(path.startswith(f"{home}/") for home in self.homes)

    def _digest(self, real: str) -> str:
        path = os.fsencode(real)
        seen = Path(real).stat()
        try:
            return self.stamps.digest(path, seen).value.decode()
        except (OSError, ChangedError):
            # It may be run and not be read: its stamp has to do.
            return sha256(repr(stamp_of(seen)).encode())

    def _interpreter(self, real: str) -> list[str]:
        """What a script's first line names: the interpreter, and after `env` the word behind it."""
        path = os.fsencode(real)
        try:
            line = self.stamps.fact(_INTERPRETER, _first_line, path, Path(real).stat()).value
        except (OSError, ChangedError):
            return []
        words = os.fsdecode(bytes.fromhex(line.decode())).split()
        is_env = words[:1] and posixpath.basename(words[0]) == "env"
        arguments = [word for word in words[1:] if not word.startswith("-")]
        return [*words[:1], *(arguments[:1] if is_env else ())]


def _first_line(file: FileIO) -> bytes:
    """A script's first line without its `#!`, in hexadecimal; nothing for other files."""
    start = file.read(_LONGEST_FIRST_LINE)
    if not start.startswith(_INTERPRETER):
        return b""
    return start[2:].partition(b"\n")[0].hex().encode()


def _is_program(path: str) -> bool:
    try:
        mode = Path(path).stat().st_mode
    except (OSError, ValueError):
        return False
    return stat.S_ISREG(mode) and bool(mode & 0o111)
