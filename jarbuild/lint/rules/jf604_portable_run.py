"""JF604: a RUN that geniejars takes for shell text, or cannot do."""

from __future__ import annotations

from jarbuild.lint.document import Document
from jarbuild.lint.finding import WARNING
from jarbuild.lint.rule import Remark, Remarks, Rule
from jfile import Run


def check(document: Document) -> Remarks:
    for run in document.each(Run):
        if run.argv is not None:
            yield Remark(run.span, "geniejars gives an array behind RUN to the shell as it stands")
        elif run.mounts or run.no_cache or run.timeout is not None:
            yield Remark(run.span, "geniejars takes the flags of RUN for the command")


RULE = Rule(
    code="JF604",
    name="portable-run",
    severity=WARNING,
    why="""geniejars 0.2.13 gives everything behind RUN to a shell. Flags and arrays are
jarbuild's; without a cache, `--no-cache` has no meaning there.""",
    bad="RUN --timeout=5m make",
    good="RUN make",
    check=check,
)
