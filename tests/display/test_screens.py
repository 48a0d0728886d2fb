"""Builds and plans on real terminals, 40, 80 and 160 columns wide."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from scenes import PLANS, SCENES
from terminals import Terminal, open_terminal

WIDTHS = (40, 80, 160)
SCREENS = Path(__file__).with_name("screens")
SHOWN = [
    *(("live", name) for name in SCENES),
    ("live-verbose", "built"),
    ("plain", "built"),
    ("plain", "failed"),
    *(("plan", name) for name in PLANS),
]
UNICODE = {"LANG": "C.UTF-8", "LC_ALL": "C.UTF-8"}


@pytest.fixture(scope="module", params=WIDTHS)
def terminal(request, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[int, Terminal]]:
    """A terminal of each width in turn."""
    folder = tmp_path_factory.mktemp("tmux")
    with open_terminal(folder, request.param, UNICODE) as opened:
        yield request.param, opened


@pytest.fixture
def compare(expected) -> Callable[[Terminal, str], tuple[str, str]]:
    """The screen and its golden file, given time to become equal."""

    def look(terminal: Terminal, name: str) -> tuple[str, str]:
        path = SCREENS / f"{name}.txt"
        wanted = path.read_text() if path.exists() else ""
        screen = terminal.settled(lambda text: text == wanted)
        return screen, expected(path, screen)

    return look


@pytest.mark.parametrize("kind, name", SHOWN, ids=lambda word: word)
def test_a_screen(terminal: tuple[int, Terminal], compare, kind: str, name: str) -> None:
    """What a person sees at this moment of a build."""
    columns, opened = terminal
    opened.show(kind, name)

    screen, golden = compare(opened, f"{kind}-{name}-{columns}")
    assert screen == golden


@pytest.mark.parametrize(
    "environment",
    [
        pytest.param({"LANG": "C"}, id="LANG"),
        pytest.param({"LC_ALL": "C"}, id="LC_ALL"),
        pytest.param({}, id="no-locale"),
        pytest.param({"LC_ALL": "POSIX", "LANG": "de_DE.UTF-8"}, id="POSIX"),
    ],
)
def test_a_terminal_without_unicode(tmp_path: Path, environment: dict[str, str]) -> None:
    """In the C locale every mark of ours is ASCII; what a RUN wrote is its own affair."""
    with open_terminal(tmp_path, 80, environment) as opened:
        opened.show("live", "failed")
        screen = opened.settled(lambda text: "run-failed" in text)

    assert "+ 1/6 WORKDIR app" in screen
    assert "x 5/6 RUN npm" in screen
    ours = [line for line in screen.splitlines() if not line.startswith("| ")]
    assert all(line.isascii() for line in ours)


def test_a_terminal_that_becomes_narrow(tmp_path: Path, compare) -> None:
    """The running step is drawn anew for the new width."""
    with open_terminal(tmp_path, 80, UNICODE) as opened:
        opened.show("live", "running")
        opened.settled(lambda text: "Done in 812ms" in text)
        opened.resize(40)
        opened.show("live", "running")
        screen, golden = compare(opened, "live-running-40")

    assert screen == golden
