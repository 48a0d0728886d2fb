"""A Dockerfile's text as instructions: escapes, continuations, comments, flags, here-documents.

Docker's rules, not a JFile's: any instruction may be continued, over comments and blank lines.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from attrs import define, frozen

from jfile import Source, openings

_DIRECTIVE = re.compile(r"#\s*([A-Za-z][A-Za-z0-9]*)\s*=\s*(.*?)\s*")
_FLAG = re.compile(r"--([a-z-]+)(?:=(\S*))?(?:\s+|\Z)")
_FLAGGED = frozenset(("FROM", "COPY", "ADD", "RUN", "HEALTHCHECK"))
_WITH_DOCUMENTS = frozenset(("RUN", "COPY", "ADD"))


@frozen
class Document:
    """A here-document; `is_quoted` where variables in it are not for Docker to fill in."""

    name: str
    body: tuple[str, ...]
    strips_tabs: bool
    is_quoted: bool


@frozen
class Instruction:
    """One instruction; `pieces` are its physical lines behind keyword and flags."""

    line: int
    keyword: str
    flags: tuple[tuple[str, str], ...]
    pieces: tuple[str, ...]
    documents: tuple[Document, ...] = ()
    comments: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        return "".join(self.pieces).strip()

    @property
    def whole(self) -> str:
        """How it is named to a person."""
        flags = "".join(f" --{name}={value}" for name, value in self.flags)
        return f"{self.keyword}{flags} {self.text}"

    def flag(self, name: str) -> str | None:
        return next((value for known, value in self.flags if known == name), None)


def read(content: bytes) -> tuple[Instruction, ...]:
    """Every instruction; whatever the text, nothing is raised."""
    text = content.decode("utf-8", "replace").replace("\0", "")
    return tuple(_Reader(Source.read("Dockerfile", text).lines).instructions())


@define
class _Reader:
    """Walks over the lines once."""

    lines: list[str]
    escape: str = "\\"
    next: int = 0

    def instructions(self) -> Iterator[Instruction]:
        self._read_directives()
        comments: list[str] = []
        while self.next < len(self.lines):
            text = self.lines[self.next].strip()
            if text.startswith("#"):
                comments.append(text)
                self.next += 1
            elif not text:
                comments = []
                self.next += 1
            else:
                yield self._read_instruction(tuple(comments))
                comments = []

    def _read_directives(self) -> None:
        """`# escape=` and the like, which stand before everything else."""
        while self.next < len(self.lines):
            match = _DIRECTIVE.fullmatch(self.lines[self.next].strip())
            if match is None:
                return
            if match[1].lower() == "escape" and match[2] in ("`", "\\"):
                self.escape = match[2]
            self.next += 1

    def _read_instruction(self, comments: tuple[str, ...]) -> Instruction:
        line = self.next + 1
        pieces = list(self._continued())
        keyword, _, first = pieces[0].lstrip().partition(" ")
        if "\t" in keyword:
            keyword, _, first = pieces[0].lstrip().partition("\t")
        keyword = keyword.upper()
        flags, pieces = _cut_flags(keyword, [first, *pieces[1:]])
        documents = self._documents("".join(pieces)) if keyword in _WITH_DOCUMENTS else ()
        return Instruction(line, keyword, flags, tuple(pieces), documents, comments)

    def _continued(self) -> Iterator[str]:
        """The lines of one instruction, without the escapes at their ends."""
        while self.next < len(self.lines):
            line = self.lines[self.next].rstrip()
            self.next += 1
            if not line.endswith(self.escape):
                yield line
                return
            yield line[: -len(self.escape)]
            self._skip_remarks()

    def _skip_remarks(self) -> None:
        while self.next < len(self.lines):
            text = self.lines[self.next].strip()
            if text and not text.startswith("#"):
                return
            self.next += 1

    def _documents(self, text: str) -> tuple[Document, ...]:
        return tuple(
            self._document(opening.name, opening.tabs, text[opening.start : opening.end])
            for opening in openings(text)
        )

    def _document(self, name: str, strips_tabs: bool, opening: str) -> Document:
        first = self.next
        while self.next < len(self.lines):
            line = self.lines[self.next].rstrip("\r")
            self.next += 1
            if (line.lstrip("\t") if strips_tabs else line) == name:
                body = self.lines[first : self.next - 1]
                return Document(name, tuple(body), strips_tabs, "'" in opening or '"' in opening)
        return Document(name, tuple(self.lines[first:]), strips_tabs, is_quoted=False)


def _cut_flags(keyword: str, pieces: list[str]) -> tuple[tuple[tuple[str, str], ...], list[str]]:
    """The flags in front, over line ends; and what is left."""
    flags: list[tuple[str, str]] = []
    pieces = [pieces[0].lstrip(), *pieces[1:]]
    while keyword in _FLAGGED:
        while len(pieces) > 1 and not pieces[0].strip():
            pieces = [pieces[1].lstrip(), *pieces[2:]]
        match = _FLAG.match(pieces[0])
        if match is None:
            break
        flags.append((match[1], match[2] or ""))
        pieces[0] = pieces[0][match.end() :]
    return tuple(flags), pieces
