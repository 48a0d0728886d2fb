"""JF115: ADDPATH acts on CMD only, and not at all where ENV sets PATH."""

from __future__ import annotations

from jarbuild.lint.document import Document
from jarbuild.lint.finding import WARNING
from jarbuild.lint.fixes import replace
from jarbuild.lint.rule import Remark, Remarks, Rule
from jfile import Addpath, Copy, Depend, Env


def check(document: Document) -> Remarks:
    added = document.each(Addpath)
    if not added:
        return
    env_path = next((env for env in document.each(Env) if str(env.key) == "PATH"), None)
    if env_path is not None:
        for addpath in added:
            yield Remark(addpath.span, "this has no effect: ENV PATH replaces the whole PATH")
        return
    yield from _runs(document, _tools(document))


def _tools(document: Document) -> dict[str, tuple[int, str]]:
    """Programs that the JFile itself places in an added folder: since when, and their path."""
    folders = {str(addpath.path).rstrip("/"): addpath for addpath in document.each(Addpath)}
    named = [str(depend.path) for depend in document.each(Depend)]
    named += [str(copy.dest) for copy in document.each(Copy)]
    found: dict[str, tuple[int, str]] = {}
    for path in named:
        folder, _, name = path.rpartition("/")
        if name and (addpath := folders.get(folder)):
            found.setdefault(name, (document.position(addpath), path))
    return found


def _runs(document: Document, tools: dict[str, tuple[int, str]]) -> Remarks:
    for run, script in document.run_scripts:
        if "PATH" in script.assigned:
            continue
        for command in script.commands:
            since, path = tools.get(command.name, (None, ""))
            if since is not None and since < document.position(run):
                word = script.span(command.words[0])
                yield Remark(
                    word,
                    f"ADDPATH does not act on RUN: {command.name} is not found",
                    help=f"write {path}",
                    fix=replace("write its path", word, path),
                )


RULE = Rule(
    code="JF115",
    name="ineffective-addpath",
    severity=WARNING,
    why="""ADDPATH puts a folder before the PATH that CMD starts with. A RUN has the machine's
PATH, or ENV's. Where ENV sets PATH, CMD has that and no added folder.""",
    fix="writes the tool's path",
    bad="DEPEND ${COMMON}/bin/tool\nADDPATH ${COMMON}/bin\nRUN tool --version",
    good="DEPEND ${COMMON}/bin/tool\nADDPATH ${COMMON}/bin\nRUN ${COMMON}/bin/tool --version",
    check=check,
)
