"""JFiles as they were last parsed: while nothing in them changes, neither grammar nor parser is
loaded.

One file for each JFile, by its real path. What cannot be read, or was made of other text or by
another parser, is as good as absent.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path

from attrs import frozen

from geniejars import Digest, sha256
from jarbuild.cache.sealed import DamagedFileError, read_sealed, write_sealed
from jfile import JFile, deserialise, parser_version, serialise

Include = Callable[[str], bytes]
"""Reads an included file; raises OSError."""

OUTERMOST = ""
"""The JFile itself among the files that were read; an INCLUDE has a path."""


@frozen
class Parses:
    """The memory of one JFile, kept in `file`; without `is_writable` nothing is kept."""

    file: Path
    is_writable: bool

    def parse(self, content: bytes, name: str, include: Include) -> JFile:
        """As jfile.parse; raises SyntaxErrors."""
        return self._remembered(content, include) or self._parse(content, name, include)

    def _parse(self, content: bytes, name: str, include: Include) -> JFile:
        from jfile import parse  # the very thing that is not to be loaded otherwise

        files = {OUTERMOST: sha256(content)}

        def read(path: str) -> bytes:
            included = include(path)
            files[path] = sha256(included)
            return included

        jfile = parse(content, name, read)
        if self.is_writable:
            self._keep(files, jfile)
        return jfile

    def _keep(self, files: Mapping[str, Digest], jfile: JFile) -> None:
        header = json.dumps({"parser": parser_version(), "files": files}).encode()
        with suppress(OSError):  # the next build parses again, and that is all
            write_sealed(self.file, header + b"\n" + serialise(jfile), durable=False)

    def _remembered(self, content: bytes, include: Include) -> JFile | None:
        try:
            header, _, serialised = read_sealed(self.file).partition(b"\n")
            made_of = json.loads(header)
            if made_of["parser"] != parser_version():
                return None
            if not _are_same(made_of["files"], content, include):
                return None
            return deserialise(serialised)
        except (OSError, DamagedFileError, ValueError, TypeError, KeyError):
            return None


def _are_same(files: Mapping[str, Digest], content: bytes, include: Include) -> bool:
    return all(
        sha256(content if path == OUTERMOST else include(path)) == digest
        for path, digest in files.items()
    )
