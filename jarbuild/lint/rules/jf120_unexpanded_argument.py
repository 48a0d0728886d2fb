"""JF120: `$NAME` in an array stays as it is written."""

from __future__ import annotations

from jarbuild.lint.arrays import Array, arrays
from jarbuild.lint.document import Document
from jarbuild.lint.dollars import variables
from jarbuild.lint.finding import WARNING
from jarbuild.lint.rule import Remark, Remarks, Rule


def check(document: Document) -> Remarks:
    for array in arrays(document):
        if not array.is_shell:
            yield from _check_array(array)


def _check_array(array: Array) -> Remarks:
    for text in array.argv:
        if match := next(variables(str(text)), None):
            yield Remark(
                text.span,
                f"{match[0]} stays as it is written: no shell reads an array",
                help='write ["sh", "-c", "exec …"], or leave out the brackets',
            )


RULE = Rule(
    code="JF120",
    name="unexpanded-argument",
    severity=WARNING,
    why="""An array is started as it stands, without a shell, so nothing fills in variables. Only
`${PORT(n)}` and `${COMMON}` are placeholders of the JFile itself.""",
    bad='CMD ["node", "server.js", "--port", "$PORT"]',
    good='CMD ["node", "server.js", "--port", "${PORT(1)}"]',
    check=check,
)
