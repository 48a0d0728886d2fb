"""JF310: COPY of something that does not belong to the project."""

from __future__ import annotations

import posixpath

from jarbuild.lint.document import Document
from jarbuild.lint.finding import WARNING
from jarbuild.lint.rule import Remark, Remarks, Rule
from jfile import Common, Copy


def check(document: Document) -> Remarks:
    for copy in document.each(Copy):
        for source in copy.sources:
            if source.parts and isinstance(source.parts[0], Common):
                continue
            path = posixpath.normpath(str(source))
            if path == ".." or path.startswith(("/", "../")):
                yield Remark(
                    source.span,
                    f"{source} is outside the context, the JFile's folder",
                    help="put it into the project, or below ${COMMON} where all JFiles can use it",
                )


RULE = Rule(
    code="JF310",
    name="source-outside-context",
    severity=WARNING,
    why="""A checkout on another machine lacks what lies outside the project, `.jarignore` does
not act on it, and a JFile of somebody else can so take any file that its builder can read.""",
    bad="COPY /etc/tool.conf tool.conf",
    good="COPY ${COMMON}/tool.conf tool.conf",
    check=check,
)
