"""Where what people or apps wrote goes before a build takes its place."""

from __future__ import annotations

import os
import time
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path as File

from genieagent.place import FOLDER, Place, move
from genieagent.trees import Path, join, split


def new_stamp() -> str:
    """A folder's name: the moment in UTC, to the microsecond so that no two are one."""
    seconds, rest = divmod(time.time_ns(), 10**9)
    return f"{time.strftime('%Y-%m-%dT%H-%M-%S', time.gmtime(seconds))}.{rest // 1000:06}"


@dataclass
class Backup:
    """One folder below `top`, made when first needed; entries have their old paths in it."""

    top: File
    stamp: str
    kept: list[Path] = field(default_factory=list)

    def keep(self, place: Place, path: Path) -> None:
        """Raises OSError."""
        folder, name = place.parent(path)
        target = self._folder(split(path)[0])
        try:
            move(name, folder, target)
        finally:
            os.close(target)
        place.forget()
        self.kept.append(path)

    def _folder(self, path: Path) -> int:
        """Open; made with all that lead to it. Any depth works."""
        at = os.open(self.top, FOLDER)
        for name in join(os.fsencode(self.stamp), path).rstrip(b"/").split(b"/"):
            with suppress(FileExistsError):
                os.mkdir(name, 0o770, dir_fd=at)
            try:
                inner = os.open(name, FOLDER, dir_fd=at)
            finally:
                os.close(at)
            at = inner
        return at
