"""JF204: a RUN whose result is another one each time."""

from __future__ import annotations

from jarbuild.lint.document import Document
from jarbuild.lint.finding import INFO
from jarbuild.lint.rule import Remark, Remarks, Rule
from jarbuild.lint.wordlists import words
from jfile import Span

_VOLATILE = words("date uuidgen shuf fortune")
_VARIABLES = words("RANDOM SRANDOM EPOCHSECONDS EPOCHREALTIME $")
_SOURCES = ("/dev/urandom", "/dev/random", "/proc/sys/kernel/random/uuid")


def check(document: Document) -> Remarks:
    for run, script in document.run_scripts:
        if run.no_cache:
            continue
        for command in script.commands:
            is_random = command.program == "openssl" and command.values[:1] == ("rand",)
            if command.program in _VOLATILE or is_random:
                yield _remark(script.span(command), command.program)
            for word in command.arguments:
                if word.value.endswith(_SOURCES):
                    yield _remark(script.span(word), word.value)
        for expansion in script.expansions:
            if expansion.name in _VARIABLES:
                yield _remark(script.span(expansion), expansion.text)


def _remark(span: Span, what: str) -> Remark:
    return Remark(
        span,
        f"{what} gives another result each time, and the cache keeps the first",
        help="RUN --no-cache if it shall be new in every build",
    )


RULE = Rule(
    code="JF204",
    name="nondeterministic-run",
    severity=INFO,
    why="""A cached RUN is not repeated because time has passed. What it wrote then stays, until
an input changes, and then everything after it changes too.""",
    bad="RUN date > built",
    good="RUN --no-cache date > built",
    check=check,
)
