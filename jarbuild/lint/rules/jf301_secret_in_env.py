"""JF301: a secret is written in the JFile."""

from __future__ import annotations

from collections.abc import Iterator

from jarbuild.lint.document import Document
from jarbuild.lint.finding import ERROR
from jarbuild.lint.rule import Remark, Remarks, Rule
from jarbuild.lint.secrets import LOGIN_IN_URL, TOKEN, is_secret_name, is_secret_value
from jfile import Arg, Env, Text


def check(document: Document) -> Remarks:
    for name, value in _variables(document):
        text = str(value)
        is_named_so = is_secret_name(name) and is_secret_value(text)
        if is_named_so or TOKEN.search(text) or LOGIN_IN_URL.search(text):
            yield Remark(
                value.span,
                f"the value of {name} looks like a secret, for all to read",
                help=f"write IMPORT {name}: the value comes from the manager's environment",
            )


def _variables(document: Document) -> Iterator[tuple[str, Text]]:
    for env in document.each(Env):
        yield str(env.key), env.value
    for arg in document.each(Arg):
        if arg.default is not None:
            yield arg.name, arg.default


RULE = Rule(
    code="JF301",
    name="secret-in-env",
    severity=ERROR,
    why="""A JFile lies in a repository, and its ENVs in plans, keys and logs. IMPORT takes the
value from the manager's environment when the jar is built, and keeps it out of all of these.""",
    bad="ENV API_KEY=sk-1",
    good="IMPORT API_KEY",
    check=check,
)
