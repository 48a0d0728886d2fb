"""Where a command writes: results to one stream, problems to the other."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TextIO

from attrs import frozen

from jarbuild.display.columns import width_of
from jarbuild.display.controls import escaped
from jarbuild.display.diagnostics import render
from jarbuild.display.palette import Palette, palette_for, speaks_unicode
from jarbuild.problems import Problem

# The marks of an excerpt where a terminal has no others: `>` is what pagers put at a cut.
_ASCII = {ord("…"): ">", **dict.fromkeys(range(0x2400, 0x2427), "?")}


@frozen
class Screen:
    """Both streams of a process, usually; `color` is what was asked for."""

    out: TextIO
    err: TextIO
    color: bool = True

    @property
    def palette(self) -> Palette:
        return palette_for(self.out, wanted=self.color)

    @property
    def width(self) -> int | None:
        """Columns to fit; None where the output is no terminal."""
        return width_of(self.out)

    def print(self, lines: Iterable[str]) -> None:
        """All at once, and seen at once: a build may be silent for minutes after it."""
        try:
            self.out.write("".join(f"{line}\n" for line in lines))
            self.out.flush()
        except BrokenPipeError:
            raise
        except OSError as error:
            discard(self.out)
            raise OSError(error.errno, error.strerror, "standard output") from error

    def note(self, text: str) -> None:
        """Beside the results, for people."""
        self.out.flush()
        print(escaped(text), file=self.err, flush=True)

    def complain(self, problems: Sequence[Problem]) -> None:
        self.out.flush()
        if not problems:
            return
        palette = palette_for(self.err, wanted=self.color)
        text = render(problems, palette, width_of(self.err))
        shown = text if speaks_unicode(self.err) else text.translate(_ASCII)
        print(shown, file=self.err, flush=True)


def discard(stream: TextIO) -> None:
    """What it has not got rid of goes nowhere; else Python would try once more at its end."""
    with suppress(OSError), Path(os.devnull).open("w") as nowhere:
        os.dup2(nowhere.fileno(), stream.fileno())


def standard_screen(*, color: bool = True) -> Screen:
    """The process's own streams, as they are now."""
    return Screen(sys.stdout, sys.stderr, color)


def page(text: str, screen: Screen) -> None:
    """A long text: through the user's pager on a terminal."""
    if screen.out.isatty():
        import pydoc

        pydoc.pager(text)
    else:
        screen.print([text.rstrip("\n")])
