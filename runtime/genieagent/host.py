"""What the machine has of the things that a jar may be shown, read once for each jar's start."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

SYSTEM_FOLDERS = (
    "/usr", "/opt", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32",
)  # fmt: skip

# What programs need to know of the machine; none of it names its users or holds a secret.
_ETC_ENTRIES = (
    "*-release", "alternatives", "ca-certificates", "ca-certificates.conf", "chromium.d",
    "crypto-policies", "debian_version", "fonts", "gitconfig", "inputrc", "java-*", "ld.so.*",
    "locale.alias", "localtime", "mime.types", "npmrc", "nsswitch.conf", "pip.conf", "pki",
    "protocols", "services", "shells", "ssl", "terminfo", "timezone", "xdg/pip",
)  # fmt: skip

HOSTS, RESOLVER = "/etc/hosts", "/etc/resolv.conf"
_MAX_TEXT = 1 << 20


@dataclass(frozen=True)
class Host:
    """`symlinks` (path to target) stay symlinks in a jar; `sources` (path to real path) are shown.

    Paths that do not exist are in neither. `resolver_folder` holds the file that resolv.conf
    leads to.
    """

    symlinks: Mapping[str, str] = field(default_factory=dict)
    sources: Mapping[str, str] = field(default_factory=dict)
    hosts: bytes = b""
    resolver: bytes = b""
    resolver_folder: str = "/etc"
    shell: str = "/bin/sh"

    def knows(self, path: str) -> bool:
        return path in self.symlinks or path in self.sources


def read_host(exposed: Iterable[str]) -> Host:
    """`exposed` are the folders of the manager's that jars may see besides the system's."""
    symlinks, sources = {}, {}
    for path in (*SYSTEM_FOLDERS, *etc_paths()):
        real = os.path.realpath(path)
        if os.path.islink(path) and _is_system(real):  # noqa: PTH114
            symlinks[path] = str(Path(path).readlink())
        elif os.path.exists(real):  # noqa: PTH110
            sources[path] = real
    sources |= {path: os.path.realpath(path) for path in exposed if Path(path).exists()}
    resolver_folder = os.path.dirname(os.path.realpath(RESOLVER))  # noqa: PTH120
    return Host(symlinks, sources, _text(HOSTS), _text(RESOLVER), resolver_folder, _shell())


def etc_paths() -> list[str]:
    etc = Path("/etc")
    return sorted(str(path) for pattern in _ETC_ENTRIES for path in etc.glob(pattern))


def _is_system(path: str) -> bool:
    return any(path.startswith(folder + "/") for folder in SYSTEM_FOLDERS)


def _text(path: str) -> bytes:
    """What a file or what it leads to holds; empty where it cannot be read."""
    try:
        with Path(path).open("rb") as file:
            return file.read(_MAX_TEXT)
    except OSError:
        return b""


def _shell() -> str:
    return "/bin/bash" if os.access("/bin/bash", os.X_OK) else "/bin/sh"
