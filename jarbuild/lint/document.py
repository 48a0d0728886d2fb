"""A JFile as rules see it: its text, its directives, its shell texts, and what is around it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Any, TypeVar

from attrs import define, field, frozen

import jfile
from jarbuild.lint.context import Context
from jarbuild.lint.delivery import Delivery
from jarbuild.lint.inclusion import included
from jarbuild.lint.layout import Layout, lay_out
from jarbuild.lint.paths import in_home
from jarbuild.lint.pragma import Suppressions, read_suppressions
from jarbuild.lint.shell import Script, read_script
from jfile import (
    Addpath,
    Cmd,
    Depend,
    Diagnostic,
    Directive,
    Healthcheck,
    Include,
    JFile,
    Persist,
    Run,
    Source,
    Span,
    Text,
    Workdir,
)

D = TypeVar("D", bound=Directive)
PathDirective = Workdir | Persist | Depend | Addpath | Include

_IDENTIFIER = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


@frozen
class Facts:
    """What the settings tell about the machine and the house style."""

    ports: int | None = None  # how many a jar has; None where nobody said
    line_length: int = 120


@define(slots=False)
class Document:
    """One JFile. `directives` are its own and those of the files it includes, in order.

    `is_whole` is False where an INCLUDE could not be followed: then nobody knows what else there
    is, and rules about what is missing stay silent.
    """

    source: Source
    jfile: JFile
    errors: tuple[Diagnostic, ...]
    directives: tuple[Directive, ...]
    sources: Mapping[str | None, Source]
    context: Context | None = None
    facts: Facts = field(factory=Facts)

    @classmethod
    def read(
        cls,
        name: str,
        content: str | bytes,
        context: Context | None = None,
        facts: Facts | None = None,
    ) -> Document:
        """Never fails, whatever the content."""
        parsed, errors = jfile.parse_tolerant(content, name)
        return cls.of(Source.read(name, content), parsed, errors, context, facts)

    @classmethod
    def of(
        cls,
        source: Source,
        parsed: JFile,
        errors: tuple[Diagnostic, ...] = (),
        context: Context | None = None,
        facts: Facts | None = None,
    ) -> Document:
        """Of a JFile that has been parsed already, its INCLUDEs still in it."""
        more = included(parsed, source, context)
        return cls(
            source,
            parsed,
            errors + more.errors,
            more.directives,
            more.sources,
            context,
            facts or Facts(),
        )

    def with_content(self, content: bytes) -> Document:
        """The same file with other content."""
        return Document.read(self.source.name, content, self.context, self.facts)

    @property
    def is_whole(self) -> bool:
        return not self.errors and not self.each(Include)

    @cached_property
    def suppressions(self) -> Suppressions:
        return read_suppressions(self.jfile)

    # Directives

    @cached_property
    def _by_type(self) -> dict[type, list[Any]]:
        found: dict[type, list[Any]] = {}
        for directive in self.directives:
            found.setdefault(type(directive), []).append(directive)
        return found

    def each(self, kind: type[D]) -> list[D]:
        """The directives of one kind, in order."""
        return self._by_type.get(kind, [])

    @property
    def path_directives(self) -> list[PathDirective]:
        """The directives that are about one path, kind by kind."""
        kinds = (Workdir, Persist, Depend, Addpath, Include)
        return [directive for kind in kinds for directive in self._by_type.get(kind, [])]

    @cached_property
    def _positions(self) -> dict[int, int]:
        return {id(directive): n for n, directive in enumerate(self.directives)}

    def position(self, directive: Directive) -> int:
        """Which of the directives it is, counted from 0."""
        return self._positions[id(directive)]

    def precedes(self, first: Directive, second: Directive) -> bool:
        return self.position(first) < self.position(second)

    # Text

    def line(self, number: int) -> str:
        """A line of the file, counted from 1, without its end."""
        lines = self.source.lines
        return lines[number - 1].removesuffix("\r") if number <= len(lines) else ""

    @cached_property
    def newline(self) -> str:
        return "\r\n" if self.source.lines and self.source.lines[0].endswith("\r") else "\n"

    def written(self, span: Span) -> str:
        """What stands at a span of the file itself."""
        if span.line == span.end_line:
            return self.line(span.line)[span.column - 1 : span.end_column - 1]
        first = self.line(span.line)[span.column - 1 :]
        between = [self.line(n) for n in range(span.line + 1, span.end_line)]
        return "\n".join([first, *between, self.line(span.end_line)[: span.end_column - 1]])

    def layout(self, text: Text) -> Layout:
        return lay_out(text, self.sources.get(text.span.file))

    def span_in(self, text: Text, start: int, end: int) -> Span:
        """The place of a part of a value; of a JSON string, whose escapes hide it, all of it."""
        if self.written(text.span)[:1] == '"' and not str(text).startswith('"'):
            return text.span
        return self.layout(text).span(start, end)

    # Shell

    @cached_property
    def scripts(self) -> tuple[tuple[Directive, Script], ...]:
        """Every directive that a shell runs, with its script."""
        return tuple(self._scripts())

    def _scripts(self) -> Iterator[tuple[Directive, Script]]:
        for directive in self.directives:
            if isinstance(directive, Run | Cmd | Healthcheck):
                text = shell_text(directive)
                if text is not None:
                    is_strict = isinstance(directive, Run) and directive.heredoc is not None
                    yield directive, read_script(self.layout(text), is_strict)

    @cached_property
    def run_scripts(self) -> tuple[tuple[Run, Script], ...]:
        return tuple((d, s) for d, s in self.scripts if isinstance(d, Run))

    @cached_property
    def _words(self) -> dict[int, frozenset[str]]:
        shell = {id(directive): script.words for directive, script in self.scripts}
        for run in self.each(Run):
            if run.argv is not None:
                shell[id(run)] = frozenset(_IDENTIFIER.findall(" ".join(map(str, run.argv))))
        return shell

    def names(self, run: Run) -> frozenset[str]:
        """Every identifier in a RUN's text: what it does not contain, it does not read."""
        return self._words[id(run)]

    # Places in the home

    @cached_property
    def _workdirs(self) -> list[str | None]:
        found: list[str | None] = []
        current: str | None = ""
        for directive in self.directives:
            found.append(current)
            if isinstance(directive, Workdir):
                current = in_home(str(directive.path), "")
        return found

    @cached_property
    def delivery(self) -> Delivery:
        return Delivery(self.directives, self.context)

    def workdir(self, directive: Directive) -> str | None:
        """The folder that WORKDIR has set there, relative to the home; None if that is unknown."""
        return self._workdirs[self.position(directive)]


def shell_text(directive: Run | Cmd | Healthcheck) -> Text | None:
    """The text that a shell gets; None for the JSON form."""
    if isinstance(directive, Run):
        return directive.command
    if directive.json_form or directive.argv is None:
        return None
    return directive.argv[2]
