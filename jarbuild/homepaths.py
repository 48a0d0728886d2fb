"""Paths as a JFile writes them, and where they are: below the home or in the jar's eyes."""

from __future__ import annotations

import posixpath

from attrs import frozen

from geniejars import JFileError, Path, join


@frozen
class HomePaths:
    """A home under its two names: as the jar sees it, and as the manager does."""

    view: str
    real: str | None

    def below(self, written: str, base: Path = b"") -> Path:
        """The path below the home, a relative one starting at `base`; b"" is the home itself.

        Raises JFileError for what is elsewhere.
        """
        inside = self._inside(posixpath.normpath(written)) if written.startswith("/") else None
        path = join(base, encoded(written)) if inside is None else encoded(inside)
        cleaned = posixpath.normpath(path)
        is_elsewhere = inside is None and written.startswith("/")
        if is_elsewhere or cleaned.split(b"/")[0] == b"..":
            raise JFileError(
                f"{written} is not in the home",
                help=f"a path here is relative to the home, or begins with {self.view}",
            )
        return b"" if cleaned == b"." else cleaned

    def in_jar(self, written: str) -> str:
        """An absolute path under the home's real name, under the one the jar sees."""
        inside = self._inside(written)
        return written if inside is None else posixpath.join(self.view, inside).rstrip("/")

    def _inside(self, path: str) -> str | None:
        for home in (self.view, self.real):
            if home is not None and (path == home or path.startswith(f"{home}/")):
                return path[len(home) + 1 :]
        return None


def encoded(text: str) -> bytes:
    """A file name's bytes; raises JFileError for what no file can be called."""
    try:
        name = text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError as error:
        raise JFileError(f"{text!r} is no file name") from error
    if b"\0" in name:
        raise JFileError(f"{text!r} is no file name: it holds a NUL")
    return name
