"""JF205: a package is installed by name, whatever its version is today."""

from __future__ import annotations

from jarbuild.lint.document import Document
from jarbuild.lint.finding import WARNING
from jarbuild.lint.installs import install_of, is_pinned
from jarbuild.lint.rule import Remark, Remarks, Rule

_PINNED = {
    "npm": "NAME@1.2.3",
    "yarn": "NAME@1.2.3",
    "pnpm": "NAME@1.2.3",
    "bun": "NAME@1.2.3",
    "gem": "-v 1.2.3",
    "cargo": "--version 1.2.3",
    "go": "PATH@v1.2.3",
    "composer": "NAME:1.2.3",
}


def check(document: Document) -> Remarks:
    for _, script in document.run_scripts:
        for command in script.commands:
            install = install_of(command)
            if install is None or install.kind != "named":
                continue
            for word in install.packages:
                if not is_pinned(install, word, command):
                    pinned = _PINNED.get(install.tool, "NAME==1.2.3")
                    yield Remark(
                        script.span(word),
                        f"{word.value} is installed in whatever version is the newest",
                        help=f"write {pinned}, or use a lock file",
                    )


RULE = Rule(
    code="JF205",
    name="unpinned-package",
    severity=WARNING,
    why="""The cache keeps what was installed once, so machines that built on other days have
other versions. A version, or a manifest with its lock file, gives the same everywhere.""",
    bad="RUN python3 -m venv venv && venv/bin/pip install flask",
    good="RUN python3 -m venv venv && venv/bin/pip install flask==3.0.3",
    check=check,
)
