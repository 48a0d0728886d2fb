"""JF114: a relative DEPEND."""

from __future__ import annotations

from jarbuild.lint.document import Document
from jarbuild.lint.finding import WARNING
from jarbuild.lint.rule import Remark, Remarks, Rule
from jfile import Common, Depend


def check(document: Document) -> Remarks:
    for depend in document.each(Depend):
        first = depend.path.parts[0]
        # `~` and variables are JF107's.
        if not isinstance(first, Common) and not str(first).startswith(("/", "~", "$")):
            yield Remark(
                depend.path.span,
                f"{depend.path} depends on the folder that the build is started in",
                help="write an absolute path, or ${COMMON}/…; files of the project are COPY's",
            )


RULE = Rule(
    code="JF114",
    name="relative-depend",
    severity=WARNING,
    why="""DEPEND names something of the machine, outside the project. A relative path is looked
up from wherever the build was started, not from the JFile's folder, as geniejars always did.""",
    bad="DEPEND tools/compiler",
    good="DEPEND ${COMMON}/tools/compiler",
    check=check,
)
