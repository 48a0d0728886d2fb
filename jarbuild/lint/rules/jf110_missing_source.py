"""JF110: COPY of something that is not there."""

from __future__ import annotations

from jarbuild.lint.context import Context
from jarbuild.lint.document import Document
from jarbuild.lint.finding import ERROR
from jarbuild.lint.paths import is_glob, is_in_context
from jarbuild.lint.rule import Remark, Remarks, Rule
from jarbuild.suggestions import did_you_mean
from jfile import Copy, Text


def check(document: Document) -> Remarks:
    if document.context is None:
        return
    for copy in document.each(Copy):
        for source in copy.sources:
            if is_in_context(str(source)):
                yield from _check_source(source, document.context)


def _check_source(source: Text, context: Context) -> Remarks:
    path = str(source)
    if context.kind(path) is not None:
        return
    if not is_glob(path):
        message = f"{path} is not in the context, the JFile's folder"
        yield Remark(source.span, message, help=did_you_mean(path, context.beside(path)))
    elif not context.matches(path):
        yield Remark(source.span, f"{path} matches nothing in the context, the JFile's folder")


RULE = Rule(
    code="JF110",
    name="missing-source",
    severity=ERROR,
    why="""Sources are looked up in the JFile's folder. This is checked where the JFile lies among
its files; what a step before the build makes must be there when lint runs.""",
    bad="COPY sever.js app/",
    good="COPY server.js app/",
    files={"server.js": ""},
    check=check,
)
