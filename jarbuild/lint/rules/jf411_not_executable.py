"""JF411: a copied script without the right to be executed."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator

from jarbuild.lint.arrays import arrays
from jarbuild.lint.document import Document
from jarbuild.lint.finding import ERROR
from jarbuild.lint.paths import in_home
from jarbuild.lint.rule import Remark, Remarks, Rule
from jfile import Copy, Directive, Run, Span


def check(document: Document) -> Remarks:
    context = document.context
    if context is None or not document.is_whole:
        return
    for directive, span, program in _programs(document):
        path = in_home(program, document.workdir(directive))
        origin = document.delivery.origin(path, document.position(directive)) if path else None
        if origin and context.kind(origin) == "file" and not context.is_executable(origin):
            yield Remark(
                span,
                f"{program} may not be executed: {origin} has no x bit",
                help=f"chmod +x {origin}, or start it with its interpreter",
            )


def _programs(document: Document) -> Iterator[tuple[Directive, Span, str]]:
    """What is started by its path, before a RUN could have changed its mode."""
    if any(copy.chmod is not None for copy in document.each(Copy)):
        return
    runs = document.each(Run)
    for directive, script in document.scripts:
        first = script.commands[0] if script.commands else None
        if first is None or "/" not in first.name or (runs and directive is not runs[0]):
            continue
        if first.words[0].is_static and first.depth == 0:
            yield directive, script.span(first.words[0]), posixpath.normpath(first.name)
    for array in arrays(document):
        if "/" in str(array.argv[0]) and not runs:
            yield array.directive, array.argv[0].span, posixpath.normpath(str(array.argv[0]))


RULE = Rule(
    code="JF411",
    name="not-executable",
    severity=ERROR,
    why="""COPY keeps the bits that a file has in the project. A script that is started by its
path needs the right to be executed; `sh script.sh` needs none. Checked for what no RUN before can
have changed.""",
    bad="COPY setup.sh setup.sh\nRUN ./setup.sh",
    good="COPY setup.sh setup.sh\nRUN sh setup.sh",
    files={"setup.sh": "#!/bin/sh\n"},
    check=check,
)
