"""JF124: an ARG that no RUN names."""

from __future__ import annotations

from jarbuild.lint.document import Document
from jarbuild.lint.finding import WARNING
from jarbuild.lint.fixes import delete
from jarbuild.lint.rule import Remark, Remarks, Rule
from jfile import Arg, Run


def check(document: Document) -> Remarks:
    runs = document.each(Run)
    # A file without RUNs declares for those that include it.
    if not document.is_whole or not runs:
        return
    last_naming: dict[str, int] = {}
    for run in runs:
        for name in document.names(run):
            last_naming[name] = document.position(run)
    for arg in document.each(Arg):
        if last_naming.get(arg.name, -1) < document.position(arg):
            yield Remark(
                arg.span,
                f"no RUN below names {arg.name}",
                help=f"use it as ${arg.name} in a RUN below, or remove it",
                fix=delete("remove it", arg),
            )


RULE = Rule(
    code="JF124",
    name="unused-arg",
    severity=WARNING,
    why="""A build argument is in a RUN's environment only if the RUN's own text names it. One
that no RUN names changes nothing: not the result, not the cache.""",
    fix="removes it",
    bad="ARG VERSION=1.2\nRUN make",
    good='ARG VERSION=1.2\nRUN make VERSION="$VERSION"',
    check=check,
)
