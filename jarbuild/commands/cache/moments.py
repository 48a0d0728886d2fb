"""Moments, as programs and as people read them."""

from __future__ import annotations

import time
from datetime import UTC, datetime

from jarbuild.display.quantities import counted

_UNITS = (("day", 86400), ("hour", 3600), ("minute", 60))


def timestamp(moment: float) -> str:
    """`2026-11-25T01:02:03Z`, of seconds since the epoch."""
    return datetime.fromtimestamp(int(moment), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def ago(moment: float) -> str:
    """`3 days ago`, in the largest unit that fits."""
    passed = max(0, int(time.time() - moment))
    for unit, length in _UNITS:
        if passed >= length:
            return f"{counted(passed // length, unit)} ago"
    return "just now"
