"""JF118: directives for an app, and no CMD."""

from __future__ import annotations

from jarbuild.lint.document import Document
from jarbuild.lint.finding import INFO
from jarbuild.lint.rule import Remark, Remarks, Rule
from jfile import Cmd, Healthcheck, Stopsignal, Tag


def check(document: Document) -> Remarks:
    if not document.is_whole or document.each(Cmd):
        return
    for kind in (Tag, Healthcheck, Stopsignal):
        for directive in document.each(kind)[:1]:
            yield Remark(
                directive.span,
                "there is no CMD that this could be for",
                help='add CMD ["PROGRAM", "ARGUMENT"]',
            )
            return


RULE = Rule(
    code="JF118",
    name="missing-cmd",
    severity=INFO,
    why="""TAG, HEALTHCHECK and STOPSIGNAL are about the app that `geniejars app up` starts, and
without CMD it starts none. A JFile that only prepares a home needs none of them.""",
    bad="TAG web\nCOPY server.js server.js",
    good='TAG web\nCOPY server.js server.js\nCMD ["node", "server.js"]',
    check=check,
)
