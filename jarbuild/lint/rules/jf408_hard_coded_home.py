"""JF408: the home's path is written out."""

from __future__ import annotations

import re
from collections.abc import Iterator

from jarbuild.lint.arrays import arrays
from jarbuild.lint.document import Document
from jarbuild.lint.finding import WARNING
from jarbuild.lint.paths import HOME
from jarbuild.lint.rule import Remark, Remarks, Rule
from jfile import Env, Span, Text

_HOME = re.compile(r"(?<![\w.$}/~-])(?:/home/[A-Za-z0-9_.-]+|/root)(?=/|\Z|[\s:;\"'])")


def check(document: Document) -> Remarks:
    for _, script in document.scripts:
        for match in _HOME.finditer(script.text):
            yield _remark(script.layout.span(*match.span()), match[0], "write $HOME")
    for text in _unexpanded(document):
        for match in _HOME.finditer(str(text)):
            if match[0] != HOME:
                span = document.span_in(text, *match.span())
                yield _remark(span, match[0], f"write {HOME}, which is every jar's home")


def _unexpanded(document: Document) -> Iterator[Text]:
    """Where no shell could fill in `$HOME`."""
    yield from (env.value for env in document.each(Env))
    for array in arrays(document):
        yield from array.argv


def _remark(span: Span, path: str, help: str) -> Remark:
    where = "where mounts can be made" if path == HOME else "on one machine"
    return Remark(span, f"{path} is the home only {where}", help=help)


RULE = Rule(
    code="JF408",
    name="hard-coded-home",
    severity=WARNING,
    why="""A jar's home is /home/jar where mounts can be made, and elsewhere has its real path,
which differs from jar to jar. `$HOME` is right everywhere, and paths relative to WORKDIR need
neither.""",
    bad="RUN /home/alice/tool/bin/build",
    good='RUN "$HOME/tool/bin/build"',
    check=check,
)
