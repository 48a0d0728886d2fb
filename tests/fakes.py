"""A jar and a cache in memory: what the runner's tests run against."""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from genieagent.operations import (
    CloneFile,
    MakeFifo,
    MakeFolder,
    MakeLink,
    MakeSymlink,
    Operation,
    Remove,
    SetMode,
    Take,
    WriteFile,
)
from genieagent.trees import Digest, Entry, Forest, Path, Tree, split
from geniejars.plan import Prepared, Step
from geniejars.results import DamagedEntryError, LayerFile, Result

Files = dict[Path, Entry]
Program = Callable[["Place"], int]


def sha(content: bytes) -> Digest:
    return hashlib.sha256(content).hexdigest()


@dataclass
class Place:
    """A folder in memory: entries by path, contents by digest, hard links by group."""

    entries: Files = field(default_factory=dict)
    contents: dict[Digest, bytes] = field(default_factory=dict)
    links: list[set[Path]] = field(default_factory=list)

    def write(self, path: str, content: bytes, mode: int = 0o664) -> None:
        """As a command in the jar would."""
        self.contents[sha(content)] = content
        self._put(path.encode(), Entry("file", mode, sha(content), len(content)))

    def read(self, path: str) -> bytes:
        return self.contents[self.entries[path.encode()].value]

    def names(self) -> list[str]:
        return sorted(os.fsdecode(p) for p, e in self.entries.items() if e.kind != "folder")

    def tree(self, forest: Forest) -> Tree:
        return Tree(forest.build(self.entries), tuple(tuple(sorted(g)) for g in self.links))

    def _put(self, path: Path, entry: Entry) -> None:
        self._unlink(path)
        self.entries[path] = entry

    def _unlink(self, path: Path) -> None:
        self.links = [g for g in (g - {path} for g in self.links) if len(g) > 1]

    def apply(self, operation: Operation, content: bytes | None, root: Place) -> None:
        path = operation.path
        parent = split(path)[0]
        assert not parent or self.entries[parent].kind == "folder", operation
        match operation:
            case Remove():
                if not any(p.startswith(path + b"/") for p in self.entries):
                    self._unlink(path)
                    self.entries.pop(path, None)
            case MakeFolder():
                assert path not in self.entries, operation
                self._put(path, Entry("folder", operation.mode))
            case WriteFile():
                assert content is not None and sha(content) == operation.sha256
                self.contents[operation.sha256] = content
                self._put(path, Entry("file", operation.mode, operation.sha256, operation.size))
            case CloneFile():
                self.contents[operation.sha256] = root.contents[operation.sha256]
                self._put(path, Entry("file", operation.mode, operation.sha256, operation.size))
            case Take():
                self._take(path, root)
            case MakeLink():
                self._link(path, operation.to)
            case MakeSymlink():
                self._put(path, Entry("symlink", 0o777, operation.target.hex()))
            case MakeFifo():
                self._put(path, Entry("fifo", operation.mode))
            case SetMode():
                for name in next((g for g in self.links if path in g), {path}):
                    self.entries[name] = self.entries[name]._replace(mode=operation.mode)

    def _take(self, path: Path, root: Place) -> None:
        for inner in [p for p in root.entries if p == path or p.startswith(path + b"/")]:
            self.entries[inner] = root.entries.pop(inner)
        self.contents.update(root.contents)

    def _link(self, path: Path, to: Path) -> None:
        self._put(path, self.entries[to])
        group = next((g for g in self.links if to in g), None)
        if group is None:
            self.links.append({to, path})
        else:
            group.add(path)


@dataclass(frozen=True)
class Applied:
    backed_up: tuple[str, ...] = ()


@dataclass(frozen=True)
class Status:
    running: bool = False
    pid: int | None = None
    sessions: tuple[Any, ...] = ()

    @property
    def is_up(self) -> bool:
        return self.running


@dataclass(frozen=True)
class Drift:
    tree: Tree | None
    entries: tuple[tuple[Path, Entry | None], ...] = ()


@dataclass
class FakeSite:
    """A jar whose commands are Python functions by command text."""

    programs: Mapping[str, Program] = field(default_factory=dict)
    home_place: Place = field(default_factory=Place)
    root_place: Place = field(default_factory=Place)
    built: Tree | None = None
    earlier: tuple[Digest, ...] = ()
    forest: Forest = field(default_factory=Forest)
    commands: list[str] = field(default_factory=list)
    environments: list[Mapping[str, str]] = field(default_factory=list)
    status: Status = Status()
    applied: list[Operation] = field(default_factory=list)
    log: list[str] = field(default_factory=list)
    name: str = "jar001"
    home: str = "/jars/jar001/home"

    @contextmanager
    def locked(self, waiting: str) -> Iterator[None]:
        yield

    def connect(self, role: str) -> FakeSession:
        return FakeSession(self, role)

    def end(self, role: str) -> None:
        self.log.append(f"end {role}")

    def hand_over(self) -> None:
        self.log.append("hand over")

    def expect(self, tree: Tree, prepared: Prepared) -> None:
        self.log.append("expect")

    def known_trees(self) -> tuple[Digest, ...]:
        return self.earlier

    def settle(self) -> str | None:
        self.log.append("settle")
        return "alias_1"

    def start_app(self) -> None:
        self.log.append("start app")


@dataclass
class FakeSession:
    site: FakeSite
    role: str
    situation: str = "full"

    def __enter__(self) -> FakeSession:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def close(self) -> None:
        pass

    def _place(self, name: str) -> Place:
        return self.site.root_place if name == "root" else self.site.home_place

    def scan(self, place: str) -> Tree:
        return self._place(place).tree(self.site.forest)

    def objects(self, digests: Sequence[Digest]) -> dict[Digest, bytes]:
        return {digest: self.site.forest.object(digest) for digest in digests}

    def drift(self, persist: Sequence[str] = ()) -> Drift:
        if self.site.built is None:
            return Drift(None)
        wanted = dict(self.site.forest.walk(self.site.built.root))
        there = self.site.home_place.entries
        differ = {p: there.get(p) for p, e in wanted.items() if not same(there.get(p), e)}
        return Drift(self.site.built, tuple(differ.items()))

    def status(self) -> Status:
        return self.site.status

    def stop(self, grace: float) -> None:
        self.site.log.append("stop")

    def apply(self, place, tree, operations, *, persist=(), after=None) -> Applied:  # type: ignore[no-untyped-def]
        target = self._place(place)
        for operation, opener in operations:
            self.site.applied.append(operation)
            target.apply(operation, self._content(operation, opener, after), self.site.root_place)
        if place == "home":
            self.site.built = tree
            target.tree(self.site.forest)
        return Applied()

    def _content(self, operation, opener, after) -> bytes | None:  # type: ignore[no-untyped-def]
        if opener is None:
            return None
        descriptor = opener()
        try:
            content = os.pread(descriptor, operation.size, operation.offset)
            after(operation, descriptor)
        finally:
            os.close(descriptor)
        return content

    def run(self, argv, *, env, cwd, timeout=None, mounts=(), on_output=None, **_) -> int:  # type: ignore[no-untyped-def]
        command = argv[-1]
        self.site.commands.append(command)
        self.site.environments.append(env)
        on_output("stdout", f"ran {command}\n".encode())
        return self.site.programs[command](self.site.root_place)

    def pack(self, place: str, paths: Sequence[Path], fd: int) -> list[LayerFile]:
        source, files, offset = self._place(place), [], 0
        for path in paths:
            if (entry := source.entries[path]).kind == "file":
                os.write(fd, source.contents[entry.value])
                files.append(LayerFile(path, offset, entry.size, entry.value, 1_000_000_007))
                offset += entry.size
        return files


def same(one: Entry | None, other: Entry) -> bool:
    if one is not None and one.kind == other.kind == "folder":
        return one.mode == other.mode
    return one == other


@dataclass
class MemoryLayer:
    id: Digest
    files: Sequence[LayerFile]
    content: bytes

    def at(self, path: Path) -> LayerFile | None:
        return next((f for f in self.files if f.path == path), None)

    def holding(self, sha256: Digest) -> LayerFile | None:
        return next((f for f in self.files if f.sha256 == sha256), None)

    def open(self) -> int:
        with tempfile.TemporaryFile() as file:
            file.write(self.content)
            file.flush()
            return os.dup(file.fileno())


@dataclass
class MemoryResults:
    """A cache in memory, keyed as plainly as can be."""

    folders: dict[Digest, bytes] = field(default_factory=dict)
    records: dict[tuple[str, str], Result] = field(default_factory=dict)
    layers: dict[Digest, MemoryLayer] = field(default_factory=dict)

    def folder_object(self, digest: Digest) -> bytes:
        return self.folders[digest]

    def tree(self, digest: Digest) -> Tree:
        return {r.output.digest: r.output for r in self.records.values()}[digest]

    def keep_folders(self, objects: Mapping[Digest, bytes]) -> None:
        self.folders.update(objects)

    def lookup(self, step: Step, source: Tree) -> Result | None:
        return self.records.get((str(step.preimage), source.digest))

    def record(self, step: Step, source: Tree, result: Result, seconds: float) -> None:
        self.records[str(step.preimage), source.digest] = result

    @contextmanager
    def new_layer(self) -> Iterator[MemoryDraft]:
        with tempfile.TemporaryFile() as file:
            yield MemoryDraft(self, file.fileno())

    def layer(self, digest: Digest) -> MemoryLayer:
        try:
            return self.layers[digest]
        except KeyError:
            raise DamagedEntryError("no such layer") from None


@dataclass
class MemoryDraft:
    results: MemoryResults
    fd: int

    def publish(self, files: Sequence[LayerFile]) -> Digest:
        content = os.pread(self.fd, os.fstat(self.fd).st_size, 0)
        digest = sha(repr(files).encode() + content)
        self.results.layers[digest] = MemoryLayer(digest, files, content)
        return digest
