"""Which earlier step a step is compared with."""

from __future__ import annotations

import pytest

from jarbuild.cache.history import History, Past, align, read_history, write_history


def past(*texts: str) -> list[Past]:
    return [Past(text.split()[0], text, {"n": n}, None, "", True) for n, text in enumerate(texts)]


def pairs(now: list[str], was: list[str]) -> list[str | None]:
    steps = [(text.split()[0], text) for text in now]
    return [p.text if p else None for p in align(steps, past(*was))]


A, B, C = "RUN a", "COPY b b", "RUN c"
CASES = [
    pytest.param([A, B, C], [A, B, C], [A, B, C], id="equal"),
    pytest.param([A, "RUN x", C], [A, "RUN b", C], [A, "RUN b", C], id="rewritten"),
    pytest.param([A, "RUN x", B, C], [A, B, C], [A, None, B, C], id="inserted"),
    pytest.param([A, C], [A, B, C], [A, C], id="removed"),
    pytest.param([C, B, A], [A, B, C], [C, B, A], id="reversed"),
    pytest.param([A, A], [A], [A, None], id="twice"),
    pytest.param(["COPY x x", "RUN y"], [A, B], [B, None], id="rewritten-by-directive-in-order"),
    pytest.param([A], [], [None], id="first"),
]


@pytest.mark.parametrize(("now", "was", "expected"), CASES)
def test_align(now: list[str], was: list[str], expected: list[str | None]) -> None:
    """By text, then by place and directive, then wherever the same text stood."""
    assert pairs(now, was) == expected


def test_each_earlier_step_is_used_once() -> None:
    """Two steps of the same text have two earlier ones."""
    found = align([("RUN", A), ("RUN", A)], past(A, A))

    assert found[0] is not None and found[1] is not None and found[0] is not found[1]


def test_round_trip(tmp_path: object) -> None:
    """As it was written; undecodable names too."""
    from pathlib import Path

    file = Path(str(tmp_path)) / "history"
    history = History("/a/JFile\udcff", tuple(past(A, B)), {"jar001": ("k1", "k2")})
    write_history(file, history)

    assert read_history(file) == history
    assert read_history(file.with_name("none")) is None
