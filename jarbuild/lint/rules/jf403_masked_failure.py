"""JF403: a failing command does not fail the RUN."""

from __future__ import annotations

from itertools import pairwise

from jarbuild.lint.document import Document
from jarbuild.lint.downloads import INTERPRETERS, is_downloader
from jarbuild.lint.finding import INFO
from jarbuild.lint.fixes import replace
from jarbuild.lint.rule import Remark, Remarks, Rule
from jarbuild.lint.shell import Command, Script
from jarbuild.lint.wordlists import words

# They do not fail, or nobody cares if they do.
_CAREFREE = words(
    "echo printf true : yes seq cat export unset trap umask set alias sleep kill wait exit exec"
) | {""}


def check(document: Document) -> Remarks:
    for _, script in document.run_scripts:
        if _is_strict(script):
            continue
        commands = [command for command in script.commands if command.depth == 0]
        for command, following in pairwise(commands):
            # A download that is executed is JF303's.
            is_other = is_downloader(command) and following.program in INTERPRETERS
            is_careful = command.program not in _CAREFREE and not is_other
            if command.is_top_level and is_careful:
                yield from _check(command, following, script)


def _is_strict(script: Script) -> bool:
    """`set -e` comes first, or the shell was started so."""
    first = script.commands[0] if script.commands else None
    is_set = first is not None and first.name == "set" and first.has_option("-e")
    return script.is_strict or is_set


def _check(command: Command, following: Command, script: Script) -> Remarks:
    span = script.span(command)
    if command.after in ("|", "|&"):
        message = f"if {command.program} fails, the RUN goes on: only the last of a pipe counts"
        yield Remark(span, message, help="write to a file first, and read it with the next command")
    elif command.after in (";", "\n") and command.before not in ("|", "|&", "||"):
        at = script.text.find(";", command.end, following.start)
        place = script.layout.span(at, at + 1)
        yield Remark(
            span,
            f"if {command.program} fails, the RUN goes on",
            help="write && in place of ;",
            fix=replace("write &&", place, " &&") if at >= 0 and following.is_top_level else None,
        )


RULE = Rule(
    code="JF403",
    name="masked-failure",
    severity=INFO,
    why="""Only the last command decides whether a RUN has failed. A here-document is run by `sh
-e` and stops at once; behind `;` and `|` a failure is lost, and the cache keeps what came out. sh
has no pipefail everywhere.""",
    fix="writes `&&` in place of `;`",
    bad="RUN ./configure; make",
    good="RUN ./configure && make",
    check=check,
)
