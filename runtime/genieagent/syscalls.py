"""The system calls that Python 3.11 lacks, one function for each man page. No decisions here.

Every function raises OSError with the call's name as its file name.
"""

from __future__ import annotations

import ctypes
import errno
import os
import struct

from genieagent.call_numbers import number

_libc = ctypes.CDLL(None, use_errno=True)

CLONE_NEWNS = 0x00020000
CLONE_NEWCGROUP = 0x02000000
CLONE_NEWUTS = 0x04000000
CLONE_NEWIPC = 0x08000000
CLONE_NEWUSER = 0x10000000
CLONE_NEWPID = 0x20000000
CLONE_NEWNET = 0x40000000

AT_FDCWD = -100
AT_SYMLINK_NOFOLLOW = 0x100
AT_EMPTY_PATH = 0x1000
AT_RECURSIVE = 0x8000

MOUNT_ATTR_RDONLY = 1
MOUNT_ATTR_NOSUID = 2
MOUNT_ATTR_NODEV = 4
MOUNT_ATTR_NOEXEC = 8
MS_PRIVATE = 1 << 18

_MOUNT_ATTR_IDMAP = 0x00100000

_OPEN_TREE_CLONE = 1
_MOVE_MOUNT_F_EMPTY_PATH = 4
_FSCONFIG_SET_STRING = 1
_FSCONFIG_CMD_CREATE = 6
_MNT_DETACH = 2

_PR_SET_PDEATHSIG = 1
_PR_SET_DUMPABLE = 4
_PR_SET_CHILD_SUBREAPER = 36
_PR_SET_NO_NEW_PRIVS = 38

_SECCOMP_SET_MODE_FILTER = 1
_LINUX_CAPABILITY_VERSION_3 = 0x20080522
_LANDLOCK_CREATE_RULESET_VERSION = 1
_LANDLOCK_RULE_PATH_BENEATH = 1
_LANDLOCK_RULE_NET_PORT = 2
_LANDLOCK_ACCESS_NET_BIND_TCP = 1


def _checked(call: str, result: int) -> int:
    if result < 0:
        code = ctypes.get_errno()
        raise OSError(code, os.strerror(code), call)
    return result


def _call(call: str, *arguments: int | bytes | None) -> int:
    return _checked(call, _libc.syscall(ctypes.c_long(number(call)), *map(_word, arguments)))


def _word(argument: int | bytes | None) -> ctypes.c_long | ctypes.c_char_p:
    """A whole register: syscall(2) is variadic, and an int would leave half of it undefined."""
    return ctypes.c_long(argument) if isinstance(argument, int) else ctypes.c_char_p(argument)


def unshare(flags: int) -> None:
    """unshare(2)"""
    _call("unshare", flags)


def open_tree(path: str, *, folder: int = AT_FDCWD) -> int:
    """open_tree(2): a descriptor of a detached copy of the mounts at `path`, or at `folder` where
    the path is empty.

    A symlink as the last name is not followed.
    """
    flags = _OPEN_TREE_CLONE | os.O_CLOEXEC | AT_SYMLINK_NOFOLLOW | AT_RECURSIVE
    flags |= 0 if path else AT_EMPTY_PATH
    return _call("open_tree", folder, os.fsencode(path), flags)


def move_mount(mount: int, target: str) -> None:
    """move_mount(2): attach a detached mount."""
    path = os.fsencode(target)
    _call("move_mount", mount, b"", AT_FDCWD, path, _MOVE_MOUNT_F_EMPTY_PATH)


def mount_setattr(
    mount: int, attributes: int = 0, *, path: str = "", propagation: int = 0, recursive: bool = True
) -> None:
    """mount_setattr(2): of the mount `mount`, or of the one at `path` below it."""
    flags = AT_RECURSIVE if recursive else 0
    flags |= 0 if path else AT_EMPTY_PATH
    values = struct.pack("=QQQQ", attributes, 0, propagation, 0)
    _call("mount_setattr", mount, os.fsencode(path), flags, values, len(values))


def map_mount_ids(mount: int, namespace: int) -> None:
    """mount_setattr(2) with MOUNT_ATTR_IDMAP, of a mount that is attached nowhere yet."""
    values = struct.pack("=QQQQ", _MOUNT_ATTR_IDMAP, 0, 0, namespace)
    flags = AT_RECURSIVE | AT_EMPTY_PATH
    _call("mount_setattr", mount, b"", flags, values, len(values))


def new_file_system(kind: str, options: dict[str, str], attributes: int) -> int:
    """fsopen(2), fsconfig(2), fsmount(2): a descriptor of a detached mount."""
    context = _call("fsopen", kind.encode(), 1)
    try:
        for key, value in options.items():
            pair = key.encode(), value.encode()
            _call("fsconfig", context, _FSCONFIG_SET_STRING, *pair, 0)
        _call("fsconfig", context, _FSCONFIG_CMD_CREATE, None, None, 0)
        return _call("fsmount", context, 1, attributes)
    finally:
        os.close(context)


def pivot_root(new: str, old: str) -> None:
    """pivot_root(2)"""
    _call("pivot_root", os.fsencode(new), os.fsencode(old))


def detach_mount(path: str) -> None:
    """umount2(2) with MNT_DETACH"""
    _checked("umount2", _libc.umount2(os.fsencode(path), _MNT_DETACH))


def fchown_empty_path(descriptor: int, uid: int, gid: int) -> None:
    """fchownat(2) with AT_EMPTY_PATH: also of an O_PATH descriptor, also of a symlink."""
    _checked("fchownat", _libc.fchownat(descriptor, b"", uid, gid, AT_EMPTY_PATH))


def set_file_ids(uid: int, gid: int) -> None:
    """setfsgid(2), setfsuid(2): they report no failure, so each is asked what it did."""
    _libc.setfsgid(gid)
    _libc.setfsuid(uid)
    if (_libc.setfsuid(-1), _libc.setfsgid(-1)) != (uid, gid):
        raise OSError(errno.EPERM, os.strerror(errno.EPERM), "setfsuid")


def _prctl(option: int, value: int) -> None:
    arguments = (ctypes.c_ulong(word) for word in (value, 0, 0, 0))
    _checked("prctl", _libc.prctl(option, *arguments))


def die_with_parent(signal: int) -> None:
    """PR_SET_PDEATHSIG(2const); a change of ids undoes it."""
    _prctl(_PR_SET_PDEATHSIG, signal)


def set_dumpable(dumpable: bool) -> None:
    """PR_SET_DUMPABLE(2const); a change of ids makes a process undumpable."""
    _prctl(_PR_SET_DUMPABLE, int(dumpable))


def adopt_orphans() -> None:
    """PR_SET_CHILD_SUBREAPER(2const)"""
    _prctl(_PR_SET_CHILD_SUBREAPER, 1)


def no_new_privileges() -> None:
    """PR_SET_NO_NEW_PRIVS(2const)"""
    _prctl(_PR_SET_NO_NEW_PRIVS, 1)


def drop_capabilities() -> None:
    """capset(2): effective, permitted and inheritable become empty."""
    header = struct.pack("=Ii", _LINUX_CAPABILITY_VERSION_3, 0)
    _call("capset", header, bytes(24))


_IPC_RMID = 0


def remove_shared_memory(identifier: int) -> None:
    """shmctl(2) IPC_RMID"""
    _checked("shmctl", _libc.shmctl(identifier, _IPC_RMID, None))


def remove_semaphores(identifier: int) -> None:
    """semctl(2) IPC_RMID"""
    _checked("semctl", _libc.semctl(identifier, 0, _IPC_RMID))


def remove_message_queue(identifier: int) -> None:
    """msgctl(2) IPC_RMID"""
    _checked("msgctl", _libc.msgctl(identifier, _IPC_RMID, None))


def landlock_abi() -> int:
    """landlock_create_ruleset(2): the ABI this kernel has; 0 where Landlock is missing or off."""
    try:
        return _call("landlock_create_ruleset", None, 0, _LANDLOCK_CREATE_RULESET_VERSION)
    except OSError:
        return 0


def landlock_create_ruleset(file_access: int, scopes: int, *, holds_ports: bool = False) -> int:
    """landlock_create_ruleset(2). Older kernels take the long form where its rest is zero."""
    net_access = _LANDLOCK_ACCESS_NET_BIND_TCP if holds_ports else 0
    attributes = struct.pack("=QQQ", file_access, net_access, scopes)
    return _call("landlock_create_ruleset", attributes, len(attributes), 0)


def landlock_allow_beneath(ruleset: int, folder: int, access: int) -> None:
    """landlock_add_rule(2) of the path_beneath kind."""
    attributes = struct.pack("=Qi", access, folder)
    _call("landlock_add_rule", ruleset, _LANDLOCK_RULE_PATH_BENEATH, attributes, 0)


def landlock_allow_bind(ruleset: int, port: int) -> None:
    """landlock_add_rule(2) of the net_port kind."""
    attributes = struct.pack("=QQ", _LANDLOCK_ACCESS_NET_BIND_TCP, port)
    _call("landlock_add_rule", ruleset, _LANDLOCK_RULE_NET_PORT, attributes, 0)


def landlock_restrict_self(ruleset: int) -> None:
    """landlock_restrict_self(2)"""
    _call("landlock_restrict_self", ruleset, 0)


def install_filter(program: bytes) -> None:
    """seccomp(2) SECCOMP_SET_MODE_FILTER: `program` is an array of struct sock_filter."""
    instructions = ctypes.create_string_buffer(program, len(program))
    description = struct.pack("@HP", len(program) // 8, ctypes.addressof(instructions))
    _call("seccomp", _SECCOMP_SET_MODE_FILTER, 0, description)
