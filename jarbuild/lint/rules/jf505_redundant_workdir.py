"""JF505: a WORKDIR that changes nothing."""

from __future__ import annotations

from jarbuild.lint.document import Document
from jarbuild.lint.finding import INFO
from jarbuild.lint.fixes import delete
from jarbuild.lint.paths import in_home
from jarbuild.lint.rule import Remark, Remarks, Rule
from jfile import Workdir


def check(document: Document) -> Remarks:
    seen = False
    for workdir in document.each(Workdir):
        path = in_home(str(workdir.path), "")
        if seen and path is not None and path == document.workdir(workdir):
            yield Remark(
                workdir.span,
                f"{workdir.path} is the working folder already",
                fix=delete("remove it", workdir, is_safe=True),
            )
        seen = True


RULE = Rule(
    code="JF505",
    name="redundant-workdir",
    severity=INFO,
    why="""WORKDIR holds for everything below it, until the next one.""",
    fix="removes it",
    has_safe_fix=True,
    bad="WORKDIR app\nCOPY server.js ./\nWORKDIR app\nRUN npm ci",
    good="WORKDIR app\nCOPY server.js ./\nRUN npm ci",
    check=check,
)
