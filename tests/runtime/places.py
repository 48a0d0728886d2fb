"""Trees as tests write them, and what it takes to put them on disk through the agent's own code."""

from __future__ import annotations

import os
import pickle
import tempfile
import traceback
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path as File
from typing import Literal

from genieagent import folders
from genieagent.backup import Backup
from genieagent.change import Change, HomeChange, RootChange
from genieagent.drift import Drifted, look_for_drift
from genieagent.index import Index, read_index, write_index
from genieagent.layout import Layout, PlaceName
from genieagent.operations import Operation, WriteFile
from genieagent.place import FOLDER, Place
from genieagent.scan import scan_home, scan_root
from genieagent.stamps import Stamps
from genieagent.trees import EMPTY_TREE, Entry, Forest, Path, Tree, sha256
from genieagent.trees import Change as Difference
from geniejars.transition import transition


@dataclass
class Wood:
    """A tree and the contents of its files."""

    forest: Forest = field(default_factory=Forest)
    contents: dict[str, bytes] = field(default_factory=dict)

    def file(self, content: bytes = b"", mode: int = 0o664) -> Entry:
        self.contents[sha256(content)] = content
        return Entry("file", mode, sha256(content), len(content))

    def tree(self, entries: Mapping[str, Entry], *links: tuple[str, ...]) -> Tree:
        root = self.forest.build({os.fsencode(path): e for path, e in entries.items()})
        return Tree(root, tuple(tuple(map(os.fsencode, group)) for group in links))

    def operations(
        self, old: Tree, new: Tree, drifted: Iterable[Difference] = ()
    ) -> list[Operation]:
        return transition(self.forest, old, new, _write, drifted)

    def add_all(self, change: Change, operations: Iterable[Operation]) -> None:
        for operation in operations:
            if isinstance(operation, WriteFile):
                with self._source(operation) as source:
                    change.add(operation, source)
            else:
                change.add(operation, None)

    @contextmanager
    def _source(self, operation: WriteFile) -> Iterator[int]:
        with tempfile.TemporaryFile() as file:
            file.write(self.contents[operation.sha256])
            file.flush()
            yield file.fileno()


def folder(mode: int = 0o775) -> Entry:
    return Entry("folder", mode)


def symlink(target: str) -> Entry:
    return Entry("symlink", 0o777, os.fsencode(target).hex())


def fifo(mode: int = 0o664) -> Entry:
    return Entry("fifo", mode)


def _write(path: Path, entry: Entry) -> Operation:
    return WriteFile(path, entry.mode, entry.size, entry.value)


def scan(layout: Layout, name: PlaceName) -> Index:
    """As the agent's `scan`."""
    earlier = read_index(layout.index(name))
    with Place(layout.place(name)) as place, Stamps(layout.stamp) as stamps:
        if name == "home":
            return scan_home(place, stamps, earlier)
        index = scan_root(place, stamps, earlier, os.getgid())
    write_index(layout.index("root"), index)
    return index


def drift(layout: Layout, persist: tuple[Path, ...] = ()) -> list[Drifted]:
    """As the agent's `drift`, without its notes."""
    index = read_index(layout.index("home"))
    assert index is not None
    with Place(layout.place("home")) as home, Stamps(layout.stamp) as stamps:
        return sorted(look_for_drift(home, stamps, index, persist).entries)


def bring(
    layout: Layout,
    name: PlaceName,
    wood: Wood,
    tree: Tree,
    *,
    persist: tuple[Path, ...] = (),
    drifted: Iterable[Difference] = (),
) -> Backup:
    """As a build does: from what the place is to `tree`."""
    index = read_index(layout.index(name))
    old = index.tree if index else EMPTY_TREE
    return change_to(layout, name, wood, tree, wood.operations(old, tree, drifted), persist)


def change_to(
    layout: Layout,
    name: PlaceName,
    wood: Wood,
    tree: Tree,
    operations: Iterable[Operation],
    persist: tuple[Path, ...] = (),
) -> Backup:
    change: Change = HomeChange(layout, persist) if name == "home" else RootChange(layout)
    try:
        wood.add_all(change, operations)
        return change.commit(tree)
    finally:
        change.close()


def text(layout: Layout, path: str, name: Literal["home", "root", "backup"] = "home") -> str:
    return (File(layout.jar.folder) / name / path).read_text()


MEMORY = "/dev/shm"  # noqa: S108
"""Where there is such a thing, tests need not wait for a disk."""


@contextmanager
def open_folder() -> Iterator[File]:
    """A temporary folder that any user can reach, whatever is in it removed afterwards."""
    path = File(tempfile.mkdtemp(prefix="jar-", dir=MEMORY if File(MEMORY).is_dir() else None))
    path.chmod(0o777)
    try:
        yield path
    finally:
        above = os.open(path.parent, FOLDER)
        folders.remove_any(above, path.name)
        os.close(above)


def unprivileged(work: Callable[[], None]) -> None:
    """Do it in a child that is an ordinary user; what it raises is raised here."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        _work_as_nobody(work, writer)
    os.close(writer)
    with os.fdopen(reader, "rb") as report:
        failure = report.read()
    os.waitpid(child, 0)
    if failure:
        raise AssertionError(pickle.loads(failure))  # noqa: S301 - our own child's


def _work_as_nobody(work: Callable[[], None], report: int) -> None:
    try:
        if os.geteuid() == 0:
            os.setgroups([])
            os.setresgid(65534, 65534, 65534)
            os.setresuid(65534, 65534, 65534)
        work()
    except BaseException:
        os.write(report, pickle.dumps(traceback.format_exc()))
    finally:
        os._exit(0)
