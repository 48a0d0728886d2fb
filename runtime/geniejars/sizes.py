"""Sizes as people write them: `20GB`, `500 MB`, `1.5GiB`, or a plain number of bytes."""

from __future__ import annotations

import re

_SIZE = re.compile(r"(\d+(?:\.\d+)?)\s*(?:([kmgt])(i?)b?|b)?", re.IGNORECASE | re.ASCII)
_POWERS = "kmgt"


def parse_size(text: str) -> int:
    """Bytes; kB, MB, GB and TB are powers of 1000, KiB to TiB of 1024. Raises ValueError."""
    found = _SIZE.fullmatch(text.strip())
    if found is None:
        raise ValueError(f"{text!r} is no size; a size is like 20GB, 500MB or 1GiB")
    number, unit, binary = found.groups()
    power = _POWERS.index(unit.lower()) + 1 if unit else 0
    return int(float(number) * (1024 if binary else 1000) ** power)
