"""A folder that commands run in, in this process, and how they ended."""

from __future__ import annotations

from pathlib import Path

import pytest
from attrs import Factory, define, frozen

from geniejars import Event
from jarbuild import cli
from jarbuild.display import Display
from jarbuild.options import BuildOptions


@frozen
class Outcome:
    """Bytes that are no UTF-8 are lone surrogates."""

    exit: int
    out: str
    err: str


@frozen
class Project:
    """A folder of files that the commands run in."""

    folder: Path
    capture: pytest.CaptureFixture[bytes]

    def run(self, *words: str) -> Outcome:
        """`jarbuild WORDS`."""
        return self._outcome(cli.main(words))

    def jars(self, *words: str) -> Outcome:
        """`geniejars WORDS`."""
        return self._outcome(cli.geniejars(words))

    def read(self, name: str) -> str:
        return (self.folder / name).read_text()

    def _outcome(self, code: int) -> Outcome:
        out, err = (text.decode("utf-8", "surrogateescape") for text in self.capture.readouterr())
        return Outcome(code, out, err)


@define
class FakeBuild:
    """Stands where `jarbuild.commands.build` does: tells a story, or fails."""

    events: list[Event] = Factory(list)
    error: BaseException | None = None
    asked: list[BuildOptions] = Factory(list)

    def run(self, options: BuildOptions, display: Display) -> int:
        self.asked.append(options)
        for event in self.events:
            display.show(event)
        if self.error is not None:
            raise self.error
        return 0
