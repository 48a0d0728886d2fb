"""JF117: a directive that a later one replaces."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from jarbuild.lint.document import Document
from jarbuild.lint.effects import overridden
from jarbuild.lint.finding import WARNING
from jarbuild.lint.fixes import delete
from jarbuild.lint.rule import Remark, Remarks, Rule
from jfile import Cmd, Directive, Env, Healthcheck, Stopsignal, Tag


def check(document: Document) -> Remarks:
    yield from _but_last(document.each(Cmd), "CMD")
    yield from _but_last(document.each(Tag), "TAG")
    yield from _but_last(document.each(Healthcheck), "HEALTHCHECK")
    yield from _but_last(document.each(Stopsignal), "STOPSIGNAL")
    for before, by in overridden(document):
        if isinstance(before, Env):
            yield _remark(before, f"ENV {before.key}", by)


def _but_last(directives: Sequence[Directive], keyword: str) -> Remarks:
    """What an included file sets may well be replaced: that is what it is for."""
    for directive, following in pairwise(directives):
        if directive.span.file == following.span.file:
            yield _remark(directive, keyword, following)


def _remark(directive: Directive, keyword: str, by: Directive) -> Remark:
    return Remark(
        directive.span,
        f"this {keyword} has no effect: the one on line {by.span.line} replaces it",
        fix=delete("remove it", directive, is_safe=True),
    )


RULE = Rule(
    code="JF117",
    name="overridden-directive",
    severity=WARNING,
    why="""Of several CMD, TAG, HEALTHCHECK or STOPSIGNAL only the last counts, and an ENV that is
set again, or imported, before any RUN was never seen by one.""",
    fix="removes the one without effect",
    has_safe_fix=True,
    bad="CMD npm run dev\nCMD npm start",
    good="CMD npm start",
    check=check,
)
