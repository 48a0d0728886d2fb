"""JF116: a relative ADDPATH."""

from __future__ import annotations

from jarbuild.lint.document import Document
from jarbuild.lint.finding import WARNING
from jarbuild.lint.fixes import replace
from jarbuild.lint.paths import HOME, in_home
from jarbuild.lint.rule import Remark, Remarks, Rule
from jfile import Addpath, Common


def check(document: Document) -> Remarks:
    for addpath in document.each(Addpath):
        first = addpath.path.parts[0]
        if isinstance(first, Common) or str(first).startswith(("/", "~", "$")):
            continue
        inside = in_home(str(addpath.path), "")
        absolute = f"{HOME}/{inside}" if inside else HOME
        yield Remark(
            addpath.path.span,
            f"{addpath.path} is looked up in whatever folder a process happens to be in",
            help=f"for the home's, write {absolute}",
            fix=replace("start in the home", addpath.path.span, absolute),
        )


RULE = Rule(
    code="JF116",
    name="relative-addpath",
    severity=WARNING,
    why="""A PATH with a relative folder in it finds other programs in each working folder, and
one that a stranger put there as well. The home is /home/jar for whatever runs in it.""",
    fix="makes the path absolute",
    bad="ADDPATH bin",
    good="ADDPATH /home/jar/bin",
    check=check,
)
