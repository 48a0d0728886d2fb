"""What people, tools and apps do between builds, as plain values: drawn at random, played, dropped.

A move fits any state, so that a failing sequence can be made shorter by leaving moves out. RUNs
read what is around them: what leaks into one shows in the home.
"""

from __future__ import annotations

import os
import random
import shutil
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

Move = tuple[Any, ...]
"""Its kind, then what that takes; JSON can hold it."""

CONTEXT = ["a", "b", "src/a", "src/b", "src/deep/c", "src/deep/d", "src/x.log", "inc", "d0"]
HOME = ["a", "f0", "f1", "g0", "d0", "d0/e", "d0/e/f", "src", "src/a", "all/src/a", "h0", "s0",
        "find0", "cat1", "data/seed", "data", "w1", "flat/a", "x0", "p0"]  # fmt: skip
MODES = [0o600, 0o644, 0o755, 0o444, 0o640]

DEPEND = "DEPEND ${COMMON}/tool"

RUNS = [
    "find . ! -name 'find*' -printf '%P %y %m %n %l\\n' | sed 's/^\\(.* d [0-9]*\\) [0-9]*/\\1/'"
    " | sort > find{n}",
    "find . -type f ! -name 'cat*' -print0 | sort -z | xargs -0r cat > cat{n} 2>&1 || true",
    "ls -A > ls{n}",
    "ls -d * > glob{n}",
    "find . -name 'f*' ! -name 'found*' | sort > found{n} && echo {n} >> found{n}",
    "sh -c 'cat f* src/* 2>/dev/null; true' | sha256sum > sum{n}",
    "echo {n} > f{n} 2>/dev/null || true",
    "echo same > f0 2>/dev/null || true",
    "echo more >> f{n} 2>/dev/null || true",
    "mkdir -p d{n}/e 2>/dev/null && echo x{n} > d{n}/e/f; true",
    "rm -rf d* f1",
    "rm -rf ./*",
    "rm -f h0; ln f0 h0 2>/dev/null || true",
    "ln -f f{n} h{n} 2>/dev/null; ln -f f{n} d0/h 2>/dev/null; true",
    "cp -f h0 h1 2>/dev/null && rm -f h0 && mv h1 h0; true",
    "mv f{n} g{n} 2>/dev/null || true",
    "mv d{n} d1 2>/dev/null || true",
    "chmod 600 f* 2>/dev/null; true",
    "chmod {m} f{n} d{n} 2>/dev/null; true",
    "chmod 500 d0 2>/dev/null; true",
    "ln -sfn d{n} s0",
    "ln -sfn ../../etc s1",
    "rm -rf s0; cp -a d0 s0 2>/dev/null || true",
    "rm -rf p0; mkfifo -m 640 p0",
    "test ! -e f2 || test -e g0",
    "test -e f0 -o -e a -o -e d0 || exit {n}",
    "env | grep -E '^(A|B|V|KEY)=' | sort > env{n} || true",
    "echo $V > arg{n}",
    "cat {common}/tool > dep{n}",
    "truncate -s 300000 big{n}; echo end >> big{n}",
    "echo odd > \"$(printf 'n\\377')\"",
    "rm -rf f0; mkdir f0; echo in > f0/in",
    "test -d f0 && rm -rf f0; echo file > f0",
    "mkdir -p data; echo seed{n} > data/seed; ls data > data.ls",
    "touch -d 2001-01-01 f{n} 2>/dev/null; true",
    "rm -rf src/deep all",
    "mkdir -p d0/x d0/y; touch d0/x/1 d0/y/1; chmod 550 d0/x",
    ": > empty{n}; : > empty; ln -f empty empty-too",
]
LINES = [
    "ENV A={n}", "ENV B={n}", "ARG V={n}", "WORKDIR w{n}", "WORKDIR .", "WORKDIR d0/e",
    "COPY src src", "COPY . all", "COPY . .", "COPY a w{n}/", "COPY src/* flat/", "COPY a f0",
    "COPY --exclude=a src w1", "COPY --chmod=700 b x0", "COPY --chmod=600 src d0", "COPY a s0/",
    "COPY src/ ./", "COPY a b d{n}/", "COPY b data/seed", "COPY d0 d0",
    "IMPORT KEY", "DEPEND {common}/tool", "INCLUDE inc", "PERSIST data", "PERSIST d0/e",
    "# {n}", "TAG t{n}", "ADDPATH d{n}", "CMD echo {n}",
    "RUN --no-cache ls > fresh{n}", "RUN --mount=type=cache,target=cc echo {n} >> cc/log",
    "RUN --mount=type=cache,target=d0/cc mkdir -p d0/mine",
    "RUN : ${{PORT(1)}} > port{n}",
    *(f"RUN {run}" for run in RUNS), *(f"RUN {run}" for run in RUNS[:6]),
]  # fmt: skip
APPS = [
    "echo mine > mine{n}", "mkdir -p mine.d/{n}; echo log >> mine.d/{n}/log",
    "echo hand >> {path}", "rm -rf {path}", "rm -rf {path}; mkdir {path}; echo mine > {path}/mine",
    "chmod {m} {path}", "rm -rf {path}; ln -s nowhere {path}", "mv {path} moved{n}",
    "for f in *; do test -f $f && echo z > $f; done", "rm -rf ./*", "echo mine > d{n}/mine",
    "mkdir -p data; echo mine > data/seed; echo mine > data/own", "ln {path} mine-too{n}",
    "rm -rf {path}; mkfifo {path}", "touch {path}", "mkdir -p d0/e/f/g; echo mine > d0/e/f/g/mine",
    "rm -rf {path}; echo mine > {path}", "cp -a {path} copied{n}", "chmod 0 {path}",
]  # fmt: skip


def line(dice: random.Random) -> str:
    return _filled(dice, dice.choice(LINES))


def _filled(dice: random.Random, text: str) -> str:
    mode = oct(dice.choice([*MODES, 0o700, 0o500, 0o2775]))[2:]
    return text.format(n=dice.randrange(3), m=mode, path=dice.choice(HOME), common="${COMMON}")


def draw_beginning(dice: random.Random) -> list[Move]:
    moves: list[Move] = [("write", path, "0") for path in CONTEXT[:-2]]
    moves += [
        ("folder", "d0"),
        ("write", "inc", "ENV I=1\nRUN echo inc > inc.txt\n"),
        ("outside", "0"),
    ]
    return [*moves, ("write", ".jarignore", "**/*.log\n"), ("secret", "0"), *_first_lines(dice)]


def _first_lines(dice: random.Random) -> list[Move]:
    return [("insert", number, line(dice)) for number in range(dice.randrange(3, 9))]


def draw_round(dice: random.Random, builds: int) -> list[Move]:
    """What happens up to the next build, and that."""
    moves = [draw_edit(dice, builds) for _ in range(dice.choice([0, 1, 1, 1, 2, 3]))]
    if dice.random() < 0.5:
        moves += [("app", _filled(dice, dice.choice(APPS))) for _ in range(dice.randrange(1, 4))]
    return [*moves, ("build", dice.choice([0] * 6 + [1]), _options(dice))]


def _options(dice: random.Random) -> dict[str, Any]:
    choices: list[dict[str, Any]] = [{}] * 8
    choices += [{"no_cache": True}, {"no_cache_from": dice.randrange(1, 8)}, {"clean": True}]
    return dice.choice(choices)


def draw_edit(dice: random.Random, builds: int) -> Move:
    path, other = dice.choice(CONTEXT), dice.choice(CONTEXT)
    draws: list[Callable[[], Move]] = [
        lambda: ("write", path, str(dice.randrange(3))),
        lambda: ("write", path, str(dice.randrange(3))),
        lambda: ("delete", path),
        lambda: ("chmod", path, dice.choice(MODES)),
        lambda: ("rename", path, other),
        lambda: ("symlink", path, dice.choice(["a", "../a", "deep", "nowhere"])),
        lambda: ("folder", path),
        lambda: ("link", path, other),
        lambda: ("insert", dice.randrange(9), line(dice)),
        lambda: ("insert", dice.randrange(9), line(dice)),
        lambda: ("drop", dice.randrange(9)),
        lambda: ("replace", dice.randrange(9), line(dice)),
        lambda: ("swap", dice.randrange(9)),
        lambda: ("outside", str(dice.randrange(2))),
        lambda: ("secret", str(dice.randrange(2))),
        lambda: ("back", dice.randrange(builds + 1)),
        lambda: ("back", dice.randrange(builds + 1)),
        lambda: ("moved", dice.randrange(2)),
        lambda: ("ignore", dice.choice(["", "**/*.log\n", "src\n!src/a\n", "a\n"])),
        lambda: ("end",),
    ]
    return dice.choice(draws)()


def edit(project: Path, move: Move) -> None:
    """Do one that concerns the context alone; what is not possible is left out."""
    with suppress(OSError):
        _edit(project, move)


def _edit(project: Path, move: Move) -> None:
    match move:
        case "write", path, content:
            _write(project / path, content)
        case "delete", path:
            _remove(project / path)
        case "chmod", path, mode:
            (project / path).chmod(mode)
        case "rename", path, other:
            os.rename(project / path, project / other)
        case "symlink", path, target:
            _remove(project / path)
            (project / path).symlink_to(target)
        case "folder", path:
            _remove(project / path)
            _write(project / path / "inner", path)
        case "link", path, other:
            os.link(project / path, project / other)
        case "ignore", text:
            (project / ".jarignore").write_text(text)
        case (("insert" | "drop" | "replace" | "swap"), *_):
            _edit_lines(project / "JFile", move)


def _edit_lines(jfile: Path, move: Move) -> None:
    lines = jfile.read_text().splitlines() if jfile.exists() else []
    at = min(move[1], len(lines))
    match move:
        case "insert", _, text:
            lines.insert(at, text)
        case "drop", _:
            del lines[at : at + 1]
        case "replace", _, text:
            lines[at : at + 1] = [text]
        case "swap", _:
            lines[at : at + 2] = lines[at : at + 2][::-1]
    _declare_input(lines)
    jfile.write_text("".join(f"{text}\n" for text in lines))


def _declare_input(lines: list[str]) -> None:
    """What a RUN reads outside the home is not seen, unless it says so."""
    reading = [number for number, text in enumerate(lines) if text.startswith("RUN cat ${COMMON}")]
    if reading and DEPEND not in lines[: reading[0]]:
        lines.insert(reading[0], DEPEND)


def _write(path: Path, content: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content)


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
