"""INCLUDE: other files in its place, and every way in which that can fail."""

from __future__ import annotations

import pytest

import jfile


class Folder:
    """Files by path; remembers what was read."""

    def __init__(self, **files: str) -> None:
        self.files = {name.replace("__", "/") + ".jfile": text for name, text in files.items()}
        self.asked: list[str] = []

    def read(self, path: str) -> bytes:
        self.asked.append(path)
        if path not in self.files:
            raise FileNotFoundError(2, "No such file or directory", path)
        return self.files[path].encode()


def places(parsed: jfile.JFile) -> list[tuple[str | None, int]]:
    return [(node.span.file, node.span.line) for node in parsed.directives]


def failure(text: str, folder: Folder, name: str = "JFile") -> jfile.SyntaxErrors:
    with pytest.raises(jfile.SyntaxErrors) as caught:
        jfile.parse(text, name, folder.read)
    return caught.value


def test_the_included_directives_stand_in_the_place_of_include() -> None:
    """Order is that of the texts, and spans name the file they are from."""
    folder = Folder(base="# tools\nRUN a\nINCLUDE more.jfile\n", more="\nRUN b\n")

    parsed = jfile.parse("RUN 1\nINCLUDE base.jfile\nRUN 2\n", include=folder.read)

    assert places(parsed) == [(None, 1), ("base.jfile", 2), ("more.jfile", 2), (None, 3)]


def test_a_path_is_relative_to_the_file_that_names_it() -> None:
    """Each level starts in its own folder; absolute paths stay."""
    folder = Folder(app__sub__a="INCLUDE ../b.jfile", app__b="INCLUDE /etc/c.jfile")
    folder.files["/etc/c.jfile"] = "RUN c"

    jfile.parse("INCLUDE sub/a.jfile", "app/JFile", folder.read)

    assert folder.asked == ["app/sub/a.jfile", "app/b.jfile", "/etc/c.jfile"]


def test_common_is_left_to_the_reader() -> None:
    """Only whoever reads knows where the shared folder lies."""
    folder = Folder()
    folder.files["${COMMON}/a.jfile"] = "INCLUDE b.jfile"
    folder.files["${COMMON}/b.jfile"] = "RUN b"

    parsed = jfile.parse("INCLUDE ${COMMON}/a.jfile", "app/JFile", folder.read)

    assert places(parsed) == [("${COMMON}/b.jfile", 1)]


def test_without_a_reader_include_stays() -> None:
    """Whoever only wants the file's own nodes gets them."""
    parsed = jfile.parse("INCLUDE base.jfile")

    assert jfile.dump(parsed) == [{"type": "INCLUDE", "path": "base.jfile", "line": 1}]


def test_a_file_may_be_included_twice() -> None:
    """That is no cycle."""
    folder = Folder(a="INCLUDE c.jfile", b="INCLUDE c.jfile", c="RUN c")

    parsed = jfile.parse("INCLUDE a.jfile\nINCLUDE b.jfile", include=folder.read)

    assert places(parsed) == [("c.jfile", 1), ("c.jfile", 1)]


@pytest.mark.parametrize(
    ("text", "files", "message"),
    [
        pytest.param(
            "INCLUDE a.jfile",
            {"a": "INCLUDE b.jfile", "b": "INCLUDE a.jfile"},
            "a.jfile includes itself: a.jfile → b.jfile → a.jfile",
            id="cycle",
        ),
        pytest.param("INCLUDE JFile", {}, "JFile includes itself: JFile → JFile", id="itself"),
        pytest.param(
            "INCLUDE nope.jfile",
            {},
            "cannot include nope.jfile: No such file or directory",
            id="missing",
        ),
        pytest.param("INCLUDE ${PORT(1)}", {}, "INCLUDE cannot depend on a port", id="port"),
    ],
)
def test_what_cannot_be_included_is_an_error(
    text: str, files: dict[str, str], message: str
) -> None:
    """One error, at the INCLUDE that fails."""
    errors = failure(text, Folder(**files)).errors

    assert [(e.code, e.message) for e in errors] == [("JF012", message)]


def test_mistakes_of_all_files_come_together() -> None:
    """A mistake in an included file hides none elsewhere, and each names its file."""
    folder = Folder(a="RNU a\nRUN ok\n", b="TAG\n")

    caught = failure("INCLUDE a.jfile\nINCLUDE b.jfile\nINCLUDE c.jfile\nCMD\n", folder)

    assert [(e.code, e.span.file, e.span.line) for e in caught.errors] == [
        ("JF003", None, 4),
        ("JF001", "a.jfile", 1),
        ("JF003", "b.jfile", 1),
        ("JF012", None, 3),
    ]
    assert caught.sources["a.jfile"].lines[0] == "RNU a"
    assert "a.jfile:1:1: JF001 unknown directive RNU" in str(caught)


@pytest.mark.parametrize(
    "files",
    [
        pytest.param(lambda path: f"INCLUDE x{path}", id="ever-new-names"),
        pytest.param(lambda path: f"INCLUDE x{path}\nINCLUDE y{path}", id="doubling"),
    ],
)
def test_includes_without_end_end(files: object) -> None:
    """Neither depth nor number of included files is without limit."""
    assert callable(files)

    with pytest.raises(jfile.SyntaxErrors) as caught:
        jfile.parse("INCLUDE a", include=lambda path: str(files(path)).encode())

    assert {error.code for error in caught.value.errors} == {"JF012"}
