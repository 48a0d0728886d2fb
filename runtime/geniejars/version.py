"""The version that a server, its zygote and a command must share."""

from __future__ import annotations

from functools import cache
from pathlib import Path

VERSION = "0.1.0"


@cache
def code_stamp() -> str:
    """Of a checkout, whose code changes within a version: changes with it. "" where installed."""
    room = Path(__file__).parents[1]
    if room.name != "runtime":
        return ""
    files = [file.stat() for file in room.glob("genie*/**/*.py")]
    return f"{sum(file.st_size for file in files)}-{max(file.st_mtime_ns for file in files)}"
