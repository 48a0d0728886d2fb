"""JF504: TAG not above, or CMD not below the steps."""

from __future__ import annotations

from jarbuild.lint.document import Document
from jarbuild.lint.finding import INFO
from jarbuild.lint.rule import Remark, Remarks, Rule
from jfile import Cmd, Copy, Run, Tag, Workdir


def check(document: Document) -> Remarks:
    steps = [d for d in document.directives if isinstance(d, Workdir | Copy | Run)]
    if not steps:
        return
    for tag in document.each(Tag):
        if document.precedes(steps[0], tag):
            yield Remark(tag.span, "TAG names the whole: it stands above the steps")
    for cmd in document.each(Cmd):
        if document.precedes(cmd, steps[-1]):
            yield Remark(cmd.span, "CMD starts what the steps have made: it stands below them")


RULE = Rule(
    code="JF504",
    name="directive-order",
    severity=INFO,
    is_default=False,
    why="""The order of TAG and CMD among the steps changes nothing. A reader looks for the name
first and for the program last.""",
    bad='CMD ["node", "server.js"]\nCOPY server.js server.js',
    good='COPY server.js server.js\nCMD ["node", "server.js"]',
    check=check,
)
