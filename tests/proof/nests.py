"""Folders in each other, deeper than any path can say."""

from __future__ import annotations

import os
from pathlib import Path


def make_nest(top: Path, depth: int) -> None:
    """A new folder with so many folders `d` in each other, the last of which holds `end`."""
    top.mkdir(parents=True)
    folder = os.open(top, os.O_RDONLY)
    for _ in range(depth):
        os.mkdir("d", dir_fd=folder)
        folder = _down(folder)
    os.close(os.open("end", os.O_CREAT | os.O_WRONLY, dir_fd=folder))
    os.close(folder)


def depth_of_nest(top: Path) -> int:
    """How many folders `d` are in each other; raises AssertionError where the last one holds
    anything but `end`."""
    folder, depth = os.open(top, os.O_RDONLY), 0
    while "d" in os.listdir(folder):
        folder, depth = _down(folder), depth + 1
    assert os.listdir(folder) == ["end"]
    os.close(folder)
    return depth


def _down(folder: int) -> int:
    inner = os.open("d", os.O_RDONLY, dir_fd=folder)
    os.close(folder)
    return inner
