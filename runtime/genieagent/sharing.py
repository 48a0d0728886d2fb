"""Who may touch a home: what is not private is the manager's group's as it is the owner's.

Private is what has no bit for group and others, and all below a private folder.
"""

from __future__ import annotations

import os
import stat
from contextlib import suppress
from dataclasses import dataclass, field

from genieagent import syscalls
from genieagent.place import pinned, set_mode
from genieagent.trees import Path, join, shared_mode
from genieagent.walk import Visit

_NO_CHANGE = -1  # chown(2): this id stays


@dataclass
class Sharing:
    """To be applied to every visit of one walk; `changed` counts the entries it opened."""

    group: int
    private_too: bool = False
    changed: int = 0
    _private: set[Path] = field(default_factory=set)

    def apply_to(self, visit: Visit) -> None:
        """Opens what is in the folder, and puts its new status into the visit."""
        is_private = visit.path in self._private
        for name, status in list(visit.entries.items()):
            if not self.private_too and (is_private or _is_private(status)):
                self._private.add(join(visit.path, name))
            elif _has_mode(status) and not self._is_open(status, wanted := self._wanted(status)):
                with suppress(FileNotFoundError, PermissionError):  # gone, or another's
                    visit.entries[name] = self._open(visit.descriptor, name, wanted)
                    self.changed += 1

    def _is_open(self, status: os.stat_result, wanted: int) -> bool:
        return stat.S_IMODE(status.st_mode) == wanted and status.st_gid == self.group

    def _wanted(self, status: os.stat_result) -> int:
        mode = stat.S_IMODE(status.st_mode)
        is_folder = stat.S_ISDIR(status.st_mode)
        if self.private_too:
            mode |= (mode & 0o700) >> 3
        mode = shared_mode("folder" if is_folder else "file", mode)
        return mode | stat.S_ISGID if is_folder else mode

    def _open(self, folder: int, name: bytes, wanted: int) -> os.stat_result:
        with pinned(folder, name) as pin:
            syscalls.fchown_empty_path(pin, _NO_CHANGE, self.group)  # first: it may drop bits
            set_mode(pin, wanted)
            return os.fstat(pin)


def _is_private(status: os.stat_result) -> bool:
    return _has_mode(status) and status.st_mode & 0o077 == 0


def _has_mode(status: os.stat_result) -> bool:
    return stat.S_IFMT(status.st_mode) in (stat.S_IFREG, stat.S_IFDIR, stat.S_IFIFO)
