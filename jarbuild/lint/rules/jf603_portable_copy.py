"""JF603: a COPY that geniejars cannot do."""

from __future__ import annotations

from jarbuild.lint.document import Document
from jarbuild.lint.finding import WARNING
from jarbuild.lint.paths import is_folder_like, is_glob
from jarbuild.lint.rule import Remark, Remarks, Rule
from jfile import Copy


def check(document: Document) -> Remarks:
    for copy in document.each(Copy):
        if (problem := _problem(copy)) is not None:
            yield Remark(copy.span, problem, help="write a COPY for each file, to its new name")


def _problem(copy: Copy) -> str | None:
    if copy.json_form:
        return "geniejars reads no array behind COPY"
    if len(copy.sources) > 1:
        return "geniejars copies one source at a time"
    if copy.chmod is not None or copy.exclude:
        return "geniejars knows no flags of COPY"
    source, dest = str(copy.sources[0]), str(copy.dest)
    if is_glob(source):
        return "geniejars takes wildcards for letters"
    if is_folder_like(dest) and not is_folder_like(source):
        return f"where {source} is a file, geniejars cannot put it into a folder"
    return None


RULE = Rule(
    code="JF603",
    name="portable-copy",
    severity=WARNING,
    why="""In geniejars 0.2.13 COPY takes one source and its new name: no wildcards, no flags, and
a file cannot be copied to `.` or `folder/`.""",
    bad="COPY package.json package-lock.json app/",
    good="COPY package.json app/package.json\nCOPY package-lock.json app/package-lock.json",
    check=check,
)
