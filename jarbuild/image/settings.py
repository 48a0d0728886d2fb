"""What an image says of how it is run: user, folder, environment, command, ports."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Mapping
from typing import Any

from geniejars import SEARCH_PATH, Health, Prepared
from jarbuild.cache.records import Record

ARCHITECTURES = {
    "x86_64": "amd64",
    "aarch64": "arm64",
    "i686": "386",
    "armv7l": "arm",
}
"""Go's names of processors, which the specification asks for; the others are called alike."""

NS = 10**9


def architecture(record: Record) -> str:
    """Of the machine that a result was made on."""
    machine = str(record.preimage["host"]).rpartition(" ")[2]
    return ARCHITECTURES.get(machine, machine)


def settings_of_jar(
    view: Mapping[str, Any], prepared: Prepared, ports: Iterable[int]
) -> dict[str, Any]:
    """Of a jar that is built: what `app up` starts, but for the values of IMPORTs."""
    numbered = {f"PORT_{number}": str(port) for number, port in enumerate(ports, 1)}
    path = ":".join([*prepared.added_paths, SEARCH_PATH])
    return {
        **_place(view, prepared.workdir, {**numbered, "PATH": path, **prepared.env}),
        **({"Cmd": list(prepared.cmd)} if prepared.cmd else {}),
        **({"ExposedPorts": {f"{port}/tcp": {} for port in ports}} if numbered else {}),
        **({"Healthcheck": _health(prepared.health)} if prepared.health else {}),
        "StopSignal": f"SIG{prepared.stop_signal}",
    }


def settings_of_step(record: Record) -> dict[str, Any]:
    """Of the result of a step: where it ran, if it is a RUN, and what it found there."""
    preimage: Mapping[str, Any] = record.preimage
    return _place(preimage["view"], preimage.get("workdir", ""), preimage.get("env", {}))


def _place(view: Mapping[str, Any], workdir: str, env: Mapping[str, str]) -> dict[str, Any]:
    home, uid = view["home"], view["uid"]
    return {
        "User": f"{uid}:{uid}",
        "WorkingDir": posixpath.join(home, workdir).rstrip("/"),
        "Env": [f"{name}={value}" for name, value in sorted({"HOME": home, **env}.items())],
    }


def _health(health: Health) -> dict[str, Any]:
    """As Docker writes it; times in nanoseconds."""
    return {
        "Test": ["CMD", *health.argv],
        "Interval": int(health.interval * NS),
        "Timeout": int(health.timeout * NS),
        "StartPeriod": int(health.start_period * NS),
        "Retries": health.retries,
    }
