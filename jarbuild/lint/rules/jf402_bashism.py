"""JF402: something that bash knows and sh does not."""

from __future__ import annotations

import re
from collections.abc import Iterator

from jarbuild.lint.document import Document
from jarbuild.lint.finding import ERROR, Fix
from jarbuild.lint.fixes import replace
from jarbuild.lint.rule import Remark, Remarks, Rule
from jarbuild.lint.shell import Command, Script
from jarbuild.lint.wordlists import words
from jfile import Span

_COMMANDS = words("shopt declare typeset pushd popd let mapfile readarray disown")
_EXPANSION = re.compile(r"\$\{!|\$\{\w+(?:/|\^|,|@[A-Z]\}|:(?:[0-9]| -)|\[)")
_BRACES = re.compile(r"\{[^{}\s'\"$]*(?:,|[0-9a-z]\.\.[0-9a-z])[^{}\s'\"$]*\}")


def check(document: Document) -> Remarks:
    for _, script in document.scripts:
        for bashism in script.bashisms:
            yield _remark(script.span(bashism), bashism.what)
        for expansion in script.expansions:
            if _EXPANSION.match(expansion.text):
                yield _remark(script.span(expansion), expansion.text)
        for command in script.commands:
            yield from _check_command(command, script)


def _check_command(command: Command, script: Script) -> Remarks:
    if command.name in _COMMANDS:
        yield _remark(script.span(command.words[0]), command.name)
    elif command.name == "source":
        span = script.span(command.words[0])
        yield _remark(span, "source", replace("write .", span, "."))
    elif command.name == "set" and "pipefail" in command.values:
        yield _remark(script.span(command), "set -o pipefail")
    elif command.name in ("[", "test"):
        yield from _double_equals(command, script)
    for word in command.arguments:
        if word.is_static and word.text == word.value and _BRACES.search(word.text):
            yield _remark(script.span(word), word.text)


def _double_equals(command: Command, script: Script) -> Iterator[Remark]:
    for word in command.arguments:
        if word.text == "==":
            span = script.span(word)
            yield _remark(span, "==", replace("write =", span, "="))


def _remark(span: Span, what: str, fix: Fix | None = None) -> Remark:
    return Remark(
        span,
        f"{what} is bash's, and RUN is run by sh",
        help="write it for sh, or put it into a script that begins with #!/bin/bash",
        fix=fix,
    )


RULE = Rule(
    code="JF402",
    name="bashism",
    severity=ERROR,
    why="""RUN, CMD and HEALTHCHECK are run by `sh`. On Debian and Ubuntu that is dash, which says
"not found" or "Bad substitution", or quietly makes a folder called `{a,b}`. Where sh is bash it
works, and so the mistake travels.""",
    fix="writes `.` for `source` and `=` for `==`",
    bad='RUN [ "$(uname)" == Linux ] || ./fetch',
    good='RUN [ "$(uname)" = Linux ] || ./fetch',
    check=check,
)
