"""JF407: an install into the machine instead of the home."""

from __future__ import annotations

from jarbuild.lint.document import Document
from jarbuild.lint.finding import WARNING
from jarbuild.lint.installs import install_of
from jarbuild.lint.rule import Remark, Remarks, Rule
from jarbuild.lint.wordlists import words
from jfile import Env

_PREFIXES = words("NPM_CONFIG_PREFIX npm_config_prefix PNPM_HOME BUN_INSTALL")


def check(document: Document) -> Remarks:
    if any(str(env.key) in _PREFIXES for env in document.each(Env)):
        return
    for _, script in document.run_scripts:
        if _PREFIXES & script.assigned or "prefix" in script.words:
            continue
        for command in script.commands:
            install = install_of(command)
            # A program with a folder before it is one of the project's own.
            if install and install.is_global and "/" not in command.program_path:
                yield Remark(
                    script.span(command),
                    "a global install writes to the machine, which a jar cannot",
                    help="install into the project, or set npm_config_prefix to a folder there",
                )


RULE = Rule(
    code="JF407",
    name="global-install",
    severity=WARNING,
    why="""`-g` means /usr or /usr/local, which belong to root and are read-only in a jar.
Installed into the project, the tool is in node_modules/.bin; with a prefix in the home, in its
bin folder.""",
    bad="RUN npm install -g typescript@5.6.2",
    good="RUN npm install typescript@5.6.2",
    check=check,
)
