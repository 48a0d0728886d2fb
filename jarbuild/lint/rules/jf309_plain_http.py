"""JF309: a download without encryption."""

from __future__ import annotations

from jarbuild.lint.document import Document
from jarbuild.lint.downloads import is_downloader, urls, verifies
from jarbuild.lint.finding import WARNING
from jarbuild.lint.fixes import replace
from jarbuild.lint.installs import install_of
from jarbuild.lint.rule import Remark, Remarks, Rule
from jarbuild.lint.shell import Command


def check(document: Document) -> Remarks:
    for _, script in document.run_scripts:
        is_verified = verifies(script)
        for command in script.commands:
            if not _fetches(command) or is_verified:
                continue
            for word in urls(command):
                if word.value.startswith("http://"):
                    span = script.layout.span(word.start, word.end)
                    text = word.text.replace("http://", "https://", 1)
                    yield Remark(
                        span,
                        "anybody on the way can read this and put in something else",
                        help="write https://, or compare a checksum",
                        fix=replace("write https", span, text),
                    )


def _fetches(command: Command) -> bool:
    return is_downloader(command) or command.program == "git" or install_of(command) is not None


RULE = Rule(
    code="JF309",
    name="plain-http",
    severity=WARNING,
    why="""What comes over http:// may have been exchanged by anybody between here and there, and
is then executed in the jar. A checksum in the same RUN makes it safe again.""",
    fix="writes `https://`",
    bad="RUN curl -fsS -o data.tar http://example.org/data-1.2.tar",
    good="RUN curl -fsS -o data.tar https://example.org/data-1.2.tar",
    check=check,
)
