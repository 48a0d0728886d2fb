"""JF503: a line that nobody reads to its end."""

from __future__ import annotations

from jarbuild.lint.document import Document
from jarbuild.lint.finding import INFO
from jarbuild.lint.rule import Remark, Remarks, Rule
from jfile import Span


def check(document: Document) -> Remarks:
    limit = document.facts.line_length
    for number, line in enumerate(document.source.lines, start=1):
        length = len(line.removesuffix("\r"))
        # A single word, such as an address, cannot be broken.
        if length > limit and " " in line.strip()[-limit:]:
            yield Remark(
                Span(number, limit + 1, number, length + 1),
                f"this line has {length} characters, more than {limit}",
                help="continue RUN, CMD and COPY with a backslash, or use a here-document",
            )


RULE = Rule(
    code="JF503",
    name="long-line",
    severity=INFO,
    is_default=False,
    why="""Reviews show lines cut. `line-length` in the lint settings says how long a line may be,
120 characters unless it is set.""",
    bad="RUN ./configure --prefix=local --enable-static-docs --enable-shared --disable-static "
    "--with-compression --without-manual --without-examples",
    good="RUN ./configure --prefix=local --enable-static-docs --enable-shared \\\n"
    "    --disable-static --with-compression --without-manual --without-examples",
    check=check,
)
