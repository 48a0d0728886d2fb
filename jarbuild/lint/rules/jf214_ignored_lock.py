"""JF214: `npm install` beside a lock file."""

from __future__ import annotations

import posixpath

from jarbuild.lint.document import Document
from jarbuild.lint.finding import INFO
from jarbuild.lint.fixes import replace
from jarbuild.lint.installs import install_of
from jarbuild.lint.rule import Remark, Remarks, Rule
from jfile import Copy

_LOCKS = frozenset({"package-lock.json", "npm-shrinkwrap.json"})


def check(document: Document) -> Remarks:
    sources = (str(source) for copy in document.each(Copy) for source in copy.sources)
    if _LOCKS.isdisjoint(map(posixpath.basename, sources)):
        return
    for _, script in document.run_scripts:
        for command in script.commands:
            install = install_of(command)
            if install is None or (install.tool, install.kind) != ("npm", "project"):
                continue
            verb = next(word for word in command.arguments if word.value[:1] == "i")
            span = script.span(verb)
            yield Remark(
                span,
                "npm install may change the versions that the lock file names",
                help="write npm ci",
                fix=replace("write ci", span, "ci"),
            )


RULE = Rule(
    code="JF214",
    name="ignored-lock",
    severity=INFO,
    why="""`npm install` takes the lock file for advice and rewrites it; `npm ci` installs exactly
what it names, or says that it does not fit.""",
    fix="writes `npm ci`",
    bad="WORKDIR app\nCOPY package.json package-lock.json ./\nRUN npm install",
    good="WORKDIR app\nCOPY package.json package-lock.json ./\nRUN npm ci",
    check=check,
)
