"""Seconds and bytes as people read them."""

from __future__ import annotations


def seconds(value: float) -> str:
    """`0.8 s`, `41 s`, `2 min 5 s`, `3 h 2 min`."""
    if value < 9.95:
        return f"{value:.1f} s"
    whole = round(value)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s"
    return f"{whole // 3600} h {whole % 3600 // 60} min"


def size(count: float) -> str:
    """`512 B`, `1.2 kB`, `34 MB`: powers of 1000, as `df --si` has it."""
    for unit in ("B", "kB", "MB", "GB"):
        if count < 999.5:
            return f"{count:.0f} {unit}" if count >= 9.95 or unit == "B" else f"{count:.1f} {unit}"
        count /= 1000
    return f"{count:.1f} TB"


def counted(count: int, noun: str, plural: str | None = None) -> str:
    """`1 step`, `2 steps`."""
    return f"{count} {noun if count == 1 else plural or noun + 's'}"
