"""One tree put over another: what COPY and WORKDIR do to a home."""

from __future__ import annotations

import pytest

from geniejars import EMPTY_FOLDER, ConflictError, Entry, Forest, Tree, place

Entries = dict[bytes, Entry]


def file(content: str) -> Entry:
    return Entry("file", 0o664, content, len(content))


def link(target: str) -> Entry:
    return Entry("symlink", 0o777, target.encode().hex())


def folder(mode: int = 0o775) -> Entry:
    return Entry("folder", mode, EMPTY_FOLDER)


def placed(home: Entries, above: Entries, links: tuple[tuple[bytes, ...], ...] = ()) -> Tree:
    forest = Forest()
    return place(forest, Tree(forest.build(home), links), forest.build(above), "/home/jar")


def flat(home: Entries, above: Entries) -> Entries:
    forest = Forest()
    tree = place(forest, Tree(forest.build(home)), forest.build(above), "/home/jar")
    return {path: e for path, e in forest.walk(tree.root) if e.kind != "folder"}


CASES = [
    pytest.param({}, {b"a": file("1")}, {b"a": file("1")}, id="into-nothing"),
    pytest.param(
        {b"a": file("1")}, {b"b": file("2")}, {b"a": file("1"), b"b": file("2")}, id="beside"
    ),
    pytest.param({b"a": file("1")}, {b"a": file("2")}, {b"a": file("2")}, id="replaced"),
    pytest.param({b"a": link("b")}, {b"a": file("2")}, {b"a": file("2")}, id="file-onto-symlink"),
    pytest.param({b"a": file("1")}, {b"a": link("b")}, {b"a": link("b")}, id="symlink-onto-file"),
    pytest.param(
        {b"d/a": file("1")},
        {b"d/b": file("2")},
        {b"d/a": file("1"), b"d/b": file("2")},
        id="merged",
    ),
    pytest.param(
        {b"real/a": file("1"), b"app": link("real")},
        {b"app/b": file("2")},
        {b"real/a": file("1"), b"real/b": file("2"), b"app": link("real")},
        id="symlink-on-the-way",
    ),
    pytest.param(
        {b"x/real/a": file("1"), b"x/app": link("./real/")},
        {b"x/app/deep/b": file("2")},
        {b"x/real/a": file("1"), b"x/real/deep/b": file("2"), b"x/app": link("./real/")},
        id="symlink-below-a-folder",
    ),
    pytest.param(
        {b"a/b/f": file("1"), b"c": link("d/e"), b"d/e": link("../a/b")},
        {b"c/f": file("2")},
        {b"a/b/f": file("2"), b"c": link("d/e"), b"d/e": link("../a/b")},
        id="symlinks-behind-each-other",
    ),
    pytest.param(
        {b"real/a": file("1"), b"app": link("/home/jar/real")},
        {b"app/b": file("2")},
        {b"real/a": file("1"), b"real/b": file("2"), b"app": link("/home/jar/real")},
        id="absolute-symlink-into-the-home",
    ),
    pytest.param(
        {b"f": file("1"), b"app": link("/home/jar")},
        {b"app/f": file("2")},
        {b"f": file("2"), b"app": link("/home/jar")},
        id="symlink-to-the-home",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("home", "above", "expected"), CASES)
def test_place(home: Entries, above: Entries, expected: Entries) -> None:
    """Folders merge, other entries are replaced, symlinks to folders are followed."""
    assert flat(home, above) == expected


CONFLICTS = [
    pytest.param({b"a/b": file("1")}, {b"a": file("2")}, "is a folder", id="file-onto-folder"),
    pytest.param({b"a": file("1")}, {b"a/b": file("2")}, "is a file", id="folder-onto-file"),
    pytest.param({b"a": link("..")}, {b"a/b": file("2")}, "out of the home", id="leaves-the-home"),
    pytest.param({b"a": link("/etc")}, {b"a/b": file("2")}, "out of the home", id="leaves-to-root"),
    pytest.param({b"a": link("/home/jar2")}, {b"a/b": file("2")}, "out of", id="leaves-to-a-jar"),
    pytest.param({b"a": link("none")}, {b"a/b": file("2")}, "no folder", id="dangling"),
    pytest.param({b"a": link("a")}, {b"a/b": file("2")}, "to itself", id="loop"),
    pytest.param(
        {b"a": link("f"), b"f": file("1")}, {b"a/b": file("2")}, "no folder", id="symlink-to-file"
    ),
]


@pytest.mark.parametrize(("home", "above", "says"), CONFLICTS)
def test_conflicts(home: Entries, above: Entries, says: str) -> None:
    """What cannot be merged is an error that names the path."""
    with pytest.raises(ConflictError, match=says):
        placed(home, above)


def test_folders_that_are_there_keep_their_bits() -> None:
    """A private folder is not opened by what is put into it."""
    forest = Forest()
    home = forest.build({b"private": folder(0o700), b"private/a": file("1")})
    above = forest.build({b"private/b": file("2"), b"new": folder(0o755)})
    root = place(forest, Tree(home), above, "/home/jar").root
    modes = {path: e.mode for path, e in forest.walk(root) if e.kind == "folder"}

    assert modes == {b"private": 0o700, b"new": 0o755}


def test_what_is_written_anew_leaves_its_hard_links() -> None:
    """A COPY makes no hard links."""
    home = {name: file("1") for name in (b"a", b"b", b"c", b"d/e")}
    tree = placed(home, {b"a": file("1"), b"d/e": file("2")}, ((b"a", b"b", b"c"), (b"d/e", b"x")))

    assert tree.links == ((b"b", b"c"),)


def test_cost_is_what_is_copied_not_what_is_there() -> None:
    """Of a home with a thousand folders only those on the way are read and written."""
    stock = Forest()
    home = stock.build({b"%d/%d/f" % (i, j): file("1") for i in range(30) for j in range(30)})
    read: list[str] = []

    def objects(digest: str) -> bytes:
        read.append(digest)
        return stock.fresh[digest]

    forest = Forest(objects)
    above = forest.build({b"7/7/g": file("2")})
    made = len(forest.fresh)
    place(forest, Tree(home), above, "/home/jar")

    assert len(read) == 3
    assert len(forest.fresh) - made == 3
