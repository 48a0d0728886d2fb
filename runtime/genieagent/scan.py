"""Takes the tree of a place: what is there, with the digests of all contents.

A scan of the root is quiet: nothing lives in it, so it is made what a tree can hold (opened to
the manager, sockets removed). A scan of a home only looks.
"""

from __future__ import annotations

import os
import stat
from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field

from genieagent.copying import sha256_of
from genieagent.index import Index, Known, known
from genieagent.place import SHARED_FOLDER, Place, link_target, pinned, reading, set_mode
from genieagent.sharing import Sharing
from genieagent.stamps import Stamps
from genieagent.trees import Digest, Entry, Folder, Forest, Kind, Path, Tree, join, split
from genieagent.walk import Visit, walk

_KINDS: Mapping[int, Kind] = {
    stat.S_IFREG: "file",
    stat.S_IFDIR: "folder",
    stat.S_IFLNK: "symlink",
    stat.S_IFIFO: "fifo",
}
"""What a tree can hold. Sockets and devices are no content."""


def scan_root(place: Place, stamps: Stamps, earlier: Index | None, group: int) -> Index:
    """Raises OSError. `group` gets what is not private."""
    scan = _Scan(earlier)
    sharing = Sharing(group)
    os.fchmod(place.descriptor, SHARED_FOLDER)  # in no tree: each RUN finds it the same
    for visit in walk(place.descriptor):
        _remove_sockets(visit)
        sharing.apply_to(visit)
        _set_group_bits(visit)
        scan.take(visit)
    # Nobody changes a root while it is scanned: what is older than now was read as it is.
    return scan.finish(stamps.take_later_than(scan.newest))


def scan_home(place: Place, stamps: Stamps, earlier: Index | None) -> Index:
    """Raises OSError, MovedError where the home changed too much meanwhile."""
    scan = _Scan(earlier)
    began = stamps.take()
    for visit in walk(place.descriptor):
        scan.take(visit)
    return scan.finish(began)


def entry_of(status: os.stat_result, folder: int, name: bytes) -> Entry | None:
    """An entry but for what is in it (file, folder); None where a tree cannot hold it."""
    kind = _KINDS.get(stat.S_IFMT(status.st_mode))
    mode = stat.S_IMODE(status.st_mode)
    match kind:
        case "file":
            return Entry(kind, mode, "", status.st_size)
        case "folder":
            return Entry(kind, mode & ~stat.S_ISGID)
        case "symlink":
            return Entry(kind, 0o777, link_target(folder, name).hex())
        case "fifo":
            return Entry(kind, mode)
    return None


def _remove_sockets(visit: Visit) -> None:
    for name, status in list(visit.entries.items()):
        if stat.S_ISSOCK(status.st_mode):
            os.unlink(name, dir_fd=visit.descriptor)
            del visit.entries[name]


def _set_group_bits(visit: Visit) -> None:
    """Of private folders, too: the bit is in no tree, so each RUN finds it the same. A command's
    chmod drops it, for the command is not in the manager's group."""
    for name, status in list(visit.entries.items()):
        if stat.S_ISDIR(status.st_mode) and not status.st_mode & stat.S_ISGID:
            with suppress(FileNotFoundError, PermissionError):  # gone, or another's
                visit.entries[name] = _with_group_bit(visit.descriptor, name)


def _with_group_bit(folder: int, name: bytes) -> os.stat_result:
    with pinned(folder, name) as pin:
        set_mode(pin, stat.S_IMODE(os.fstat(pin).st_mode) | stat.S_ISGID)
        return os.fstat(pin)


@dataclass
class _Scan:
    """Folders in the order of the walk. Their digests are taken at its end only: a file with
    several names may change its mode until then."""

    earlier: Index | None
    folders: dict[Path, Folder] = field(default_factory=dict)
    notes: dict[Path, Known] = field(default_factory=dict)
    names: dict[tuple[int, int], list[Path]] = field(default_factory=lambda: defaultdict(list))

    @property
    def newest(self) -> int:
        return max((note.changed for note in self.notes.values()), default=0)

    def take(self, visit: Visit) -> None:
        folder = self.folders[visit.path] = {}
        for name, status in visit.entries.items():
            with suppress(FileNotFoundError):  # gone since it was listed
                entry = entry_of(status, visit.descriptor, name)
                if entry is not None and entry.kind == "file":
                    entry = self._read(visit, name, status)
                if entry is not None:
                    folder[name] = entry

    def finish(self, stamp: int) -> Index:
        """`stamp`: a file is known whose own ones are older."""
        links = tuple(self._groups())
        known_files = {path: n for path, n in self.notes.items() if n.is_older_than(stamp)}
        forest = Forest()
        return Index(Tree(self._close(forest), links), forest, known_files)

    def _read(self, visit: Visit, name: bytes, status: os.stat_result) -> Entry:
        path = join(visit.path, name)
        note = self._note(visit.descriptor, name, path, status)
        self.notes[path] = note
        if status.st_nlink > 1:
            self.names[note.device, note.inode].append(path)
        return Entry("file", stat.S_IMODE(note.mode), note.sha256, note.size)

    def _note(self, folder: int, name: bytes, path: Path, status: os.stat_result) -> Known:
        digest = self._known_digest(path, status)
        if digest is None:
            with reading(folder, name) as file:
                digest = sha256_of(file)
            # Only now: reading a file that is closed to its owner changes it for a while.
            status = os.stat(name, dir_fd=folder, follow_symlinks=False)
        return known(status, digest)

    def _known_digest(self, path: Path, status: os.stat_result) -> Digest | None:
        for other in self.names.get((status.st_dev, status.st_ino), ()):
            if self.notes[other].is_still(status):
                return self.notes[other].sha256
        return self.earlier.digest_of(path, status) if self.earlier else None

    def _groups(self) -> Iterator[tuple[Path, ...]]:
        """Hard links. The name seen last shows the mode that the file has in the end."""
        for paths in self.names.values():
            if len(paths) > 1:
                mode = stat.S_IMODE(self.notes[paths[-1]].mode)
                for path in paths:
                    folder, name = split(path)
                    self.folders[folder][name] = self.folders[folder][name]._replace(mode=mode)
                yield tuple(sorted(paths))

    def _close(self, forest: Forest) -> Digest:
        """What is in a folder before the folder."""
        for path, folder in reversed(self.folders.items()):
            digest = forest.add(_without_lost_folders(folder))
            if path:
                parent, name = split(path)
                self.folders[parent][name] = self.folders[parent][name]._replace(value=digest)
        return digest


def _without_lost_folders(folder: Folder) -> Folder:
    """Folders that were gone when the walk came to them have no digest."""
    return {name: entry for name, entry in folder.items() if entry.kind != "folder" or entry.value}
