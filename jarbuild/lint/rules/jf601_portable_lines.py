"""JF601: a directive on several lines, which geniejars does not read."""

from __future__ import annotations

from jarbuild.lint.document import Document
from jarbuild.lint.finding import WARNING
from jarbuild.lint.rule import Remark, Remarks, Rule
from jfile import Run


def check(document: Document) -> Remarks:
    for directive in document.directives:
        if directive.span.line == directive.span.end_line:
            continue
        has_body = isinstance(directive, Run) and "<<" in document.line(directive.span.line)
        what = "a here-document" if has_body else "a continued line"
        yield Remark(
            directive.span,
            f"geniejars knows no {what[2:]}: each line is a directive there",
            help="write it on one line, or COPY a script and run that",
        )


RULE = Rule(
    code="JF601",
    name="portable-lines",
    severity=WARNING,
    why="""geniejars 0.2.13 reads line by line. Continued lines and here-documents are
jarbuild's.""",
    bad="RUN npm ci \\\n    --omit=dev",
    good="RUN npm ci --omit=dev",
    check=check,
)
