"""What a jar sees where it has namespaces: its own root, as a list of operations.

Everything is read-only but the home and the private folders; what is not listed is not there.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from genieagent.host import HOSTS, RESOLVER, SYSTEM_FOLDERS, Host
from genieagent.isolation import (
    Attach,
    BeginRoot,
    Bind,
    EnterRoot,
    Identity,
    MakeDirectory,
    MakeSymlink,
    MakeText,
    Mount,
    MountFlags,
    Operation,
)

HOST_NAME = "jar"
USER = "jar"
HOME = "/home/jar"
FOLDER = "/.jar"
AGENT_ID, WORKLOAD_ID, COMMON_ID = 999, 1000, 998
_OVERFLOW_ID = 65534  # what the kernel shows for an id that has no place in the jar's map

RESERVED = (HOME, FOLDER, "/proc", "/dev", "/etc")
"""Where nothing of the manager's may be shown."""

PRIVATE_FOLDERS = ("/tmp", "/var/tmp", "/dev/shm")  # noqa: S108
DEVICES = ("null", "zero", "full", "random", "urandom", "tty")

_READ_ONLY: MountFlags = frozenset({"ro", "nosuid", "nodev"})
_WRITABLE: MountFlags = frozenset({"nosuid", "nodev"})
_NO_PROGRAMS: MountFlags = frozenset({"nosuid", "nodev", "noexec"})


@dataclass(frozen=True)
class Places:
    """The jar's folder on the machine, and the part of it that is the home, as they were made."""

    folder: str
    home: str
    folder_identity: Identity
    home_identity: Identity


@dataclass(frozen=True)
class Shown:
    """A folder of the manager's that the jar shares. `mount` is a detached mount of it, ready to be
    attached; None where `source` is mounted, or only allowed, by its path, which must still lead
    to the same folder."""

    target: str
    writable: bool
    source: str
    identity: Identity
    mount: int | None = None


def jar_view(
    host: Host,
    places: Places,
    exposed: tuple[str, ...],
    tmp_bytes: int,
    seeker: tuple[int, int] | None = None,
    shares: tuple[Shown, ...] = (),
) -> tuple[Operation, ...]:
    """`seeker`: whose rights must do to reach what is `exposed`; None: those of whoever makes the
    jar."""
    return (
        BeginRoot(),
        *_system_folders(host),
        *_etc(host),
        *_devices(),
        Mount("proc", "/proc", (), _NO_PROGRAMS),
        *_private_folders(tmp_bytes),
        MakeDirectory("/run"),
        *_exposures(host, exposed, seeker),
        *map(_share, shares),
        Bind(places.folder, FOLDER, _NO_PROGRAMS, places.folder_identity),
        Bind(places.home, HOME, _WRITABLE, places.home_identity),
        EnterRoot(),
    )


def _system_folders(host: Host) -> Iterator[Operation]:
    return (_shown(host, path) for path in SYSTEM_FOLDERS if host.knows(path))


def _shown(host: Host, path: str) -> Operation:
    if path in host.symlinks:
        return MakeSymlink(path, host.symlinks[path])
    return Bind(host.sources[path], path, _READ_ONLY)


def _etc(host: Host) -> Iterator[Operation]:
    yield MakeDirectory("/etc")
    known = {*host.symlinks, *host.sources}
    yield from (_shown(host, path) for path in sorted(known) if path.startswith("/etc/"))
    yield MakeText(HOSTS, host.hosts.rstrip() + b"\n127.0.1.1 %s\n" % HOST_NAME.encode())
    yield MakeText(RESOLVER, host.resolver)
    yield MakeText("/etc/hostname", HOST_NAME.encode() + b"\n")
    yield MakeText("/etc/passwd", _passwd(host.shell))
    yield MakeText("/etc/group", _group())


def _passwd(shell: str) -> bytes:
    nowhere = "/nonexistent:/usr/sbin/nologin"
    lines = (
        f"manager:x:0:0::{nowhere}",
        f"agent:x:{AGENT_ID}:{AGENT_ID}::{nowhere}",
        f"{USER}:x:{WORKLOAD_ID}:{WORKLOAD_ID}::{HOME}:{shell}",
        f"nobody:x:{_OVERFLOW_ID}:{_OVERFLOW_ID}::{nowhere}",
    )
    return "".join(f"{line}\n" for line in lines).encode()


def _group() -> bytes:
    groups = {"manager": 0, "common": COMMON_ID, "agent": AGENT_ID, USER: WORKLOAD_ID}
    groups["nogroup"] = _OVERFLOW_ID
    return "".join(f"{name}:x:{number}:\n" for name, number in groups.items()).encode()


def _devices() -> Iterator[Operation]:
    device: MountFlags = frozenset({"nosuid", "noexec"})
    yield from (Bind(f"/dev/{name}", f"/dev/{name}", device) for name in DEVICES)
    options = (("ptmxmode", "0666"), ("mode", "0620"))
    yield Mount("devpts", "/dev/pts", options, device)
    yield MakeSymlink("/dev/ptmx", "pts/ptmx")
    yield MakeSymlink("/dev/fd", "/proc/self/fd")
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        yield MakeSymlink(f"/dev/{name}", f"/proc/self/fd/{number}")


def _private_folders(tmp_bytes: int) -> Iterator[Operation]:
    options = (("mode", "1777"), ("size", str(tmp_bytes)))
    return (Mount("tmpfs", folder, options, _WRITABLE) for folder in PRIVATE_FOLDERS)


def _exposures(
    host: Host, exposed: tuple[str, ...], seeker: tuple[int, int] | None
) -> Iterator[Operation]:
    """A folder before what lies below it, which then is there already."""
    shown = list(SYSTEM_FOLDERS)
    for path in sorted(exposed):
        if host.knows(path) and not any(is_below(path, folder) for folder in shown):
            shown.append(path)
            yield Bind(host.sources[path], path, _READ_ONLY, seeker=seeker)


def _share(share: Shown) -> Operation:
    flags = _WRITABLE if share.writable else _READ_ONLY
    if share.mount is None:
        return Bind(share.source, share.target, flags, share.identity)
    return Attach(share.mount, share.target, flags)


def is_below(path: str, folder: str) -> bool:
    """Also where they are the same."""
    return path == folder or path.startswith(folder.rstrip("/") + "/")
