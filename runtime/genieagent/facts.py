"""What the zygote is told at its start; it believes nothing else.

Written by the manager's side, or by `setup` as root for a pool.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, TypeVar, get_args

from genieagent.sealed import unsealed

VERSION = 1
_MAX_BYTES = 1 << 20
_WORLD_OR_GROUP_WRITES = 0o022

Asked = Literal["full", "single", "weak"]
Network = Literal["host", "none", "filtered"]
Number = TypeVar("Number", int, float)


class BadFactsError(Exception):
    """The facts cannot be used; the text says why."""


@dataclass(frozen=True)
class Facts:
    """`first_id` is None where jars have no ids of their own. Times in seconds, sizes in bytes.

    Of a pool: `run` is root's folder for its socket, `common_gid` the group that reads `common`,
    `unit` what systemd, where it runs, knows the zygote as, `login_gid` the manager's own group.
    """

    manager_uid: int
    manager_gid: int
    jars: str
    first_id: int | None
    id_count: int
    common: str | None
    expose: tuple[str, ...]
    isolation: Asked | None
    idle_timeout: float
    process_limit: int
    tmp_size: int
    network: Network
    nested: bool = False
    memory_max: int | None = None
    cpu_max: float | None = None  # in CPUs
    run: str | None = None
    common_gid: int | None = None
    unit: str | None = None
    login_gid: int | None = None

    @property
    def is_pool(self) -> bool:
        """The manager has fewer rights than the zygote, and must not get more through it."""
        return self.run is not None


def read_facts(path: str) -> Facts:
    """Raises BadFactsError, also where someone else could have written the file."""
    try:
        with open(os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC), "rb") as file:  # noqa: PTH123
            _check_owner(os.fstat(file.fileno()), path)
            return parse_facts(unsealed(file.read(_MAX_BYTES).decode()))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise BadFactsError(f"{path}: {type(error).__name__}: {error}") from error


def _check_owner(status: os.stat_result, path: str) -> None:
    if status.st_uid != os.geteuid() or stat.S_IMODE(status.st_mode) & _WORLD_OR_GROUP_WRITES:
        raise BadFactsError(f"{path} can be written by others than user {os.geteuid()}")


def parse_facts(values: Mapping[str, Any]) -> Facts:
    """Raises KeyError, TypeError, ValueError or BadFactsError."""
    if values["version"] != VERSION:
        raise BadFactsError(f"facts of version {values['version']}, expected {VERSION}")
    return Facts(
        manager_uid=int(values["manager"]["uid"]),
        manager_gid=int(values["manager"]["gid"]),
        jars=_absolute(values["jars"]),
        first_id=_or_none(int, values["first_id"]),
        id_count=int(values["id_count"]),
        common=_absolute_or_none(values["common"]),
        expose=tuple(map(_absolute, values["expose"])),
        isolation=_one_of(values["isolation"], (None, "full", "single", "weak")),
        idle_timeout=float(values["idle_timeout"]),
        process_limit=int(values["process_limit"]),
        tmp_size=int(values["tmp_size"]),
        network=_one_of(values["network"], get_args(Network)),
        nested=bool(values.get("nested", False)),
        memory_max=_or_none(int, values.get("memory_max")),
        cpu_max=_or_none(float, values.get("cpu_max")),
        run=_absolute_or_none(values.get("run")),
        common_gid=_or_none(int, values.get("common_gid")),
        unit=values.get("unit"),
        login_gid=_or_none(int, values.get("login_gid")),
    )


def _or_none(kind: Callable[[Any], Number], value: Any) -> Number | None:
    return None if value is None else kind(value)


def _absolute_or_none(path: str | None) -> str | None:
    return None if path is None else _absolute(path)


def _absolute(path: str) -> str:
    if not path.startswith("/") or "\0" in path or os.path.normpath(path) != path:
        raise BadFactsError(f"not a plain absolute path: {path!r}")
    return path


def _one_of(value: Any, allowed: tuple[Any, ...]) -> Any:
    if value not in allowed:
        raise BadFactsError(f"{value!r} is none of {allowed}")
    return value
