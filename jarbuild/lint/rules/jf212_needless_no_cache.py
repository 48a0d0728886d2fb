"""JF212: `--no-cache` on a RUN that always gives the same."""

from __future__ import annotations

from jarbuild.lint.document import Document
from jarbuild.lint.finding import WARNING, Fix
from jarbuild.lint.fixes import replace
from jarbuild.lint.installs import install_of
from jarbuild.lint.rule import Remark, Remarks, Rule
from jfile import Run, Span

_FLAG = "--no-cache"
_MANY = 2


def check(document: Document) -> Remarks:
    runs = document.each(Run)
    if len(runs) >= _MANY and all(run.no_cache for run in runs):
        yield Remark(runs[0].span, "every RUN is --no-cache: nothing of this is ever reused")
        return
    for run, script in document.run_scripts:
        installs = [install_of(command) for command in script.commands]
        if run.no_cache and installs and all(i and i.kind == "locked" for i in installs):
            yield Remark(
                _flag(document, run) or run.span,
                "a lock file gives the same each time: --no-cache only repeats the work",
                help=f"remove {_FLAG}",
                fix=_fix(document, run),
            )


def _flag(document: Document, run: Run) -> Span | None:
    """The flag and the blank behind it, where both are on the first line."""
    start = document.line(run.span.line).find(f"{_FLAG} ") if run.span.file is None else -1
    if start < 0:
        return None
    return Span(run.span.line, start + 1, run.span.line, start + len(_FLAG) + 2)


def _fix(document: Document, run: Run) -> Fix | None:
    span = _flag(document, run)
    return replace("remove the flag", span, "") if span else None


RULE = Rule(
    code="JF212",
    name="needless-no-cache",
    severity=WARNING,
    why="""`--no-cache` repeats a RUN in every build. That is for what changes without any input,
such as a nightly download. What follows is reused only if the result turns out the same.""",
    fix="removes the flag",
    bad="RUN --no-cache npm ci",
    good="RUN npm ci",
    check=check,
)
