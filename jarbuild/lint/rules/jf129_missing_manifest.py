"""JF129: an install whose manifest or lock file is not there."""

from __future__ import annotations

import posixpath

from jarbuild.lint.document import Document
from jarbuild.lint.finding import ERROR
from jarbuild.lint.installs import Install, install_of
from jarbuild.lint.rule import Remark, Remarks, Rule
from jfile import Run

# What each install reads; of the names in a tuple any will do.
_NEEDED: dict[tuple[str, str], tuple[tuple[str, ...], ...]] = {
    ("npm", "locked"): (("package.json",), ("package-lock.json", "npm-shrinkwrap.json")),
    ("npm", "project"): (("package.json",),),
    ("yarn", "locked"): (("package.json",), ("yarn.lock",)),
    ("yarn", "project"): (("package.json",),),
    ("pnpm", "locked"): (("package.json",), ("pnpm-lock.yaml",)),
    ("pnpm", "project"): (("package.json",),),
    ("poetry", "project"): (("pyproject.toml",),),
    ("bundle", "project"): (("Gemfile", "gems.rb"),),
    ("go", "project"): (("go.mod",),),
    ("composer", "project"): (("composer.json",),),
}


def check(document: Document) -> Remarks:
    runs = document.run_scripts
    if document.context is None or not document.is_whole or not runs:
        return
    run, script = runs[0]
    # After another command, or in another RUN, the file may have been made.
    if run is not document.each(Run)[0] or not script.commands:
        return
    command = script.commands[0]
    install = install_of(command) if command.is_top_level and not command.assignments else None
    missing = _missing(document, run, install) if install else ""
    if missing and not command.has_option("--prefix", "-C", "--cwd", "--dir"):
        where = document.workdir(run) or "the home"
        message = f"{command.program} needs {missing}, and no COPY has put it into {where}"
        yield Remark(script.span(command), message)


def _missing(document: Document, run: Run, install: Install) -> str:
    folder = document.workdir(run)
    if folder is None:
        return ""
    position = document.position(run)
    for names in _NEEDED.get((install.tool, install.kind), ()):
        paths = [posixpath.join(folder, name) for name in names]
        if all(document.delivery.is_absent(path, position) for path in paths):
            return names[0]
    return ""


RULE = Rule(
    code="JF129",
    name="missing-manifest",
    severity=ERROR,
    why="""An install by manifest stops without it, and `npm ci` also without its lock file. This
is checked for the first command of the first RUN: nothing but COPY can have made the file.""",
    bad="WORKDIR app\nCOPY package.json ./\nRUN npm ci",
    good="WORKDIR app\nCOPY package.json package-lock.json ./\nRUN npm ci",
    files={"package.json": "{}", "package-lock.json": "{}"},
    check=check,
)
