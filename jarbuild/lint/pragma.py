"""Suppressions: comments that take findings away, and what became of each.

They stand on lines of their own, for a `#` behind a value is part of the value.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from attrs import define, field, frozen

from jfile import Blank, Comment, JFile, Span

_PRAGMA = re.compile(r"#\s*jarbuild:\s*(ignore|ignore-file)\[([^\]]*)\]")
_ATTEMPT = re.compile(r"#\s*jarbuild:\s*(?:no|dis|ign|all?ow)", re.IGNORECASE)
_CODE = re.compile(r"[^\s,]+")


@frozen
class CodeAt:
    """A code or prefix as written in a suppression."""

    code: str
    span: Span


@frozen
class Pragma:
    """One suppression. `target` is the directive below it; None is the whole file."""

    span: Span
    codes: tuple[CodeAt, ...]
    list_span: Span  # between the brackets
    target: Span | None


@frozen
class Malformed:
    """A comment that was meant as a suppression and is none."""

    span: Span
    problem: str


@define
class Suppressions:
    """All of a file's, and which of their codes have been of use."""

    pragmas: tuple[Pragma, ...]
    malformed: tuple[Malformed, ...]
    _used: set[Span] = field(factory=set, init=False)
    _by_line: dict[int, list[CodeAt]] = field(factory=dict, init=False)
    _whole_file: dict[str, list[CodeAt]] = field(factory=dict, init=False)

    def __attrs_post_init__(self) -> None:
        for pragma in self.pragmas:
            if pragma.target is None:
                for at in pragma.codes:
                    self._whole_file.setdefault(at.code, []).append(at)
            else:
                for line in range(pragma.target.line, pragma.target.end_line + 1):
                    self._by_line.setdefault(line, []).extend(pragma.codes)

    def take(self, code: str, line: int) -> bool:
        """Whether a finding of that code on that line is taken away; all that do it were of use."""
        hits = [at for at in self._by_line.get(line, ()) if code.startswith(at.code)]
        for length in range(1, len(code) + 1):
            hits += self._whole_file.get(code[:length], ())
        self._used.update(at.span for at in hits)
        return bool(hits)

    def excuse(self, is_excused: Callable[[str], bool]) -> None:
        """Codes that nobody looked for cannot be called unused."""
        codes = (at for pragma in self.pragmas for at in pragma.codes)
        self._used |= {at.span for at in codes if is_excused(at.code)}

    def unused(self, pragma: Pragma) -> tuple[CodeAt, ...]:
        return tuple(at for at in pragma.codes if at.span not in self._used)


def read_suppressions(jfile: JFile) -> Suppressions:
    """Every suppression of the file, in order."""
    found = list(_read_pragmas(jfile))
    return Suppressions(
        tuple(p for p in found if isinstance(p, Pragma)),
        tuple(p for p in found if isinstance(p, Malformed)),
    )


def _read_pragmas(jfile: JFile) -> Iterator[Pragma | Malformed]:
    waiting: list[Comment] = []
    is_first = True
    for item in jfile.items:
        if isinstance(item, Comment):
            waiting.append(item)
        elif not isinstance(item, Blank):
            yield from _read_all(waiting, item.span, is_first)
            waiting, is_first = [], False
    yield from _read_all(waiting, None, is_first)


def _read_all(
    comments: list[Comment], target: Span | None, is_first: bool
) -> Iterator[Pragma | Malformed]:
    for comment in comments:
        if match := _PRAGMA.match(comment.text):
            yield _read(comment, match, target, is_first)
        elif _ATTEMPT.match(comment.text):
            yield Malformed(comment.span, "write # jarbuild: ignore[CODE] and a reason")


def _read(
    comment: Comment, match: re.Match[str], target: Span | None, is_first: bool
) -> Pragma | Malformed:
    is_whole_file = match[1] == "ignore-file"
    if is_whole_file and not is_first:
        return Malformed(comment.span, "ignore-file stands above the first directive")
    if not is_whole_file and target is None:
        return Malformed(comment.span, "no directive follows")
    codes = tuple(_codes(comment.span, match))
    if not codes:
        return Malformed(comment.span, "it names no code: write # jarbuild: ignore[CODE]")
    return Pragma(
        comment.span, codes, _between(comment.span, match), None if is_whole_file else target
    )


def _codes(span: Span, match: re.Match[str]) -> Iterator[CodeAt]:
    offset = span.column + match.start(2)
    for found in _CODE.finditer(match[2]):
        start, end = offset + found.start(), offset + found.end()
        yield CodeAt(found[0].upper(), Span(span.line, start, span.line, end, span.file))


def _between(span: Span, match: re.Match[str]) -> Span:
    start, end = span.column + match.start(2), span.column + match.end(2)
    return Span(span.line, start, span.line, end, span.file)
