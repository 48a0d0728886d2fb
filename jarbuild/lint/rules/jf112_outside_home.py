"""JF112: WORKDIR, PERSIST or COPY's destination outside the home."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator

from jarbuild.lint.document import Document
from jarbuild.lint.finding import ERROR, Fix
from jarbuild.lint.fixes import replace
from jarbuild.lint.paths import in_home, leaves_home
from jarbuild.lint.rule import Remark, Remarks, Rule
from jfile import Copy, Persist, Text, Workdir


def check(document: Document) -> Remarks:
    for text, workdir in _paths(document):
        if leaves_home(str(text), workdir):
            yield Remark(
                text.span,
                f"{text} is not in the home, and nothing outside it can be written",
                help="a path here is relative to the home, or begins with /home/jar",
                fix=_fix(text, workdir),
            )


def _paths(document: Document) -> Iterator[tuple[Text, str | None]]:
    for workdir in document.each(Workdir):
        yield workdir.path, ""
    for persist in document.each(Persist):
        yield persist.path, document.workdir(persist)
    for copy in document.each(Copy):
        yield copy.dest, document.workdir(copy)


def _fix(text: Text, workdir: str | None) -> Fix | None:
    """`/app` becomes `app`, seen from the WORKDIR."""
    path = str(text).lstrip("/")
    inside = in_home(path, "")
    if not str(text).startswith("/") or workdir is None or not inside:
        return None
    relative = posixpath.relpath(inside, workdir or ".")
    slash = "/" if path.endswith("/") and relative != "." else ""
    return replace("take it for a path in the home", text.span, relative + slash)


RULE = Rule(
    code="JF112",
    name="outside-home",
    severity=ERROR,
    why="""A jar's home is all that a build may write. An absolute path in the home begins with
/home/jar; `..` must not climb out of it. `/app`, as Dockerfiles have it, is `app` here.""",
    fix="takes an absolute path for one in the home",
    bad="WORKDIR /app",
    good="WORKDIR app",
    check=check,
)
