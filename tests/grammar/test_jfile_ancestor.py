"""Every text that the ancestor accepts means the same here.

The ancestor's own parser runs in Node beside ours. What is exempt is exempt in JFILE.md too, under
"Differences from geniejars".
"""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jfile_strategies
import pytest
from hypothesis import HealthCheck, assume, given, settings
from jfile_differences import is_different

import jfile

HERE = Path(__file__).parent
ANCESTOR = "geniejars@0.2.13"
COLLECTED = sorted([*HERE.glob("*/*.jfile"), *HERE.parent.parent.glob("examples/*/JFile*")])
PORTS = [4001, 4002, 4003]
COMMON = "/opt/common"

pytestmark = pytest.mark.slow

# A number in CMD's array, once it is replaced; here an error that asks for quotes.
_BARE_PLACEHOLDER = re.compile(r"\bCMD\b.*\[.*\$\{PORT\(", re.IGNORECASE)


class Ancestor:
    """The ancestor's parser in one Node process, asked line by line."""

    def __init__(self, package: Path) -> None:
        self._node = subprocess.Popen(
            ["node", HERE / "ancestor.mjs", package],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            encoding="utf-8",
        )

    def parse(self, text: str) -> list[dict[str, Any]] | None:
        """Its directives, or None where it refuses the text."""
        assert self._node.stdin is not None
        assert self._node.stdout is not None
        self._node.stdin.write(json.dumps(text) + "\n")
        self._node.stdin.flush()
        directives: list[dict[str, Any]] | None
        directives = json.loads(self._node.stdout.readline()).get("directives")
        return directives

    def close(self) -> None:
        self._node.communicate()


@pytest.fixture(scope="session")
def ancestor(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ancestor]:
    folder = tmp_path_factory.mktemp("ancestor")
    subprocess.run(["npm", "pack", "--silent", ANCESTOR], cwd=folder, check=True)
    (package,) = folder.glob("*.tgz")
    subprocess.run(["tar", "-xzf", package.name], cwd=folder, check=True)
    parser = Ancestor(folder / "package")
    yield parser
    parser.close()


def ours(text: str, ports: list[int] | None, common: str | None) -> list[tuple[Any, ...]]:
    """Each directive as its line, its name, and its values in order."""
    return [
        (node.span.line, type(node).__name__.upper(), *(render(v, ports, common) for v in values))
        for node in jfile.parse(text).directives
        for values in [list(jfile.texts(node))]
    ]


def render(value: jfile.Text, ports: list[int] | None, common: str | None) -> str:
    return jfile.render(value, ports, common)


def theirs(directives: list[dict[str, Any]]) -> list[tuple[Any, ...]]:
    """The ancestor's directives in the same shape."""
    return [(d["line"], d["type"], *_values(d)) for d in directives]


def _values(directive: dict[str, Any]) -> Iterator[str]:
    for name, value in directive.items():
        if name == "cmd":
            yield from map(_element, value)
        elif name not in ("line", "type"):
            yield str(value)


def _element(value: object) -> str:
    """A scalar in CMD's array stands for its text; half a character is what Node made of it."""
    text = value if isinstance(value, str) else json.dumps(value)
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _plain(text: str) -> str:
    """Placeholders without leading zeros, as nodes print them."""
    return re.sub(r"\$\{PORT\(0*([0-9]+)\)\}", r"${PORT(\1)}", text)


def _substituted(text: str) -> str:
    """What the ancestor did with placeholders before it parsed."""
    text = re.sub(r"\$\{PORT\(([0-9]+)\)\}", lambda match: str(PORTS[int(match[1]) - 1]), text)
    return text.replace("${COMMON}", COMMON)


thorough = settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow],
)


@thorough
@given(text=jfile_strategies.ancestral_file)
def test_what_the_ancestor_accepts_means_the_same(ancestor: Ancestor, text: str) -> None:
    """The same directives, on the same lines, with the same values."""
    directives = ancestor.parse(_plain(text))
    assume(directives is not None and not is_different(text))

    assert ours(text, None, None) == theirs(directives or [])


@thorough
@given(text=jfile_strategies.ancestral_file)
def test_placeholders_give_what_replacing_text_gave(ancestor: Ancestor, text: str) -> None:
    """Rendering the nodes equals parsing the text with its placeholders replaced."""
    directives = ancestor.parse(_substituted(text))
    assume(directives is not None and not is_different(text))
    assume(not _BARE_PLACEHOLDER.search(text))

    assert ours(text, PORTS, COMMON) == theirs(directives or [])


@pytest.mark.parametrize("path", COLLECTED, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_collected_texts_mean_the_same(ancestor: Ancestor, path: Path) -> None:
    """The same for texts that people wrote, where the ancestor accepts them."""
    text = path.read_bytes().decode("utf-8", "replace")
    directives = ancestor.parse(_plain(text))

    if directives is not None and not is_different(text):
        assert ours(text, None, None) == theirs(directives)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("RUN echo \\\nTAG a", id="continuation"),
        pytest.param("RUN cat <<EOF", id="here-document"),
        pytest.param("COPY --chmod=755 a", id="flags"),
        pytest.param('COPY ["a", "b"]', id="array"),
        pytest.param('CMD [["a"]]', id="nested-array"),
        pytest.param("RUN a\0b", id="unreadable"),
    ],
)
def test_every_difference_is_one(ancestor: Ancestor, text: str) -> None:
    """The list of differences names nothing that is none."""
    directives = ancestor.parse(text)

    assert directives is not None
    assert is_different(text)
    assert jfile.parse_tolerant(text)[1] or ours(text, None, None) != theirs(directives)
