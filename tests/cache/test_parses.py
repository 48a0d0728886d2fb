"""A JFile that did not change is not parsed again."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

import jfile
from jarbuild.cache import parses
from jarbuild.cache.parses import Parses
from jarbuild.project import read_project

TEXT = b"INCLUDE base.jfile\nRUN make\n"
BASE = b"WORKDIR app\n"


@pytest.fixture
def memory(tmp_path: Path) -> Parses:
    """The memory of one JFile that has been parsed once."""
    memory = Parses(tmp_path / "parse", is_writable=True)
    memory.parse(TEXT, "JFile", reading(BASE))
    return memory


def reading(content: bytes) -> Callable[[str], bytes]:
    return lambda path: content


def kinds(found: jfile.JFile) -> list[str]:
    return [type(node).__name__ for node in found.directives]


@pytest.fixture
def parser(monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
    """What is handed to the parser from here on."""
    seen: list[bytes] = []
    parse = jfile.parse

    def watched(content: bytes, *rest: object) -> jfile.JFile:
        seen.append(content)
        return parse(content, *rest)

    monkeypatch.setattr(jfile, "parse", watched)
    return seen


def test_the_same_text_is_not_parsed_again(memory: Parses, parser: list[bytes]) -> None:
    """What was parsed once comes back as it was, spans and included nodes too."""
    again = memory.parse(TEXT, "JFile", reading(BASE))

    assert parser == []
    assert kinds(again) == ["Workdir", "Run"]
    assert [node.span.file for node in again.directives] == ["base.jfile", None]


@pytest.mark.parametrize(
    "text, base, expected",
    [
        pytest.param(TEXT + b"TAG x\n", BASE, ["Workdir", "Run", "Tag"], id="the-file"),
        pytest.param(TEXT, b"ENV A=1\n", ["Env", "Run"], id="an-included-file"),
    ],
)
def test_a_change_is_seen(memory: Parses, text: bytes, base: bytes, expected: list[str]) -> None:
    """Neither the JFile nor a file that it includes is ever taken for what it was."""
    assert kinds(memory.parse(text, "JFile", reading(base))) == expected


def test_another_parser_parses_again(
    memory: Parses, parser: list[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    """What another version of the language understood is not used."""
    monkeypatch.setattr(parses, "parser_version", lambda: "another")
    memory.parse(TEXT, "JFile", reading(BASE))

    assert parser == [TEXT]


@pytest.mark.parametrize("content", [b"", b"\0" * 100, b"{}\n"], ids=["empty", "zeros", "json"])
def test_a_damaged_memory_is_no_memory(memory: Parses, parser: list[bytes], content: bytes) -> None:
    """A file that is not what was written counts as absent."""
    memory.file.write_bytes(content)
    memory.parse(TEXT, "JFile", reading(BASE))

    assert parser == [TEXT]


def test_a_flipped_bit_is_noticed(memory: Parses, parser: list[bytes]) -> None:
    """A memory with one wrong bit is not used, wherever the bit is."""
    whole = memory.file.read_bytes()
    for place in range(0, len(whole), 17):
        memory.file.write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
        memory.parse(TEXT, "JFile", reading(BASE))
        memory.file.write_bytes(whole)

    assert len(parser) == len(range(0, len(whole), 17))


def test_a_wrong_file_is_not_kept(tmp_path: Path) -> None:
    """A text with mistakes is parsed, and complained about, each time."""
    memory = Parses(tmp_path / "parse", is_writable=True)
    for _ in range(2):
        with pytest.raises(jfile.SyntaxErrors):
            memory.parse(b"COPYY a b\n", "JFile", reading(b""))

    assert not memory.file.exists()


def test_a_plan_keeps_nothing(tmp_path: Path) -> None:
    """A dry run changes nothing on disk, the memory included."""
    (tmp_path / "JFile").write_bytes(b"RUN make\n")
    read_project(str(tmp_path), None, tmp_path / "cache", is_writable=False)

    assert not (tmp_path / "cache").exists()


READ = """
import sys
from pathlib import Path
from jarbuild.project import read_project
read_project(sys.argv[1], None, Path(sys.argv[2]), is_writable=True)
print("lark" in sys.modules)
"""


def test_an_unchanged_file_needs_no_grammar(tmp_path: Path) -> None:
    """The second time the process does without Lark, whose tables cost more than a whole plan."""
    (tmp_path / "JFile").write_bytes(b"RUN make\n")
    environment = {"PYTHONPATH": os.pathsep.join(sys.path)}

    def loads_lark() -> str:
        argv = [sys.executable, "-c", READ, str(tmp_path), str(tmp_path / "cache")]
        return subprocess.check_output(argv, env=environment, text=True).strip()

    assert [loads_lark(), loads_lark()] == ["True", "False"]
