"""What an exception says, as values: the one table from errors to messages and exit codes.

Library code raises; only the command line asks this module.

    raised                       code                  exit
    JFileError, SyntaxErrors     jfile…, JF001…        2
    UsageError                   usage…                2
    StepFailedError              step-failed…          1
    MachineError                 machine…              3
    OSError                      os-error              3      not foreseen, but it says what failed
    KeyboardInterrupt            interrupted           130
    Terminated                   terminated            143
    anything else, InternalError internal              3      our bug; the traceback goes to a file
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from attrs import frozen

from geniejars import InternalError, JarbuildError, Place

if TYPE_CHECKING:
    from jfile import Diagnostic, Source

Severity = Literal["error", "warning", "info"]

INTERRUPTED = 130
TERMINATED = 143
"""As a shell reports them: 128 and the number of the signal."""


class Terminated(KeyboardInterrupt):
    """SIGTERM, which ends a command as Ctrl-C does."""


@frozen
class Problem:
    """One thing that is wrong, ready to be shown.

    `source` is what `place` points into, where it could be read; `notes` are pairs of a label and
    a sentence: what was expected, what to do.
    """

    code: str
    message: str
    place: Place | None = None
    source: Source | None = None
    notes: tuple[tuple[str, str], ...] = ()
    severity: Severity = "error"


def exit_code(error: BaseException) -> int:
    """0 fine, 1 a step failed, 2 wrong JFile or usage, 3 the machine failed."""
    if isinstance(error, Terminated):
        return TERMINATED
    if isinstance(error, KeyboardInterrupt):
        return INTERRUPTED
    if isinstance(error, JarbuildError):
        return error.exit_code
    return 2 if _of_syntax(error) else 3


def problems(error: BaseException) -> tuple[Problem, ...]:
    """At least one; many where a JFile has many mistakes."""
    if isinstance(error, KeyboardInterrupt):
        word = "terminated" if isinstance(error, Terminated) else "interrupted"
        return (Problem(word, word),)
    if isinstance(error, JarbuildError) and not isinstance(error, InternalError):
        return (_of_ours(error),)
    if isinstance(error, OSError):
        return (_of_system(error),)
    return _of_syntax(error) or (_of_bug(error),)


def error_object(problem: Problem) -> dict[str, str | int | None]:
    """The `error` of every JSON output."""
    place = problem.place
    return {
        "code": problem.code,
        "message": problem.message,
        "file": place.file if place else None,
        "line": place.line if place else None,
    }


def _of_ours(error: JarbuildError) -> Problem:
    source = _read(error.place.file) if error.place else None
    return Problem(error.code, error.message, error.place, source, _notes(help=error.help))


def _of_system(error: OSError) -> Problem:
    named = f"{error.filename}: " if error.filename else ""
    return Problem("os-error", f"{named}{error.strerror or error}")


def _of_syntax(error: BaseException) -> tuple[Problem, ...]:
    """Empty for everything but a JFile's mistakes."""
    from jfile import SyntaxErrors  # loads no parser

    if not isinstance(error, SyntaxErrors):
        return ()
    return tuple(_of_mistake(e, error.sources[e.span.file]) for e in error.errors)


def _of_mistake(mistake: Diagnostic, source: Source) -> Problem:
    """Columns are code points of the text, so the source goes along as it was parsed."""
    span = mistake.span
    place = Place(source.name, span.line, span.column, span.end_line, span.end_column)
    notes = _notes(expected=mistake.expected, help=mistake.hint)
    return Problem(mistake.code, mistake.message, place, source, notes)


def _notes(**sentences: str | None) -> tuple[tuple[str, str], ...]:
    return tuple((label, sentence) for label, sentence in sentences.items() if sentence)


def _read(name: str) -> Source | None:
    from jfile import Source

    try:
        return Source.read(name, Path(name).read_bytes())
    except OSError:
        return None


def _of_bug(error: BaseException) -> Problem:
    return Problem(
        "internal",
        f"{type(error).__name__}: {error}",
        notes=_notes(help=f"this is a bug in jarbuild; please report it with {_kept(error)}"),
    )


def _kept(error: BaseException) -> str:
    """Where the traceback went: a screen full of it helps nobody who uses the tool."""
    import tempfile
    import traceback

    text = "".join(traceback.format_exception(error))
    if os.environ.get("JARBUILD_DEBUG") == "1":
        return f"this:\n{text}"
    try:
        descriptor, path = tempfile.mkstemp(prefix="jarbuild-", suffix=".txt")
    except OSError:
        return "what JARBUILD_DEBUG=1 shows"
    with os.fdopen(descriptor, "w", errors="backslashreplace") as file:
        file.write(text)
    return path
