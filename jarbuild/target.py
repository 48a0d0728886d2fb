"""The jar that a plan is made for, as far as it is known, and the machine it stands on."""

from __future__ import annotations

import platform
from collections.abc import Mapping
from pathlib import Path

from attrs import Factory, frozen

from geniejars import (
    JAR_VIEW,
    Config,
    View,
    home_dir,
    occupied_entry,
    read_state,
    view_of,
)

OS_RELEASE = (Path("/etc/os-release"), Path("/usr/lib/os-release"))


def host_fingerprint() -> str:
    """Distribution, release and processor: what a RUN's result fits to."""
    release = _os_release()
    name, version = release.get("ID", "linux"), release.get("VERSION_ID", "rolling")
    return f"{name} {version} {platform.machine()}"


def _os_release() -> Mapping[str, str]:
    for path in filter(Path.exists, OS_RELEASE):
        lines = path.read_text("utf-8", "replace").splitlines()
        pairs = (line.partition("=") for line in lines)
        return {key: value.strip("\"'") for key, _, value in pairs}
    return {}


@frozen(kw_only=True)
class Target:
    """A jar, or what the next jar will be like.

    `ports` are None until a jar is known; it will have `port_count`. `allocation` is another one
    each time the jar is allocated. `real_home` is the home's path outside. `common` is the folder
    of `${COMMON}`.
    """

    jar: str | None = None
    allocation: str | None = None
    ports: tuple[int, ...] | None = None
    port_count: int = 0
    common: str | None = None
    view: View = JAR_VIEW
    real_home: str | None = None
    host: str = Factory(host_fingerprint)


def target_of(config: Config, jar: str | None) -> Target:
    """The target as config and state know it; raises UsageError for a jar nobody has."""
    common = None if config.common_dir is None else str(config.common_dir)
    view = view_of(config, jar)
    if jar is None:
        return Target(port_count=config.ports_per_geniejars, common=common, view=view)
    entry = occupied_entry(read_state(config), jar)
    ports = tuple(entry["ports"] or ())
    return Target(
        jar=jar,
        allocation=entry["allocation"],
        ports=ports,
        port_count=len(ports),
        common=common,
        view=view,
        real_home=str(home_dir(config, jar)),
    )
