"""What is built: a JFile found and read, its INCLUDEs in their places."""

from __future__ import annotations

from pathlib import Path

from attrs import frozen

from geniejars import JFileError, UsageError
from jarbuild.cache.parses import Parses
from jarbuild.cache.store import parses_file
from jfile import JFile

NAME = "JFile"


@frozen
class Project:
    """A JFile by the name people gave it; its folder is the context.

    `content` is None where nodes came from a program and not from a text.
    """

    name: str
    jfile: JFile
    content: bytes | None = None

    def findings(self) -> list[str]:
        """What lint warns of, a line each; raises UsageError for lint settings that are wrong."""
        if self.content is None:
            return []
        from jarbuild.lint import brief_warnings  # the rules cost more to load than to apply
        from jfile import Source, parse_tolerant

        jfile, _ = parse_tolerant(self.content, self.name)
        found = brief_warnings(jfile, Source.read(self.name, self.content))
        return [f"{f.file}:{f.span.line}: {f.message} [{f.code}]" for f in found]

    @property
    def path(self) -> Path:
        return Path(self.name)


def read_project(path: str, common: str | None, cache: Path, *, is_writable: bool) -> Project:
    """The project at a folder or a JFile; raises UsageError, JFileError, jfile.SyntaxErrors.

    `common` is what `${COMMON}` in an INCLUDE stands for. What was parsed is looked up in the
    `cache` folder and, where it `is_writable`, kept there.
    """
    file = _find(Path(path))
    name, content = str(file), _read(file)
    parses = Parses(parses_file(cache, name), is_writable)
    jfile = parses.parse(content, name, lambda included: _include(included, common))
    return Project(name, jfile, content)


def _find(path: Path) -> Path:
    if not path.exists():
        raise UsageError(f"there is no {path}", help="PATH is a folder with a JFile, or a JFile")
    if not path.is_dir():
        return path
    if not (path / NAME).is_file():
        raise JFileError(
            f"there is no JFile in {path.resolve()}",
            help="jarbuild init writes one for what is there; JFILE.md says what it can hold",
        )
    return path / NAME


def _read(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise UsageError(f"cannot read {file}: {error.strerror}") from error


def _include(path: str, common: str | None) -> bytes:
    return Path(path.replace("${COMMON}", common or "", 1)).read_bytes()
