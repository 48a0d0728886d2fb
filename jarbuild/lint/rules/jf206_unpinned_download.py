"""JF206: a download whose content may change."""

from __future__ import annotations

from jarbuild.lint.document import Document
from jarbuild.lint.downloads import is_downloader, is_versioned, keeps_file, urls, verifies
from jarbuild.lint.finding import WARNING
from jarbuild.lint.rule import Remark, Remarks, Rule
from jarbuild.lint.shell import Command, Script
from jarbuild.lint.wordlists import words

_CHECKOUTS = frozenset({"checkout", "reset", "switch"})
_CLONE_VALUED = words("-b --branch --depth -o --origin -c --config -j --reference")


def check(document: Document) -> Remarks:
    for run, script in document.run_scripts:
        if run.no_cache:
            continue
        is_verified = verifies(script)
        for command in script.commands:
            if command.program == "git":
                yield from _check_clone(command, script)
            elif is_downloader(command) and keeps_file(command) and not is_verified:
                yield from _check_download(command, script)


def _check_clone(command: Command, script: Script) -> Remarks:
    operands = [word.value for word in command.operands(_CLONE_VALUED)]
    if operands[:1] != ["clone"] or command.has_option("-b", "--branch", "--revision"):
        return
    later = (c.values for c in script.commands if c.program == "git")
    if not any(_CHECKOUTS & set(values) for values in later):
        yield Remark(
            script.span(command),
            "this clones whatever is the newest commit on the day of the build",
            help="add --branch TAG, or check out a commit in the same RUN",
        )


def _check_download(command: Command, script: Script) -> Remarks:
    for word in urls(command):
        if word.is_static and not is_versioned(word.value):
            yield Remark(
                script.span(word),
                "what this address gives may change, and nothing compares it",
                help="name a version in the address, or add: echo 'SUM  FILE' | sha256sum -c",
            )


RULE = Rule(
    code="JF206",
    name="unpinned-download",
    severity=WARNING,
    why="""The cache keeps the first download. Another machine, or a changed step before, gets
something else, and nobody notices; nor does anybody if it was exchanged on purpose.""",
    bad="RUN git clone https://example.org/tool.git",
    good="RUN git clone --branch v1.4.0 https://example.org/tool.git",
    check=check,
)
