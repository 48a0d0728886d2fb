"""What people, tools and apps do between builds, as plain values: drawn at random, played, dropped.

A move fits any state, so that a failing sequence can be made shorter by leaving moves out. RUNs
read what is around them: what leaks into one shows in the home.
"""

from __future__ import annotations

import os
import random
import shutil
from contextlib import suppress
from pathlib import Path
from typing import Any

from vocabulary import (
    APPS,
    CONTEXT,
    FOLDER_MODES,
    FOLDERS,
    HOME,
    INCLUDED,
    INPUTS,
    LINES,
    MODES,
)

Move = tuple[Any, ...]
"""Its kind, then what that takes; JSON can hold it."""


def line(dice: random.Random) -> str:
    return _filled(dice, dice.choice(LINES))


def _filled(dice: random.Random, text: str) -> str:
    mode = oct(dice.choice([*MODES, 0o700, 0o500, 0o2775]))[2:]
    return text.format(n=dice.randrange(3), m=mode, path=dice.choice(HOME), common="${COMMON}")


def draw_beginning(dice: random.Random) -> list[Move]:
    moves: list[Move] = [("write", path, "0") for path in CONTEXT]
    moves += [("folder", "d0"), ("write", "inc", INCLUDED[0])]
    moves += [("outside", name, "0") for name in INPUTS]
    return [*moves, ("write", ".jarignore", "**/*.log\n"), ("secret", "0"), *_first_lines(dice)]


def _first_lines(dice: random.Random) -> list[Move]:
    return [("insert", number, line(dice)) for number in range(dice.randrange(3, 9))]


def draw_round(dice: random.Random, builds: int) -> list[Move]:
    """What happens up to the next build, and that."""
    moves = [draw_edit(dice, builds) for _ in range(dice.choice([0, 1, 1, 1, 2, 3]))]
    if dice.random() < 0.5:
        moves += [_app(dice) for _ in range(dice.randrange(1, 4))]
    if dice.random() < 0.25:
        moves.append(_draw_upkeep(dice))
    return [*moves, ("build", _jar(dice), _options(dice))]


def _jar(dice: random.Random) -> int:
    return dice.choice([0] * 6 + [1, 2])


def _app(dice: random.Random) -> Move:
    return ("app", _filled(dice, dice.choice(APPS)), _jar(dice))


def _draw_upkeep(dice: random.Random) -> Move:
    """What `geniejars` and `jarbuild cache` do between builds."""
    jar = _jar(dice)
    draws: list[Move] = [
        ("prune", dice.choice([0, 20_000, 100_000])),
        ("reset", jar),
        ("normalize", jar, dice.random() < 0.5),
        ("restore", jar, _filled(dice, dice.choice(APPS))),
        ("anew", jar),
        ("end", jar),
        ("up", jar),
        ("up", jar),
        ("by hand", jar, dice.choice(["mine", "a", "f0", "x0"]), str(dice.randrange(3))),
    ]
    return dice.choice(draws)


def _options(dice: random.Random) -> dict[str, Any]:
    choices: list[dict[str, Any]] = [{}] * 8
    choices += [{"no_cache": True}, {"no_cache_from": dice.randrange(1, 8)}, {"clean": True}]
    choices += [{"args": {"V": str(dice.randrange(2))}}] * 2 + [{"share_imports": True}]
    choices += [{"restart": True}] * 2
    return dice.choice(choices)


def draw_edit(dice: random.Random, builds: int) -> Move:
    draw = dice.choice([_draw_file, _draw_file, _draw_folder, _draw_line, _draw_line])
    return draw(dice) if dice.random() < 0.75 else _draw_surroundings(dice, builds)


def _draw_file(dice: random.Random) -> Move:
    path, other = dice.choice(CONTEXT), dice.choice(CONTEXT)
    draws: list[Move] = [
        ("write", path, str(dice.randrange(3))),
        ("write", path, str(dice.randrange(3))),
        ("sly", path, str(dice.randrange(3))),
        ("delete", path),
        ("chmod", path, dice.choice(MODES)),
        ("rename", path, other),
        ("case", path),
        ("symlink", path, dice.choice(["a", "../a", "deep", "nowhere"])),
        ("folder", path),
        ("link", path, other),
    ]
    return dice.choice(draws)


def _draw_folder(dice: random.Random) -> Move:
    path, other = dice.choice(FOLDERS), dice.choice([*FOLDERS, *CONTEXT])
    draws: list[Move] = [
        ("chmod", path, dice.choice(FOLDER_MODES)),
        ("delete", path),
        ("empty", path),
        ("folder", path),
        ("rename", path, other),
        ("case", path),
        ("symlink", path, dice.choice([".", "a", "../d0", "deep", "elsewhere"])),
        ("write", f"{path}/new", str(dice.randrange(3))),
    ]
    return dice.choice(draws)


def _draw_line(dice: random.Random) -> Move:
    draws: list[Move] = [
        ("insert", dice.randrange(9), line(dice)),
        ("insert", dice.randrange(9), line(dice)),
        ("drop", dice.randrange(9)),
        ("replace", dice.randrange(9), line(dice)),
        ("swap", dice.randrange(9)),
    ]
    return dice.choice(draws)


def _draw_surroundings(dice: random.Random, builds: int) -> Move:
    draws: list[Move] = [
        ("outside", dice.choice(INPUTS), str(dice.randrange(2))),
        ("secret", str(dice.randrange(2))),
        ("write", "inc", dice.choice(INCLUDED)),
        ("back", dice.randrange(builds + 1)),
        ("back", dice.randrange(builds + 1)),
        ("moved", dice.randrange(2)),
        ("project", dice.randrange(2)),
        ("ignore", dice.choice(["", "**/*.log\n", "src\n!src/a\n", "a\n", "**/d*\n!src/deep\n"])),
    ]
    return dice.choice(draws)


def edit(project: Path, move: Move) -> None:
    """Do one that concerns the context alone; what is not possible is left out."""
    with suppress(OSError):
        _edit(project, move)


def _edit(project: Path, move: Move) -> None:
    match move:
        case "write", path, content:
            _write(project / path, content)
        case "sly", path, content:
            _write_slyly(project / path, content)
        case "delete", path:
            _remove(project / path)
        case "empty", path:
            _remove(project / path)
            (project / path).mkdir(parents=True)
        case "case", path:
            os.rename(project / path, (project / path).with_name(Path(path).name.swapcase()))
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
    for name in INPUTS:
        depend = f"DEPEND ${{COMMON}}/{name}"
        reading = [n for n, text in enumerate(lines) if f"cat ${{COMMON}}/{name}" in text]
        if reading and depend not in lines[: reading[0]]:
            lines.insert(reading[0], depend)


def _write_slyly(path: Path, content: str) -> None:
    """As long as it was, and with its old times, as far as anybody can set those."""
    before = path.stat()
    _write(path, content)
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


def _write(path: Path, content: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content)


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
