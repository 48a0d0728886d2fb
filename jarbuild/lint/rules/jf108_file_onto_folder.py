"""JF108: COPY of a file to a path that is a folder already."""

from __future__ import annotations

from jarbuild.lint.document import Document
from jarbuild.lint.finding import ERROR
from jarbuild.lint.fixes import replace
from jarbuild.lint.paths import in_home, is_folder_like, is_glob
from jarbuild.lint.rule import Remark, Remarks, Rule
from jfile import Copy


def check(document: Document) -> Remarks:
    context = document.context
    if context is None:
        return
    for copy in document.each(Copy):
        source, dest = str(copy.sources[0]), str(copy.dest)
        if len(copy.sources) > 1 or is_folder_like(dest) or is_glob(source):
            continue
        path = in_home(dest, document.workdir(copy))
        if not path or context.kind(source) != "file":
            continue
        if document.delivery.is_folder(path, document.position(copy)):
            yield Remark(
                copy.dest.span,
                f"{dest} is a folder: a file cannot take its place",
                help=f"to copy into it, write {dest}/",
                fix=replace("copy into the folder", copy.dest.span, f"{dest}/", is_safe=True)
                if not copy.json_form
                else None,
            )


RULE = Rule(
    code="JF108",
    name="file-onto-folder",
    severity=ERROR,
    why="""A destination that ends in `/` is a folder to copy into; any other is the file's new
name. Where WORKDIR or an earlier COPY has made a folder of that name, the build stops.""",
    fix="ends the destination with a slash",
    has_safe_fix=True,
    bad="COPY src app\nCOPY server.js app",
    good="COPY src app\nCOPY server.js app/",
    files={"src/index.js": "", "server.js": ""},
    check=check,
)
