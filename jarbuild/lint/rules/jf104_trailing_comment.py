"""JF104: a `#` behind a value is part of the value."""

from __future__ import annotations

import re
from collections.abc import Iterator

from jarbuild.lint.document import Document
from jarbuild.lint.finding import WARNING
from jarbuild.lint.fixes import split_lines
from jarbuild.lint.rule import Remark, Remarks, Rule
from jfile import Arg, Copy, Directive, Env, Text

_COMMENT = re.compile(r"\s(#.*)\Z")
# In a variable's value `nr #1` may be meant; with a blank behind it it is a comment.
_COMMENT_IN_VALUE = re.compile(r"\s(#\s.*)\Z")


def check(document: Document) -> Remarks:
    for directive, text, pattern in _values(document):
        if match := pattern.search(str(text)):
            place = document.layout(text).span(match.start(1), match.end(1))
            start, end = directive.span, place.column
            rest = document.line(start.line)[start.column - 1 : end - 1].rstrip()
            comment = document.written(place)
            yield Remark(
                place,
                "this is part of the value: a comment stands on a line of its own",
                fix=split_lines(document, "move the comment up", directive, comment, rest),
            )
    for copy in document.each(Copy):
        if not copy.json_form and (word := _hash(copy)):
            yield Remark(word.span, "a comment here is read as names to copy")


def _values(document: Document) -> Iterator[tuple[Directive, Text, re.Pattern[str]]]:
    for directive in document.path_directives:
        yield directive, directive.path, _COMMENT
    for env in document.each(Env):
        yield env, env.value, _COMMENT_IN_VALUE
    for arg in document.each(Arg):
        if arg.default is not None:
            yield arg, arg.default, _COMMENT_IN_VALUE


def _hash(copy: Copy) -> Text | None:
    return next((word for word in copy.sources if str(word).startswith("#")), None)


RULE = Rule(
    code="JF104",
    name="trailing-comment",
    severity=WARNING,
    why="""`#` begins a comment only at the start of a line. Behind a value it is data: WORKDIR
would make a folder with that name.""",
    fix="moves the comment to a line above",
    bad="WORKDIR app # everything lives here",
    good="# everything lives here\nWORKDIR app",
    check=check,
)
