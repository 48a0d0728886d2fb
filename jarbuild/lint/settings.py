"""Settings of the linter: `[tool.jarbuild.lint]` in pyproject.toml, or `[lint]` in jarbuild.toml.

The nearest file on the way up from a JFile decides, as a whole; files are not merged.
"""

from __future__ import annotations

import posixpath
import tomllib
from collections.abc import Callable, Mapping
from fnmatch import fnmatch
from functools import cache
from pathlib import Path
from typing import Any

from attrs import evolve, field, frozen

from geniejars import Place, UsageError
from jarbuild.lint.codes import Selection, read_codes
from jarbuild.lint.document import Facts
from jarbuild.lint.finding import Severity
from jarbuild.suggestions import did_you_mean

FAIL_LEVELS: Mapping[str, Severity | None] = {
    **{str(severity): severity for severity in reversed(Severity)},
    "none": None,
}
"""From which severity on a run fails."""


@frozen
class Settings:
    """What holds for a JFile; `root` is the folder that paths in it are relative to."""

    root: Path = field(factory=Path)
    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    per_path_ignores: tuple[tuple[str, tuple[str, ...]], ...] = ()
    fail_level: Severity | None = Severity.WARNING
    facts: Facts = field(factory=Facts)
    is_portable: bool = False
    uses_shellcheck: bool = True

    def selection(self, name: str) -> Selection:
        """What is wanted of the file of that name."""
        more = [code for pattern, codes in self.per_path_ignores for code in codes
                if self._matches(pattern, name)]  # fmt: skip
        return Selection(self.select, (*self.ignore, *more), self.is_portable)

    def _matches(self, pattern: str, name: str) -> bool:
        path = Path(name).absolute()
        if not path.is_relative_to(self.root):
            return False
        relative = path.relative_to(self.root).as_posix()
        return fnmatch(relative, pattern) or fnmatch(posixpath.basename(relative), pattern)


def settings_for(name: str) -> Settings:
    """The settings for the file of that name; raises UsageError for what is wrong in them."""
    return _nearest(Path(name).absolute().parent)


def forget_settings() -> None:
    """Read the files anew: somebody may have changed them."""
    _nearest.cache_clear()


@cache
def _nearest(folder: Path) -> Settings:
    for path, keys in ((folder / "jarbuild.toml", ("lint",)),
                       (folder / "pyproject.toml", ("tool", "jarbuild", "lint"))):  # fmt: skip
        table = _table(path, keys)
        if table is not None:
            return _read(table, path)
    return Settings(root=folder) if folder == folder.parent else _nearest(folder.parent)


def _table(path: Path, keys: tuple[str, ...]) -> Mapping[str, Any] | None:
    """The table in the file; None where the file or the table is not there."""
    try:
        table: Any = tomllib.loads(path.read_text("utf-8"))
    except (FileNotFoundError, NotADirectoryError, PermissionError):
        return None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageError(
            f"{path.name} cannot be read: {error}", place=Place(str(path), 1)
        ) from error
    for key in keys:
        table = table.get(key) if isinstance(table, dict) else None
    return table if isinstance(table, dict) else None


def _read(table: Mapping[str, Any], path: Path) -> Settings:
    settings = Settings(root=path.parent)
    for key, value in table.items():
        if key not in _KEYS:
            raise _wrong(path, f"there is no setting {key}", did_you_mean(key, _KEYS))
        settings = _KEYS[key](settings, value, f"{path.name}: {key}")
    return settings


def _wrong(path: Path, message: str, help: str | None) -> UsageError:
    return UsageError(f"{path.name}: {message}", help=help or f"known: {', '.join(_KEYS)}")


def _not(value: Any, where: str, expected: str, example: str | None = None) -> UsageError:
    return UsageError(f"{where} must be {expected}, not {value!r}", help=example)


def _codes(value: Any, where: str) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(code, str) for code in value):
        raise _not(value, where, "a list of rule codes", '["JF2", "JF301"]')
    return read_codes(value, where)


def _set_select(settings: Settings, value: Any, where: str) -> Settings:
    return evolve(settings, select=_codes(value, where))


def _set_ignore(settings: Settings, value: Any, where: str) -> Settings:
    return evolve(settings, ignore=_codes(value, where))


def _set_per_path_ignores(settings: Settings, value: Any, where: str) -> Settings:
    if not isinstance(value, dict):
        raise _not(value, where, "a table of patterns", '"examples/*" = ["JF205"]')
    return evolve(settings, per_path_ignores=tuple((p, _codes(c, where)) for p, c in value.items()))


def _set_fail_level(settings: Settings, value: Any, where: str) -> Settings:
    if value not in FAIL_LEVELS:
        raise _not(value, where, f"one of {', '.join(FAIL_LEVELS)}")
    return evolve(settings, fail_level=FAIL_LEVELS[value])


def _set_ports(settings: Settings, value: Any, where: str) -> Settings:
    return evolve(settings, facts=evolve(settings.facts, ports=_number(value, where)))


def _set_line_length(settings: Settings, value: Any, where: str) -> Settings:
    return evolve(settings, facts=evolve(settings.facts, line_length=_number(value, where)))


def _set_portable(settings: Settings, value: Any, where: str) -> Settings:
    return evolve(settings, is_portable=_switch(value, where))


def _set_shellcheck(settings: Settings, value: Any, where: str) -> Settings:
    return evolve(settings, uses_shellcheck=_switch(value, where))


def _number(value: Any, where: str) -> int:
    if isinstance(value, int) and not isinstance(value, bool) and value >= 0:
        return value
    raise _not(value, where, "a whole number, 0 or more")


def _switch(value: Any, where: str) -> bool:
    if isinstance(value, bool):
        return value
    raise _not(value, where, "true or false")


_KEYS: Mapping[str, Callable[[Settings, Any, str], Settings]] = {
    "select": _set_select,
    "ignore": _set_ignore,
    "per-path-ignores": _set_per_path_ignores,
    "fail-level": _set_fail_level,
    "ports": _set_ports,
    "line-length": _set_line_length,
    "portable": _set_portable,
    "shellcheck": _set_shellcheck,
}
