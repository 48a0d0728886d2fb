"""Random trees with everything that a tree can hold, few names so that they meet."""

from __future__ import annotations

from hypothesis import strategies as st
from places import Wood, fifo, folder, symlink

from genieagent.trees import Entry, Tree

NAMES = ("a", "b", "c\udcff")
FILE_MODES = (0o664, 0o775, 0o600, 0o444, 0o4775)
FOLDER_MODES = (0o775, 0o700, 0o555)
CONTENTS = (b"", b"one", b"two", b"x" * 5000)

_paths = st.lists(st.sampled_from(NAMES), min_size=1, max_size=3).map("/".join)
_files = st.tuples(st.just("file"), st.sampled_from(CONTENTS), st.sampled_from(FILE_MODES))
_folders = st.tuples(st.just("folder"), st.none(), st.sampled_from(FOLDER_MODES))
_symlinks = st.tuples(st.just("symlink"), st.sampled_from(["a", "../x", "/etc"]), st.none())
_fifos = st.tuples(st.just("fifo"), st.none(), st.just(0o664))
_links = st.tuples(st.just("link"), st.none(), st.none())

plans = st.dictionaries(_paths, st.one_of(_files, _folders, _symlinks, _fifos, _links), max_size=9)
"""What lies where: kind, content and mode. A link is one more name of the first file."""

Plan = dict[str, tuple[str, object, object]]


def tree_of(wood: Wood, plan: Plan) -> Tree:
    """Where a path needs a folder, there is one."""
    entries: dict[str, Entry] = {}
    linked: list[str] = []
    for path, (kind, content, mode) in sorted(plan.items()):
        if not _has_way(entries, path):
            continue
        if kind == "link":
            if not linked:
                continue
            entries[path] = entries[linked[0]]
            linked.append(path)
        elif kind == "file":
            assert isinstance(content, bytes) and isinstance(mode, int)
            entries[path] = wood.file(content, mode)
            linked = linked or [path]
        elif kind == "symlink":
            entries[path] = symlink(str(content))
        else:
            assert isinstance(mode, int)
            entries[path] = folder(mode) if kind == "folder" else fifo(mode)
    groups = [tuple(linked)] if len(linked) > 1 else []
    return wood.tree(entries, *groups)


def _has_way(entries: dict[str, Entry], path: str) -> bool:
    """Makes the folders that lead there; False where something else is in their place."""
    steps = path.split("/")[:-1]
    ways = ["/".join(steps[: n + 1]) for n in range(len(steps))]
    if any(way in entries and entries[way].kind != "folder" for way in ways):
        return False
    for way in ways:
        entries.setdefault(way, folder(0o775))
    return True
