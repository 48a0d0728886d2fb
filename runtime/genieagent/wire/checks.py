"""Tests for single values of a message: each says whether a value from outside may be used."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import fields
from typing import Any

from genieagent import operations

Check = Callable[[Any], bool]

_NO_NAMES = {"", ".", ".."}


def flag(value: Any) -> bool:
    return isinstance(value, bool)


def integer(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and -(1 << 63) <= value < 1 << 63


def whole(value: Any) -> bool:
    return integer(value) and value >= 0


def bits(value: Any) -> bool:
    return integer(value) and 0 <= value <= 0o7777


def seconds(value: Any) -> bool:
    """A length of time or a time since the epoch; comparisons refuse NaN and infinity."""
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value < 1e12


def text(value: Any) -> bool:
    """What `os.fsencode` takes, without NUL: that ends a string for the kernel."""
    return isinstance(value, str) and "\0" not in value and _is_encodable(value)


def _is_encodable(value: str) -> bool:
    try:
        value.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        return False
    return True


def name(value: Any) -> bool:
    return path(value) and "/" not in value


def path(value: Any) -> bool:
    """A path below a place, by names only; there may be 10,000 in it."""
    return text(value) and _NO_NAMES.isdisjoint(value.split("/"))


def folder_path(value: Any) -> bool:
    """A path below a place, or the place itself: ""."""
    return value == "" or path(value)


def digest(value: Any) -> bool:
    return isinstance(value, str) and re.fullmatch("[0-9a-f]{64}", value) is not None


def signal_name(value: Any) -> bool:
    """Without SIG, e.g. TERM or RTMIN+3."""
    return isinstance(value, str) and re.fullmatch("[A-Z][A-Z0-9+-]*", value) is not None


def command(value: Any) -> bool:
    return every(text)(value) and len(value) > 0


def environment(value: Any) -> bool:
    return isinstance(value, dict) and all(
        text(key) and key and "=" not in key and text(word) for key, word in value.items()
    )


def one_of(*values: str) -> Check:
    return lambda value: isinstance(value, str) and value in values


def optional(check: Check) -> Check:
    return lambda value: value is None or check(value)


def every(check: Check) -> Check:
    return lambda value: isinstance(value, list | tuple) and all(map(check, value))


def row(*checks: Check) -> Check:
    return lambda value: (
        isinstance(value, list | tuple)
        and len(value) == len(checks)
        and all(check(item) for check, item in zip(checks, value, strict=True))
    )


def record(checks: Mapping[str, Check]) -> Check:
    return lambda value: (
        isinstance(value, dict)
        and value.keys() == checks.keys()
        and all(check(value[key]) for key, check in checks.items())
    )


_BY_ANNOTATION: Mapping[str, Check] = {
    "Path": path,
    "Digest": digest,
    "bytes": text,
    "int": whole,
    "int | None": optional(whole),
    "bool": flag,
}


def _operation(kind: type[operations.Operation]) -> Check:
    checks: dict[str, Check] = {f.name: _BY_ANNOTATION[str(f.type)] for f in fields(kind)}
    if "mode" in checks:
        checks["mode"] = bits
    return record({"op": text, **checks})


_OPERATIONS = {kind.__name__: _operation(kind) for kind in operations.TYPES}


def operation(value: Any) -> bool:
    """What `operations.from_wire` accepts and a file system may see."""
    if not isinstance(value, dict) or not isinstance(value.get("op"), str):
        return False
    check = _OPERATIONS.get(value["op"])
    return check is not None and check(value)
