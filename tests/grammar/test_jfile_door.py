"""The room's door: what it holds, what it costs, and the small things behind it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

import jfile

GRAMMAR = Path(jfile.__file__).parent.parent


def python(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *arguments],
        env={"PYTHONPATH": str(GRAMMAR)},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("name", jfile.__all__)
def test_every_name_is_there(name: str) -> None:
    """What the door promises can be had."""
    assert getattr(jfile, name) is not None


@pytest.mark.parametrize(
    ("code", "loaded"),
    [
        pytest.param("import jfile", [], id="door"),
        pytest.param("import jfile; jfile.Run, jfile.SyntaxErrors", ["attr"], id="nodes"),
        pytest.param("import jfile; jfile.parse", ["attr", "lark"], id="parser"),
    ],
)
def test_only_what_is_used_is_loaded(code: str, loaded: list[str]) -> None:
    """Start-up does not pay for a parser that is not needed."""
    shown = python(
        "-c", f"{code}; import sys; print(sorted({{'lark', 'attr'}} & set(sys.modules)))"
    )

    assert shown.stdout.strip() == str(loaded)


def test_unknown_names_are_no_attributes() -> None:
    """A typing error is found at once."""
    with pytest.raises(AttributeError, match="'jfile' has no attribute 'parze'"):
        _ = jfile.parze  # type: ignore[attr-defined]


def test_the_dump_has_the_ancestors_names() -> None:
    """Each directive is its type, its line and its fields; what was not given is left out."""
    text = """\
TAG web
ENV A=${PORT(1)}
COPY a b/ c/
COPY --chmod=644 --exclude=*.pyc d e
RUN npm ci
RUN --mount=type=cache,target=x,id=y --no-cache --timeout=90s ["npm", "ci"]
RUN <<EOF
make
EOF
CMD node x
ARG V
HEALTHCHECK NONE
HEALTHCHECK --retries=1 CMD ["a"]
STOPSIGNAL TERM
IMPORT KEY
PERSIST data
"""
    health = {"interval": 30.0, "timeout": 30.0, "startPeriod": 0.0, "retries": 1}
    mounts = [{"target": "x", "id": "y"}]

    assert jfile.dump(jfile.parse(text)) == [
        {"type": "TAG", "tag": "web", "line": 1},
        {"type": "ENV", "key": "A", "value": "${PORT(1)}", "line": 2},
        {"type": "COPY", "sources": ["a", "b/"], "dest": "c/", "line": 3},
        {
            "type": "COPY",
            "sources": ["d"],
            "dest": "e",
            "chmod": "644",
            "exclude": ["*.pyc"],
            "line": 4,
        },
        {"type": "RUN", "command": "npm ci", "line": 5},
        {
            "type": "RUN",
            "argv": ["npm", "ci"],
            "mounts": mounts,
            "noCache": True,
            "timeout": 90.0,
            "line": 6,
        },
        {"type": "RUN", "command": "make", "heredoc": "<<EOF", "line": 7},
        {"type": "CMD", "cmd": ["sh", "-c", "node x"], "line": 10},
        {"type": "ARG", "name": "V", "line": 11},
        {"type": "HEALTHCHECK", "cmd": None, "line": 12},
        {"type": "HEALTHCHECK", "cmd": ["a"], **health, "line": 13},
        {"type": "STOPSIGNAL", "signal": "TERM", "line": 14},
        {"type": "IMPORT", "key": "KEY", "line": 15},
        {"type": "PERSIST", "path": "data", "line": 16},
    ]


def test_the_module_prints_the_dump(tmp_path: Path) -> None:
    """`python -m jfile FILE` is the dump as JSON."""
    path = tmp_path / "JFile"
    path.write_text("TAG web\n")

    shown = python("-m", "jfile", str(path))

    assert json.loads(shown.stdout) == [{"type": "TAG", "tag": "web", "line": 1}]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        pytest.param([], "usage: python -m jfile FILE\n", id="usage"),
        pytest.param(["/nope"], "/nope: No such file or directory\n", id="no-file"),
    ],
)
def test_wrong_usage_is_two(arguments: list[str], message: str) -> None:
    """What cannot be read is said in one line."""
    shown = python("-m", "jfile", *arguments)

    assert (shown.returncode, shown.stderr) == (2, message)


def test_help_is_no_mistake() -> None:
    """Whoever asks gets the usage, and 0."""
    shown = python("-m", "jfile", "--help")

    assert (shown.returncode, shown.stdout) == (0, "usage: python -m jfile FILE\n")


def test_the_module_shows_mistakes(tmp_path: Path) -> None:
    """A wrong file gives excerpts, not a traceback."""
    path = tmp_path / "JFile"
    path.write_bytes(b"RNU a\n\xff\n")

    shown = python("-m", "jfile", str(path))

    assert shown.returncode == 2
    assert f"{path}:1:1: JF001 unknown directive RNU\n1 | RNU a\n  | ^^^" in shown.stderr
    assert f"{path}:2:1: JF009 byte 0xFF is not UTF-8" in shown.stderr


@pytest.mark.parametrize(
    ("ports", "common", "expected"),
    [
        pytest.param(None, None, "${COMMON}/x:${PORT(2)}", id="nothing-known"),
        pytest.param([1, 2], None, "${COMMON}/x:2", id="ports-known"),
        pytest.param(None, "/c", "/c/x:${PORT(2)}", id="common-known"),
        pytest.param([1, 2], "/c", "/c/x:2", id="all-known"),
    ],
)
def test_rendering_fills_in_what_is_known(
    ports: list[int] | None, common: str | None, expected: str
) -> None:
    """What is not known yet stays as it is written."""
    (tag,) = jfile.parse("TAG ${COMMON}/x:${PORT(2)}").directives

    assert [jfile.render(text, ports, common) for text in jfile.texts(tag)] == [expected]


def test_a_house_may_have_no_ports() -> None:
    """Then every port is one too many, in an array or a default as well."""
    parsed = jfile.parse('ARG A=${PORT(1)}\nCMD ["${PORT(2)}"]')

    errors = jfile.check_ports(parsed, 0)

    assert [(e.span.line, e.expected) for e in errors] == [
        (1, "no port: jars have none here"),
        (2, "no port: jars have none here"),
    ]


def test_a_wrong_file_is_not_formatted() -> None:
    """The formatter never guesses."""
    with pytest.raises(jfile.SyntaxErrors):
        jfile.format_text("RNU a\n")


def test_rendering_a_port_that_a_jar_lacks_fails() -> None:
    """Nobody gets a wrong port; `check_ports` says it earlier and better."""
    parsed = jfile.parse("RUN a ${PORT(0)} ${PORT(2)}\nENV A=${PORT(1)}")
    (text,) = jfile.texts(parsed.directives[0])

    with pytest.raises(IndexError):
        jfile.render(text, [4000], None)
    assert [(e.code, e.message, e.span.column) for e in jfile.check_ports(parsed, 1)] == [
        ("JF007", "a jar has no port 0", 7),
        ("JF007", "a jar has no port 2", 18),
    ]
