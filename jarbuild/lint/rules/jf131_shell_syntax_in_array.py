"""JF131: operators of the shell in an array."""

from __future__ import annotations

from jarbuild.lint.arrays import arrays
from jarbuild.lint.document import Document
from jarbuild.lint.finding import ERROR
from jarbuild.lint.rule import Remark, Remarks, Rule
from jarbuild.lint.wordlists import words

_OPERATORS = words("&& || | ; & > >> < 2>&1")


def check(document: Document) -> Remarks:
    for array in arrays(document):
        for text in array.argv[1:]:
            if str(text) in _OPERATORS and not array.is_shell:
                yield Remark(
                    text.span,
                    f"{text} is an argument here: no shell reads an array",
                    help="leave out the brackets and quotes, and a shell reads the line",
                )


RULE = Rule(
    code="JF131",
    name="shell-syntax-in-array",
    severity=ERROR,
    why="""The program gets `&&` or `>` as an argument. For a shell's operators write the command
without brackets.""",
    bad='RUN ["npm", "ci", "&&", "npm", "test"]',
    good="RUN npm ci && npm test",
    check=check,
)
