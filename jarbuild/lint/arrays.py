"""Commands that are written as JSON arrays."""

from __future__ import annotations

from collections.abc import Iterator

from attrs import frozen

from jarbuild.lint.document import Document
from jarbuild.lint.wordlists import words
from jfile import Cmd, Directive, Healthcheck, Run, Text

_SHELLS = words("sh bash dash ash zsh ksh")


@frozen
class Array:
    """At least one string, the program first."""

    directive: Directive
    argv: tuple[Text, ...]

    @property
    def is_shell(self) -> bool:
        """Whether a shell reads one of the strings after all."""
        program = str(self.argv[0]).rpartition("/")[2]
        return program in _SHELLS and any(str(text).startswith("-") for text in self.argv[1:])


def arrays(document: Document) -> Iterator[Array]:
    for directive in document.directives:
        if (isinstance(directive, Run) and directive.argv) or (
            isinstance(directive, Cmd | Healthcheck) and directive.json_form and directive.argv
        ):
            yield Array(directive, directive.argv)
