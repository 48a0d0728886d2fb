"""JF303: a download is executed unseen."""

from __future__ import annotations

from collections.abc import Iterator

from jarbuild.lint.document import Document
from jarbuild.lint.downloads import INTERPRETERS, is_downloader, is_piped_to
from jarbuild.lint.finding import WARNING
from jarbuild.lint.rule import Remark, Remarks, Rule
from jarbuild.lint.shell import Command, Script


def check(document: Document) -> Remarks:
    for _, script in document.scripts:
        for command in _executed(script):
            yield Remark(
                script.span(command),
                "what this download holds today is executed, whatever it is",
                help="download to a file, compare its checksum, then run it; or COPY it",
            )


def _executed(script: Script) -> Iterator[Command]:
    for index, command in enumerate(script.commands):
        if is_downloader(command) and (
            is_piped_to(script, index, INTERPRETERS) or _is_substituted(script, index)
        ):
            yield command


def _is_substituted(script: Script, index: int) -> bool:
    """`sh -c "$(curl …)"`, `bash <(curl …)`: the nearest command around it is an interpreter."""
    inner = script.commands[index]
    for outer in reversed(script.commands[:index]):
        if outer.depth < inner.depth:
            is_around = outer.start <= inner.start and inner.end <= outer.end
            return is_around and outer.program in INTERPRETERS
    return False


RULE = Rule(
    code="JF303",
    name="pipe-to-shell",
    severity=WARNING,
    why="""Whoever controls the address, or the way to it, decides what runs in the jar. And half
a download is executed too, when the connection breaks.""",
    bad="RUN curl -fsSL https://example.org/install.sh | sh",
    good="COPY install.sh install.sh\nRUN sh install.sh",
    check=check,
)
