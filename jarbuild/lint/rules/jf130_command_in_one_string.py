"""JF130: a whole command line as one string of an array."""

from __future__ import annotations

import json

from jarbuild.lint.arrays import arrays
from jarbuild.lint.document import Document
from jarbuild.lint.finding import ERROR
from jarbuild.lint.fixes import replace
from jarbuild.lint.rule import Remark, Remarks, Rule


def check(document: Document) -> Remarks:
    for array in arrays(document):
        program = str(array.argv[0])
        words = program.split()
        if len(words) > 1 and len(array.argv) == 1 and not program.startswith("/"):
            strings = ", ".join(json.dumps(word, ensure_ascii=False) for word in words)
            yield Remark(
                array.argv[0].span,
                f"there is no program called {program!r}: each word is a string of its own",
                fix=replace("split the words", array.argv[0].span, strings),
            )


RULE = Rule(
    code="JF130",
    name="command-in-one-string",
    severity=ERROR,
    why="""An array is program and arguments, one string each. A single string with blanks in it
is the name of a program that does not exist.""",
    fix="splits the string at its blanks",
    bad='CMD ["node server.js"]',
    good='CMD ["node", "server.js"]',
    check=check,
)
