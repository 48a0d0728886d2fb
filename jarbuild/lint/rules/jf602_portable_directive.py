"""JF602: a directive that geniejars does not know."""

from __future__ import annotations

from jarbuild.lint.document import Document
from jarbuild.lint.finding import WARNING
from jarbuild.lint.rule import Remark, Remarks, Rule
from jfile import Arg, Directive, Healthcheck, Include, Persist, Stopsignal

_NEW: tuple[type[Directive], ...] = (Arg, Include, Persist, Healthcheck, Stopsignal)


def check(document: Document) -> Remarks:
    for directive in document.directives:
        if isinstance(directive, _NEW):
            yield Remark(directive.span, f"geniejars knows no {type(directive).__name__.upper()}")


RULE = Rule(
    code="JF602",
    name="portable-directive",
    severity=WARNING,
    why="""ARG, INCLUDE, PERSIST, HEALTHCHECK and STOPSIGNAL came with jarbuild; geniejars 0.2.13
refuses the file.""",
    bad="PERSIST data\nRUN make",
    good="RUN make",
    check=check,
)
