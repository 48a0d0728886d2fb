"""Which RUNs a variable reaches, and which of them can read it."""

from __future__ import annotations

from collections.abc import Iterator

from attrs import frozen

from jarbuild.lint.document import Document
from jfile import Env, Import, Run


@frozen
class Reach:
    """A variable, the first RUN below that does not name it, and the last RUN below."""

    variable: Env | Import
    unconcerned: Run
    last: Run
    is_read: bool  # by some RUN below


def reaches(document: Document, variables: list[Env] | list[Import]) -> Iterator[Reach]:
    """Each variable that is in the environment of a RUN that does not name it."""
    runs = document.each(Run)
    positions = {id(run): document.position(run) for run in runs}
    last_naming: dict[str, int] = {}
    for run in runs:
        last_naming.update(dict.fromkeys(document.names(run), positions[id(run)]))
    following = iter(runs)
    current = next(following, None)
    replaced = {id(before) for before, _ in overridden(document)}
    for variable in variables:
        position = document.position(variable)
        while current is not None and positions[id(current)] < position:
            current = next(following, None)
        if current is None:
            return
        is_seen = id(variable) not in replaced
        if is_seen and str(variable.key) not in document.names(current):
            is_read = last_naming.get(str(variable.key), -1) > position
            yield Reach(variable, current, runs[-1], is_read)


def overridden(document: Document) -> Iterator[tuple[Env | Import, Env | Import]]:
    """Each variable that is set again before any RUN has seen it, with what sets it again.

    What an included file sets may well be replaced: that is what it is for.
    """
    pending: dict[str, Env | Import] = {}
    for directive in document.directives:
        if isinstance(directive, Run):
            pending.clear()
        elif isinstance(directive, Env | Import):
            before = pending.get(str(directive.key))
            if before is not None and directive.span.file == before.span.file:
                yield before, directive
            pending[str(directive.key)] = directive
