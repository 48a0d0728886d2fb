"""From any tree to any other: the operations, executed in order, make exactly the new one."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from genieagent.operations import MakeLink, Operation, Remove, WriteFile
from genieagent.trees import Entry, Forest, Path, Tree
from geniejars.transition import transition
from tests.fakes import Place, sha

CONTENTS = {sha(c): c for c in (b"", b"one", b"two")}


def write(path: Path, entry: Entry) -> Operation:
    return WriteFile(path, entry.mode, entry.size, entry.value)


def a_file(content: bytes = b"one", mode: int = 0o664) -> Entry:
    return Entry("file", mode, sha(content), len(content))


FOLDER = Entry("folder", 0o775)
CLOSED = Entry("folder", 0o555)
names = st.sampled_from([b"a", b"b", b"c"])
leaves = st.one_of(
    st.sampled_from([a_file(), a_file(b"two"), a_file(b"", 0o600), Entry("fifo", 0o664)]),
    st.just(Entry("symlink", 0o777, b"../x".hex())),
    st.sampled_from([FOLDER, CLOSED]),
)
entries = st.dictionaries(st.lists(names, min_size=1, max_size=3).map(b"/".join), leaves)


@st.composite
def places(draw: st.DrawFn) -> Place:
    """A random folder, some of its equal files hard-linked."""
    place = Place(contents=dict(CONTENTS))
    for path, entry in sorted(draw(entries).items()):
        parents = [path[:i] for i in range(len(path)) if path[i : i + 1] == b"/"]
        if all(place.entries.get(p, FOLDER).kind == "folder" for p in parents):
            place.entries.update({p: place.entries.get(p, FOLDER) for p in parents})
            place.entries[path] = entry
    same = [p for p, e in sorted(place.entries.items()) if e == a_file()]
    if len(same) > 1 and draw(st.booleans()):
        place.links = [set(same[: draw(st.integers(2, len(same)))])]
    return place


@settings(max_examples=400, deadline=None)
@given(places(), places())
def test_operations_make_the_new_tree(old: Place, new: Place) -> None:
    """Kinds, modes, contents, links and closed folders: whatever differs is put right."""
    forest = Forest()
    before, after = old.tree(forest), new.tree(forest)
    for operation in transition(forest, before, after, write):
        content = CONTENTS[operation.sha256] if isinstance(operation, WriteFile) else None
        assert_is_open(old, operation)
        old.apply(operation, content, Place())

    assert old.tree(forest) == after


def assert_is_open(place: Place, operation: Operation) -> None:
    """The owner could do this: the folder it happens in has all of the owner's bits."""
    parent = operation.path.rpartition(b"/")[0]
    if parent and type(operation).__name__ != "SetMode":
        assert place.entries[parent].mode & 0o700 == 0o700, operation


@given(places())
def test_equal_trees_need_nothing(place: Place) -> None:
    """No difference, no operation."""
    forest = Forest()
    tree = place.tree(forest)

    assert transition(forest, tree, tree, write) == []


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        pytest.param({b"f": a_file()}, {}, [Remove(b"f")], id="removed"),
        pytest.param(
            {b"d": FOLDER, b"d/f": a_file()},
            {b"d": a_file()},
            [Remove(b"d/f"), Remove(b"d"), write(b"d", a_file())],
            id="folder-becomes-file",
        ),
    ],
)
def test_order(old: dict[Path, Entry], new: dict[Path, Entry], expected: list[Operation]) -> None:
    """What is in the way goes first, from the inside out."""
    forest = Forest()
    before, after = Tree(forest.build(old)), Tree(forest.build(new))

    assert transition(forest, before, after, write) == expected


def test_a_new_link_is_no_copy() -> None:
    """Two equal files that become one are linked, not written."""
    forest = Forest()
    root = forest.build({b"a": a_file(), b"b": a_file()})
    operations = transition(forest, Tree(root), Tree(root, ((b"a", b"b"),)), write)

    assert operations == [write(b"a", a_file()), MakeLink(b"b", b"a")]
