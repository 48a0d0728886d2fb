"""JF302: a secret is written in a command."""

from __future__ import annotations

import re
from collections.abc import Iterator

from jarbuild.lint.arrays import arrays
from jarbuild.lint.document import Document
from jarbuild.lint.finding import ERROR
from jarbuild.lint.rule import Remark, Remarks, Rule
from jarbuild.lint.secrets import LOGIN_IN_URL, TOKEN, is_secret_name, is_secret_value
from jarbuild.lint.shell import Command, Script
from jfile import Span

_HEADER = re.compile(r"authorization:\s*(?:bearer|basic|token)\s+[^\s$]", re.IGNORECASE)
_OPTION = re.compile(r"--(?:password|passwd|token|secret|api-key|apikey)=[^$]")


def check(document: Document) -> Remarks:
    for _, script in document.scripts:
        for span in _in_script(script):
            yield _remark(span)
    for array in arrays(document):
        for text in array.argv:
            if _is_secret(str(text)):
                yield _remark(text.span)


def _in_script(script: Script) -> Iterator[Span]:
    for command in script.commands:
        for word in (*command.words, *(r.target for r in command.redirections if r.target)):
            if _is_secret(word.value):
                yield script.span(word)
        for assignment in command.assignments:
            if is_secret_name(assignment.name) and _is_literal(assignment.value):
                yield script.span(assignment)
        yield from _logins(command, script)


def _logins(command: Command, script: Script) -> Iterator[Span]:
    """`curl -u user:password`."""
    login = command.option_value("-u", "--user") if command.program == "curl" else None
    if login and login.is_static and ":" in login.value and not login.value.endswith(":"):
        yield script.span(login)


def _is_secret(word: str) -> bool:
    found = (pattern.search(word) for pattern in (TOKEN, LOGIN_IN_URL, _HEADER))
    return any(found) or _OPTION.match(word) is not None


def _is_literal(value: str) -> bool:
    return is_secret_value(value) and "$" not in value and "`" not in value


def _remark(span: Span) -> Remark:
    return Remark(
        span,
        "a secret in a command is in plans, logs, the process list and every checkout",
        help="IMPORT NAME, and write $NAME here",
    )


RULE = Rule(
    code="JF302",
    name="secret-in-command",
    severity=ERROR,
    why="""Command lines are printed while a build runs, kept in the cache's records, and shown by
`ps`. A value that IMPORT brings is in none of these.""",
    bad="RUN curl -u admin:hunter2 -O https://example.org/data-1.2.tar",
    good='IMPORT LOGIN\nRUN curl -u "$LOGIN" -O https://example.org/data-1.2.tar',
    check=check,
)
