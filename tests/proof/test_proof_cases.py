"""Sequences that once went wrong, or may: each as short as it gets, checked as the random ones."""

from __future__ import annotations

import pytest
from moves import Move
from sequences_played import Player
from worlds import World

BUILD: Move = ("build", 0, {})
SEED = "RUN mkdir -p data/sub; echo seed > data/seed; echo s > data/sub/s; ln -f data/seed other"


def jfile(*lines: str) -> list[Move]:
    return [("insert", number, line) for number, line in enumerate(lines)]


def app(script: str) -> Move:
    return ("app", script)


CASES: dict[str, list[Move]] = {
    "data-is-no-more": [
        *jfile("PERSIST data", SEED), BUILD,
        app("echo mine > data/seed; echo x > data/new; rm data/sub/s"), ("drop", 0), BUILD,
    ],
    "becomes-data": [
        *jfile(SEED), BUILD, app("echo mine > data/seed; rm data/sub/s"),
        ("insert", 0, "PERSIST data"), BUILD, BUILD,
    ],
    "lost-data": [*jfile("PERSIST data", SEED), BUILD, app("rm -rf data"), BUILD, BUILD],
    "lost-part-of-data": [*jfile("PERSIST data", SEED), BUILD, app("rm data/seed"), BUILD],
    "lost-way-to-data": [
        *jfile("PERSIST data/sub", SEED), BUILD, app("rm -rf data"), BUILD,
        app("rm -rf data; echo f > data"), BUILD,
    ],
    "another-seed": [
        *jfile("PERSIST data", SEED), BUILD, ("replace", 1, "RUN mkdir data; echo 2 > data/seed"),
        BUILD, ("replace", 1, "RUN : > data"), BUILD,
    ],
    "no-seed": [
        *jfile("PERSIST data/sub", SEED), BUILD, ("replace", 1, "RUN :"), BUILD, ("drop", 0), BUILD,
    ],
    "hard-links": [
        *jfile("RUN echo 1 > a; ln a b; echo 1 > c"), BUILD, app("rm b; cp -p a b"), BUILD,
        app("ln -f a c"), BUILD, app("ln a mine"), ("insert", 1, "RUN chmod 600 a"), BUILD,
        ("drop", 1), BUILD, ("insert", 1, "RUN rm a"), BUILD,
    ],
    "closed-by-a-run": [
        *jfile("RUN mkdir -p a/b/c; echo 1 > a/b/c/f; chmod 0 a/b a"), BUILD,
        ("replace", 0, "RUN mkdir -p a/b/c; echo 2 > a/b/c/f; chmod 0 a/b/c/f a/b a"), BUILD,
        app("chmod 700 a; chmod 700 a/b; echo mine > a/b/mine; chmod 0 a/b a"), BUILD,
        ("insert", 1, "RUN chmod 700 a; echo 3 > a/d; chmod 0 a"), BUILD, ("drop", 1), BUILD,
    ],
    "closed-by-the-app": [
        ("write", "src/a", "1"), ("write", "src/b", "1"), *jfile("COPY src src"), BUILD,
        app("chmod 500 src"), ("delete", "src/a"), BUILD,
        app("chmod 0 src"), ("write", "src/c", "1"), ("write", "src/b", "2"), BUILD,
        app("echo mine > src/b; chmod 0 src/b src"), ("write", "src/b", "3"), BUILD,
        app("chmod 0 src"), ("drop", 0), BUILD,
    ],
    "closed-altogether": [
        *jfile("RUN echo 1 > f; chmod 0 .", "RUN echo 2 > g"), BUILD, app("chmod 0 ."),
        ("insert", 2, "RUN stat -c %a . > mode"), BUILD, app("chmod 500 ."), BUILD,
    ],
    "all-gone": [
        ("write", "x", "1"), *jfile("COPY . .", "RUN mkdir d; echo 1 > d/1"), BUILD,
        app("rm -rf ./*"), BUILD, app("rm -rf ./*; echo x > d; mkdir x"), BUILD,
    ],
    "special-bits": [
        *jfile("RUN : > f; chmod 6755 f; mkdir d e; chmod 1777 d; chmod 3775 e"), BUILD, BUILD,
    ],
    "private-folders": [
        ("write", "src/a", "0"), *jfile("COPY --chmod=600 src d", "RUN chmod 500 d"), BUILD,
        ("insert", 2, "RUN find d -printf '%m %G %P\\n' > found"), ("build", 1, {}),
    ],
    "moved-aside": [
        *jfile("RUN mkdir -p a/b; echo 1 > a/b/c"), BUILD, app("mv a z; ln -s z a"), BUILD,
        app("rm -rf a; ln -s /etc a"), BUILD, app("rm -rf a; mkdir a; mkfifo a/b"), BUILD,
    ],
    "in-the-way-of-a-first-build": [
        app("mkdir -p d/x; echo m > d/x/m; echo f > g; ln -s /etc e"),
        *jfile("RUN mkdir -p d/x e g; echo 1 > d/x/f; echo 1 > e/f; ln d/x/f g/f; chmod 500 d"),
        BUILD, app(":"), BUILD,
    ],
    "caches-in-folders": [
        *jfile(
            "RUN --mount=type=cache,target=a/b/c echo 1 > a/b/c/f",
            "RUN --mount=type=cache,target=a/b/c --mount=type=cache,target=a,id=x ls -R > ls",
        ),
        BUILD, ("build", 0, {"no_cache": True}), BUILD,
    ],
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_equals_clean(name: str, world: World) -> None:
    """Every build of it executes what its plan lists, and makes what a clean build makes."""
    player = Player(world)
    player.play(CASES[name])

    assert set(player.log) == {"built"}
