"""JF111: a relative WORKDIR starts in the home again."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator

from jarbuild.lint.document import Document
from jarbuild.lint.finding import WARNING
from jarbuild.lint.fixes import replace
from jarbuild.lint.paths import in_home
from jarbuild.lint.rule import Remark, Remarks, Rule
from jfile import Cmd, Copy, Run, Workdir


def check(document: Document) -> Remarks:
    for before, now, is_used in _pairs(document):
        first, second = in_home(str(before.path), ""), str(now.path)
        if not first or second.startswith("/") or in_home(second, "") in (None, first):
            continue
        nested = posixpath.normpath(posixpath.join(first, second))
        if (not is_used and not second.startswith(f"{first}/")) or _is_there(document, nested, now):
            yield Remark(
                now.path.span,
                f"this is {second} in the home, not in {first}: WORKDIR does not nest",
                help=f"write WORKDIR {nested} if that is meant",
                fix=replace("write the whole path", now.path.span, nested),
            )


def _pairs(document: Document) -> Iterator[tuple[Workdir, Workdir, bool]]:
    """Each WORKDIR with the one before it, and whether anything happens in that one's folder."""
    before, is_used = None, False
    for directive in document.directives:
        if isinstance(directive, Workdir):
            if before is not None:
                yield before, directive, is_used
            before, is_used = directive, False
        elif isinstance(directive, Run | Copy | Cmd):
            is_used = True


def _is_there(document: Document, nested: str, workdir: Workdir) -> bool:
    """Whether COPY has made the nested folder, and not the one that WORKDIR names."""
    named = in_home(str(workdir.path), "") or ""
    delivery, position = document.delivery, document.position(workdir)
    return delivery.is_folder(nested, position) and not delivery.is_folder(named, position)


RULE = Rule(
    code="JF111",
    name="unnested-workdir",
    severity=WARNING,
    why="""In a Dockerfile a relative WORKDIR continues the one before; in a JFile it starts in
the home. This is reported where nothing uses the folder before, or where COPY has put the named
folder into it.""",
    fix="writes the path from the home on",
    bad="WORKDIR app\nWORKDIR client\nRUN npm ci",
    good="WORKDIR app/client\nRUN npm ci",
    check=check,
)
