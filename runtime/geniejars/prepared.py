"""What a build leaves for `app up`, and what becomes of it there.

The state file has it as JSON: the ancestor's keys and ours.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from attrs import Factory, frozen

from genieagent.restarts import Policy
from geniejars.plan import Health, Prepared

_HEALTH_KEYS = {
    "interval": "interval",
    "timeout": "timeout",
    "startPeriod": "start_period",
    "retries": "retries",
}


@frozen
class App:
    """A CMD with all that an agent needs to start it, to keep it up and to watch over it.

    `cwd` is below the home.
    """

    argv: tuple[str, ...]
    env: Mapping[str, str]
    cwd: str | bytes = ""
    stop_signal: str = "TERM"
    restart: Policy = Factory(Policy)
    health: Health | None = None


def prepared_as_json(prepared: Prepared) -> dict[str, Any]:
    return {
        "tag": prepared.tag,
        "cmd": None if prepared.cmd is None else list(prepared.cmd),
        "workdir": prepared.workdir,
        "env": dict(prepared.env),
        "addedPaths": list(prepared.added_paths),
        "imports": list(prepared.imports),
        "stopSignal": prepared.stop_signal,
        "health": None if prepared.health is None else _health_as_json(prepared.health),
        "persist": list(prepared.persist),
    }


def prepared_from_json(values: Mapping[str, Any]) -> Prepared:
    """The inverse; what an older version has not written has its default."""
    cmd, health = values.get("cmd"), values.get("health")
    return Prepared(
        tag=values.get("tag"),
        cmd=None if cmd is None else tuple(cmd),
        workdir=values.get("workdir") or "",
        env=values.get("env", {}),
        imports=tuple(values.get("imports", ())),
        added_paths=tuple(values.get("addedPaths", ())),
        stop_signal=values.get("stopSignal", "TERM"),
        health=None if health is None else _health_from_json(health),
        persist=tuple(values.get("persist", ())),
    )


def _health_as_json(health: Health) -> dict[str, Any]:
    times = {key: getattr(health, name) for key, name in _HEALTH_KEYS.items()}
    return {"argv": list(health.argv), **times}


def _health_from_json(values: Mapping[str, Any]) -> Health:
    times = {name: values[key] for key, name in _HEALTH_KEYS.items()}
    return Health(argv=tuple(values["argv"]), **times)
