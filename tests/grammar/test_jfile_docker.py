"""Where a JFile means to read as a Dockerfile does, Docker's own parser agrees.

PyPI's `dockerfile` is that parser. There are wheels of it for x86-64 only, and elsewhere it needs a
Go toolchain.
"""

from __future__ import annotations

import platform
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import jfile

if platform.machine() != "x86_64":
    pytest.skip("there is no wheel of Docker's parser", allow_module_level=True)

import dockerfile

word = st.sampled_from(["a", "b  c", "$A", '"q r"', "'s'", "&&", "-x", "é", "x\\\\y", "#"])
indent = st.sampled_from(["", " ", "\t", "    "])
fragment = st.tuples(indent, st.lists(word, min_size=1, max_size=4).map(" ".join)).map("".join)
between = st.lists(st.sampled_from(["# note", "  # indented", "#\\"]), max_size=2)
backslash = st.sampled_from([" \\", "\\", " \\ ", "\\\t"])
string = st.sampled_from(['"a"', '"b c"', '"\\n"', '"\\u00e9"', '"\\\\"'])
body = st.lists(
    st.sampled_from(["x", "", "  y", "\tz", "# no comment", "RUN w", "q \\"]), min_size=1
)


@st.composite
def continued(draw: st.DrawFn) -> str:
    """A command over several lines, comments between them."""
    lines = [draw(fragment).lstrip() or "a"]
    for _ in range(draw(st.integers(0, 3))):
        lines[-1] += draw(backslash)
        lines += draw(between)
        lines.append("x" + draw(fragment))
    return "\n".join(lines)


def docker(text: str) -> list[tuple[Any, ...]]:
    """Docker's reading in our words."""
    return [(c.cmd, c.json, c.start_line, _value(c)) for c in dockerfile.parse_string(text)]


def _value(command: Any) -> tuple[str, ...]:
    """Docker keeps bodies apart; a shell gets them behind its line."""
    bodies = "".join(f"\n{h.content}{h.name}" for h in command.heredocs)
    return (*command.value[:-1], command.value[-1] + bodies)


def ours(text: str) -> list[tuple[Any, ...]]:
    return [_ours(node) for node in jfile.parse(text).directives]


def _ours(node: jfile.Directive) -> tuple[Any, ...]:
    match node:
        case jfile.Run(jfile.Text() as command):
            return ("RUN", False, node.span.line, (str(command),))
        case jfile.Run(None, tuple() as argv) | jfile.Cmd(argv, True):
            return (type(node).__name__.upper(), True, node.span.line, tuple(map(str, argv)))
        case jfile.Cmd(argv):
            return ("CMD", False, node.span.line, (str(argv[-1]),))
        case jfile.Copy(sources, dest):
            return ("COPY", node.json_form, node.span.line, tuple(map(str, (*sources, dest))))
    raise AssertionError(node)


@given(st.sampled_from(["RUN", "CMD", "run"]), continued(), continued())
def test_continued_lines(keyword: str, one: str, other: str) -> None:
    """Backslashes join lines, comments between them vanish, two backslashes are data."""
    text = f"{keyword} {one}\n{keyword} {other}\n"

    assert ours(text) == [(c.upper(), *rest) for c, *rest in docker(text)]


@given(st.sampled_from(["RUN", "CMD", "COPY"]), st.lists(string, min_size=2))
def test_arrays(keyword: str, strings: list[str]) -> None:
    """The JSON form has the same words."""
    text = f"{keyword} [{', '.join(strings)}]\n"

    assert ours(text) == docker(text)


@given(body, body, st.sampled_from(["", "'", '"']))
def test_here_documents_in_a_command(one: list[str], other: list[str], quote: str) -> None:
    """The lines up to the name are the body; what follows is the next directive."""
    lines = [f"RUN cat <<{quote}A{quote} - <<B > f", *one, "A", *other, "B", "RUN after"]
    text = "\n".join(lines) + "\n"

    assert ours(text) == docker(text)


@pytest.mark.parametrize(
    "line",
    [
        pytest.param('RUN echo "<<EOF"', id="quoted"),
        pytest.param("RUN cat <<<EOF", id="here-string"),
        pytest.param("RUN echo a#b # c", id="hash-in-command"),
        pytest.param("COPY a b c/", id="several-sources"),
        pytest.param("RUN [ -f x ] && y", id="shell-test"),
    ],
)
def test_lines_that_look_special(line: str) -> None:
    """What is plain text for Docker is plain text here."""
    assert ours(line) == docker(line)
