"""JF133: several files copied to one file."""

from __future__ import annotations

import re

from jarbuild.lint.context import Context
from jarbuild.lint.document import Document
from jarbuild.lint.finding import ERROR
from jarbuild.lint.fixes import replace
from jarbuild.lint.paths import in_home, is_folder_like, is_glob
from jarbuild.lint.rule import Remark, Remarks, Rule
from jfile import Copy

_HAS_SUFFIX = re.compile(r"[^./]\.[A-Za-z0-9]{1,5}\Z")


def check(document: Document) -> Remarks:
    for copy in document.each(Copy):
        dest = str(copy.dest)
        if is_folder_like(dest) or in_home(dest, document.workdir(copy)) == "":
            continue
        files = [s for s in copy.sources if _is_file(str(s), document.context)]
        if files and (len(copy.sources) > 1 or is_glob(str(files[0]))):
            yield Remark(
                copy.dest.span,
                f"{dest} is one file, and several are copied to it",
                help=f"to copy into a folder, write {dest}/",
                fix=replace("copy into a folder", copy.dest.span, f"{dest}/", is_safe=True)
                if not copy.json_form
                else None,
            )


def _is_file(source: str, context: Context | None) -> bool:
    if context is not None and not is_glob(source):
        return context.kind(source) == "file"
    return bool(_HAS_SUFFIX.search(source))


RULE = Rule(
    code="JF133",
    name="sources-onto-file",
    severity=ERROR,
    why="""Only a destination that ends in `/` is a folder to copy into. Without it each source
would take the place of the one before.""",
    fix="ends the destination with a slash",
    has_safe_fix=True,
    bad="COPY package.json package-lock.json app",
    good="COPY package.json package-lock.json app/",
    check=check,
)
