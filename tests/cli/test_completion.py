"""Completion in the shells themselves: words typed, candidates read."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from jarbuild import commands
from jarbuild.commands import jars

Complete = Callable[[str], set[str]]

BASH = """
source completion
COMP_WORDS=({words}) COMP_CWORD=$(( ${{#COMP_WORDS[@]}} - 1 ))
_jarbuild "${{COMP_WORDS[0]}}" && printf '%s\\n' "${{COMPREPLY[@]}}"
"""

# An interactive zsh in a pseudo-terminal, where every call of compadd tells what fits. What is
# waited for is never what was typed, for the terminal echoes that.
ZSH = """
zmodload zsh/zpty
zpty z zsh -f -i
zpty -w z 'autoload -Uz compinit && compinit -u -d {dump}; source ./completion'
zpty -w z 'compadd() {{
  local -a fitting; builtin compadd -O fitting "$@"; print -rl -- "<"$^fitting">"
  builtin compadd "$@"
}}'
zpty -w z 'told() {{ print DO""NE }}; comppostfuncs=(told); print REA""DY'
zpty -r z output '*READY*'
zpty -w -n z {line}$'\\t'
zpty -r z output '*DONE*'
print -r -- "$output"
"""

CASES = [
    pytest.param("jarbuild li", {"lint"}, id="command"),
    pytest.param("jarbuild lint --expl", {"--explain"}, id="option"),
    pytest.param("jarbuild --no-cache-f", {"--no-cache-from"}, id="option-of-a-build"),
    pytest.param("jarbuild --progress p", {"plain"}, id="choice"),
    pytest.param("jarbuild lint --explain JF30", {f"JF30{n}" for n in range(1, 10)}, id="rule"),
    pytest.param("geniejars app re", {"restart"}, id="action"),
    pytest.param("geniejars app up we", {"web_1"}, id="alias"),
    pytest.param("geniejars exec jar00", {"jar001", "jar002"}, id="jars"),
    pytest.param("jarbuild --jar we", {"web_1"}, id="jar-of-a-build"),
    pytest.param("geniejars logs -n 3 we", {"web_1"}, id="behind-a-value"),
    pytest.param("geniejars restore web_1 arch", {"archive.tar"}, id="path"),
]


@pytest.fixture
def shell(here, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., str]:
    """Runs a program of a shell in a folder with a file, the completion script and our commands."""
    (here.folder / "archive.tar").write_text("")
    folder = tmp_path / "bin"
    folder.mkdir()
    for program, function in (("jarbuild", "main"), ("geniejars", "geniejars")):
        code = f"import sys; from jarbuild import cli; sys.exit(cli.{function}())"
        script = f'#!/bin/sh\nexec {sys.executable} -c {shlex.quote(code)} "$@"\n'
        (folder / program).write_text(script)
        (folder / program).chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(sys.path))
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("ZDOTDIR", raising=False)

    def run(name: str, *words: str) -> str:
        script = here.run("completion", name)
        (here.folder / "completion").write_text(script.out)
        ended = subprocess.run([name, *words], capture_output=True, text=True, timeout=20)
        assert ended.stderr == ""
        return ended.stdout

    return run


@pytest.mark.parametrize("line, expected", CASES)
def test_bash(shell, line: str, expected: set[str]) -> None:
    """bash offers exactly what fits."""
    assert set(shell("bash", "-c", BASH.format(words=line)).split()) == expected


@pytest.mark.parametrize(
    "line, expected",
    [
        pytest.param("jarbuild --progress = p", {"plain"}, id="with-an-equals-sign"),
        pytest.param("jarbuild --progress =", {"auto", "tty", "plain", "json", "quiet"}, id="none"),
        pytest.param("jarbuild lint --select JF301,JF50", {f"JF301,JF50{n}" for n in range(1, 6)},
                     id="a-list-of-codes"),
        pytest.param("jarbuild ''", {*commands.MODULES, "archive.tar", "completion"}, id="nothing"),
        pytest.param("geniejars ''", set(jars.MODULES), id="all-commands"),
        pytest.param("geniejars status x", set(), id="nothing-fits"),
    ],
)  # fmt: skip
def test_bash_in_detail(shell, line: str, expected: set[str]) -> None:
    """What only bash splits so, and what every shell knows."""
    assert set(shell("bash", "-c", BASH.format(words=line)).split()) >= expected


@pytest.mark.parametrize("line, expected", CASES)
def test_fish(shell, line: str, expected: set[str]) -> None:
    """fish offers what fits, with what it means."""
    out = shell("fish", "--no-config", "-c", f"source completion; complete -C {shlex.quote(line)}")

    assert {candidate.split("\t")[0] for candidate in out.splitlines()} == expected


@pytest.mark.parametrize("line, expected", CASES)
def test_zsh(shell, tmp_path: Path, line: str, expected: set[str]) -> None:
    """zsh offers what fits, seen in a pseudo-terminal."""
    script = ZSH.format(line=shlex.quote(line), dump=tmp_path / "dump")
    out = shell("zsh", "-f", "-c", script)

    offered = {word for piece in out.split("<")[1:] if (word := piece.partition(">")[0])}
    assert offered == expected


@pytest.mark.parametrize("name", ["bash", "zsh", "fish"])
def test_every_command_and_option_is_in_it(project, name: str) -> None:
    """The scripts are made from the parsers, so nothing is forgotten."""
    script = project().run("completion", name).out
    dash = "" if name == "fish" else "--"

    assert [word for word in (*commands.MODULES, *jars.MODULES) if word not in script] == []
    for option in ("no-cache-from", "unsafe-fixes", "nowait"):
        assert f"{dash}{option}" in script


def test_jars(here) -> None:
    """The scripts ask for the jars that somebody has, aliases first, and no server is started."""
    outcome = here.run("completion", "jars")

    assert outcome.out == ("web_1\talias of jar001\njar001\tweb_1\njar002\tallocated\n")
