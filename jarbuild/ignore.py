"""Which paths `.jarignore` and `--exclude` leave out, by Docker's rules. No files here.

Patterns are anchored at one folder. A pattern that matches a folder matches all that is in it.
Of those that match a path the last one decides; one that begins with `!` takes the path back in.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable

from attrs import field, frozen

from jarbuild.patterns import PatternError, compile_ignore, has_wildcard


class IgnoreError(ValueError):
    """A line that is no pattern; `line` counts from 1."""

    def __init__(self, line: int, problem: str):
        super().__init__(problem)
        self.line = line


@frozen
class Pattern:
    """One line: `text` without its `!`, cleaned as Docker cleans it."""

    text: str
    is_exception: bool
    regex: re.Pattern[str] = field(eq=False, repr=False)

    def may_match_below(self, folder: str) -> bool:
        """Whether something in `folder` may match that is not in a folder that does."""
        return has_wildcard(self.text) or self.text.startswith(folder + "/")


@frozen
class Rules:
    """The patterns of one file or of one COPY, in order."""

    patterns: tuple[Pattern, ...] = ()

    def at(self, folder: str = "") -> Filter:
        """What the rules say in a folder, given by its path in their terms."""
        filter_ = Filter(self, "", (False,) * len(self.patterns))
        for name in folder.split("/") if folder else ():
            filter_ = filter_.below(name)
        return filter_


@frozen
class Filter:
    """Rules in one folder: where it is, and which of the patterns match it or what it is in."""

    rules: Rules
    folder: str
    matched: tuple[bool, ...]

    def below(self, name: str) -> Filter:
        path = self._path(name)
        pairs = zip(self.rules.patterns, self.matched, strict=True)
        matched = (yes or p.regex.fullmatch(path) is not None for p, yes in pairs)
        return Filter(self.rules, path, tuple(matched))

    def leaves_out(self, name: str) -> bool:
        """Whether the entry of this name is left out, be it a file or a folder."""
        path = self._path(name)
        for pattern, matched in zip(self.rules.patterns[::-1], self.matched[::-1], strict=True):
            if matched or pattern.regex.fullmatch(path):
                return not pattern.is_exception
        return False

    def is_closed(self, name: str) -> bool:
        """Whether a folder is left out with all that is in it."""
        return self.leaves_out(name) and not self._may_take_back(self._path(name))

    def _may_take_back(self, folder: str) -> bool:
        exceptions = (p for p in self.rules.patterns if p.is_exception)
        return any(p.may_match_below(folder) for p in exceptions)

    def _path(self, name: str) -> str:
        return f"{self.folder}/{name}" if self.folder else name


def parse_ignore_file(content: bytes) -> Rules:
    """The rules in a `.jarignore`; raises IgnoreError."""
    text = content.decode("utf-8", "surrogateescape").removeprefix("\ufeff")
    return parse_patterns(text.split("\n"))


def parse_patterns(lines: Iterable[str]) -> Rules:
    """The rules in these lines, comments and blank ones among them; raises IgnoreError."""
    parsed = (_parsed(line, number) for number, line in enumerate(lines, 1))
    return Rules(tuple(pattern for pattern in parsed if pattern is not None))


def _parsed(line: str, number: int) -> Pattern | None:
    text = line.strip()
    if not text or line.startswith("#"):
        return None
    is_exception = text.startswith("!")
    text = text.removeprefix("!").strip()
    if not text:
        raise IgnoreError(number, "there is no pattern after `!`")
    try:
        text = _cleaned(text)
        return Pattern(text, is_exception, compile_ignore(text))
    except PatternError as error:
        raise IgnoreError(number, str(error)) from error


def _cleaned(text: str) -> str:
    """No `//`, `.`, `..` that can be resolved, nor a slash at either end."""
    cleaned = posixpath.normpath(text)
    return cleaned.lstrip("/") or cleaned
