"""JF201: everything is copied before the dependencies are installed."""

from __future__ import annotations

from jarbuild.lint.document import Document
from jarbuild.lint.finding import WARNING
from jarbuild.lint.installs import Install, install_of
from jarbuild.lint.rule import Remark, Remarks, Rule
from jarbuild.lint.wordlists import words
from jfile import Copy, Run

_ALL = words(". ./ * ./*")


def check(document: Document) -> Remarks:
    broad: Copy | None = None
    scripts = {id(run): script for run, script in document.run_scripts}
    for directive in document.directives:
        if isinstance(directive, Copy) and broad is None:
            broad = directive if _ALL & set(map(str, directive.sources)) else None
        elif isinstance(directive, Run) and id(directive) in scripts:
            installs = map(install_of, scripts[id(directive)].commands)
            install = next((i for i in installs if i is not None and i.kind != "named"), None)
            if install is not None:
                if broad is not None:
                    yield _remark(broad, directive, install)
                return  # what is installed later builds on it, and on the code


def _remark(copy: Copy, run: Run, install: Install) -> Remark:
    return Remark(
        copy.span,
        f"any edit repeats the {install.tool} install on line {run.span.line}",
        help="copy the manifest and lock file first, install, then copy the rest",
    )


RULE = Rule(
    code="JF201",
    name="copy-all-before-install",
    severity=WARNING,
    why="""A RUN is repeated when anything in the home before it has changed. With the whole
project in place that is every edit; with only the manifest it is every change of a dependency.""",
    bad="WORKDIR app\nCOPY . .\nRUN npm ci",
    good="WORKDIR app\nCOPY package.json package-lock.json ./\nRUN npm ci\nCOPY . .",
    check=check,
)
