"""The pages a user reads: their code blocks, and what happens to whoever types what is in them.

A block's language says what must be true of it. `console` blocks are run: lines that begin with
`$ ` are commands, with `> ` their continuation, the rest is what they print. A comment in the line
above a block may name the file it is the content of (`<!-- file: app/JFile -->`), or say why its
commands are not run (`<!-- not run: reason -->`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from machines import TOP

PAGES = (
    TOP / "README.md", TOP / "JFILE.md", TOP / "CONTRIBUTING.md",
    TOP / "jarbuild/commands/jars/COMMON-ISSUES.md", *sorted(TOP.glob("docs/*.md")),
)  # fmt: skip
FENCED = re.compile(
    r"""(?:^<!--\ (?P<comment>[^\n]+)\ -->\n)?
        ^(?P<fence>```+)(?P<language>\S*)\n
        (?P<text>.*?)
        ^(?P=fence)$""",
    re.DOTALL | re.MULTILINE | re.VERBOSE,
)
READER, READER_HOME = "you", "/home/you"
"""What pages call whoever reads them."""

ANYTHING = "…"
"""What changes from run to run; alone in a line it stands for any number of lines."""

VARIABLE = (
    (re.compile(r"\b\d+(\.\d)? (s|min \d+ s)\b"), "0 s"),
    (re.compile(r", saved 0 s"), ""),  # not told where it is nothing
    (re.compile(r"\b20[0-3]\d\d\b"), "PORT"),
    (re.compile(r"\b\d{4}-\d\d-\d\dT[\d:.]+Z"), "TIME"),
    (re.compile(r"\bpid \d+"), "pid 1"),
    (re.compile(r"\b[0-9a-f]{64}\b"), "DIGEST"),
    (re.compile(r"^isolation: +(full|single|no-namespaces)"), "isolation: full"),
    (re.compile(r"(?<=\S) {2,}(?=\S)"), "  "),  # columns are as wide as what stands in them
    (re.compile(r"-{5,}"), "-----"),
    (re.compile(r"[ \t]+$", re.MULTILINE), ""),
)
"""A page shows these as they were once; nobody expects them to be the same everywhere."""


@dataclass(frozen=True)
class Block:
    """A fenced block; `comment` is the content of the comment above it."""

    language: str
    text: str
    comment: str
    line: int

    @property
    def file(self) -> str | None:
        """The file that this block is the content of."""
        return self._after("file: ")

    @property
    def reason(self) -> str | None:
        """Why its commands are not run."""
        return self._after("not run: ")

    def _after(self, word: str) -> str | None:
        return self.comment[len(word) :] if self.comment.startswith(word) else None


@dataclass
class Command:
    """One command of a console block, and what the page says that it prints."""

    source: str
    line: int
    expected: list[str] = field(default_factory=list)


def blocks(text: str) -> list[Block]:
    """All fenced blocks of a page, in order."""
    return [
        Block(
            found["language"],
            found["text"],
            found["comment"] or "",
            text.count("\n", 0, found.start("fence")) + 1,
        )
        for found in FENCED.finditer(text)
    ]


def commands(block: Block) -> Iterator[Command]:
    """The commands of a console block."""
    current = None
    for number, line in enumerate(block.text.splitlines(), block.line + 1):
        if line.startswith("$ "):
            if current:
                yield current
            current = Command(line[2:], number)
        elif current is None:
            raise ValueError(f"line {number} belongs to no command: {line}")
        elif line.startswith("> ") and not current.expected:
            current.source += f"\n{line[2:]}"
        else:
            current.expected.append(line)
    if current:
        yield current


def matches(expected: Iterable[str], actual: Iterable[str]) -> bool:
    """Whether that is what the page promises, but for what changes from run to run."""
    pattern = "".join(map(_line_pattern, expected))
    return re.fullmatch(pattern, "".join(f"{_steady(line)}\n" for line in actual)) is not None


def _line_pattern(line: str) -> str:
    if line == ANYTHING:
        return r"(?:.*\n)*?"
    return ".*".join(map(re.escape, _steady(line).split(ANYTHING))) + r"\n"


def _steady(line: str) -> str:
    for pattern, replacement in VARIABLE:
        line = pattern.sub(replacement, line)
    return line


def name_of(page: Path) -> str:
    return str(page.relative_to(TOP))
