"""A last look at the JFile: what would not parse, or is an error to lint, is taken out."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence

from attrs import evolve

from jarbuild.dockerfile.draft import Line
from jarbuild.dockerfile.notes import Notes
from jarbuild.lint import brief_warnings
from jarbuild.lint.finding import Severity
from jfile import Source, parse_tolerant

_MOST_ROUNDS = 5
"""How often the result is looked at again after a line was taken out."""


def checked(lines: list[Line], notes: Notes) -> list[Line]:
    """Without what does not parse or what lint knows to be wrong: comments, with the reason."""
    for _ in range(_MOST_ROUNDS):
        mistakes = _mistakes(lines)
        if not mistakes:
            break
        lines = [
            _taken_out(line, mistakes[index], notes) if index in mistakes else line
            for index, line in enumerate(lines)
        ]
    return lines


def _mistakes(lines: Sequence[Line]) -> dict[int, tuple[str, str]]:
    """Number of the line to code and message of the first mistake in it."""
    source = Source.read("JFile", text_of(lines))
    jfile, errors = parse_tolerant(source.text.encode("utf-8", "surrogateescape"), "JFile")
    found = [(e.span.line, e.code, e.message) for e in errors]
    if not errors:
        warned = brief_warnings(jfile, source, has_files=False)
        found = [(f.span.line, f.code, f.message) for f in warned if f.severity is Severity.ERROR]
    starts = _starts(lines)
    result: dict[int, tuple[str, str]] = {}
    for number, code, message in found:
        result.setdefault(bisect_right(starts, number) - 1, (code, message))
    return result


def _starts(lines: Sequence[Line]) -> list[int]:
    starts, number = [], 1
    for line in lines:
        starts.append(number)
        number += line.text.count("\n") + 1
    return starts


def _taken_out(line: Line, mistake: tuple[str, str], notes: Notes) -> Line:
    code, message = mistake
    name = line.text.removeprefix("ENV ").removeprefix("ARG ").partition("=")[0]
    if code == "JF301" and name.isidentifier():
        notes.add(line.origin, name, "it looks like a secret: IMPORT takes it from who builds")
        return evolve(line, text=f"IMPORT {name}")
    if code == "JF302":
        what = " ".join(line.text.split()[:2])
        notes.add(line.origin, what, "it holds a secret: IMPORT that, and write the line anew")
        return evolve(line, text=f"# {what}: taken out, for it holds a secret")
    notes.add(line.origin, line.text.replace("\\\n", " "), f"{message} [{code}]")
    return evolve(line, text="\n".join(f"# {part}" for part in line.text.split("\n")))


def text_of(lines: Sequence[Line]) -> str:
    """The lines as a file."""
    return "\n".join(line.text for line in lines) + "\n"
