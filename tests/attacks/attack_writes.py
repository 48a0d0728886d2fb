"""Guarantee 1: a jar writes only in its home and its private folders.

`target.open` is a folder that everybody may write to, with a file that everybody may change; the
harness compares it before and after.
"""

from __future__ import annotations

import ctypes
import os
from pathlib import Path

from attack_calls import CLONE_NEWNS, CLONE_NEWUSER, libc
from attack_record import Attack, Target, harmless, not_promised

AT_FDCWD = -100
MS_REMOUNT, MS_BIND = 32, 4096


def create_file(target: Target) -> bool:
    """Creates a file in a folder that all may write to."""
    (target.open / "created").write_text("planted")
    return True


def append_to_file(target: Target) -> bool:
    """Appends to a file that all may write to."""
    with (target.open / "file").open("a") as file:
        file.write("planted")
    return True


def truncate_file(target: Target) -> bool:
    """Empties a file without opening it."""
    os.truncate(target.open / "file", 0)
    return True


def remove_file(target: Target) -> bool:
    """Removes somebody's file."""
    (target.open / "file").unlink()
    return True


def replace_by_rename(target: Target) -> bool:
    """Moves a file of its own over somebody's."""
    Path("mine").write_text("planted")
    Path("mine").rename(target.open / "file")
    return True


def take_by_rename(target: Target) -> bool:
    """Moves somebody's file into its home."""
    (target.open / "file").rename("taken")
    return True


def link_outwards(target: Target) -> bool:
    """Gives a file of its own a second name outside."""
    Path("mine").write_text("planted")
    os.link("mine", target.open / "linked")
    return True


def link_inwards(target: Target) -> bool:
    """Gives somebody's file a second name in the home, and writes to that."""
    os.link(target.open / "file", "linked")
    Path("linked").write_text("planted")
    return True


def plant_symlink(target: Target) -> bool:
    """Leaves a symlink outside for somebody to follow."""
    (target.open / "symlink").symlink_to("/etc/passwd")
    return True


def plant_fifo(target: Target) -> bool:
    """Leaves a pipe outside for somebody to hang on."""
    os.mkfifo(target.open / "fifo")
    return True


def write_unnamed_file(target: Target) -> bool:
    """Makes a file without a name outside (O_TMPFILE), and gives it one."""
    file = os.open(target.open, os.O_TMPFILE | os.O_WRONLY)
    os.write(file, b"planted")
    os.link(f"/proc/self/fd/{file}", target.open / "named", src_dir_fd=file)  # by linkat(2)
    return True


def write_system_folder(target: Target) -> bool:
    """Makes a file below /usr."""
    return os.open("/usr/lib", os.O_TMPFILE | os.O_WRONLY) >= 0


def change_mode(target: Target) -> bool:
    """Changes the mode of a file that it does not own."""
    os.chmod(target.manager_home / "mode", 0o640)
    return True


def change_times(target: Target) -> bool:
    """Sets the times of a file that all may write to."""
    os.utime(target.open / "file")
    return True


def add_attribute(target: Target) -> bool:
    """Adds an extended attribute to a file that all may write to."""
    os.setxattr(target.open / "file", "user.planted", b"planted")
    return True


def write_through_own_root(target: Target) -> bool:
    """Goes by /proc/self/root instead of /."""
    Path(f"/proc/self/root{target.open}/created").write_text("planted")
    return True


def write_through_first_process(target: Target) -> bool:
    """Goes by the root of process 1 or of the manager's."""
    for pid in (1, target.manager_pid):
        try:
            Path(f"/proc/{pid}/root{target.open}/created").write_text("planted")
            return True
        except OSError:
            continue
    return False


def mount_something(target: Target) -> bool:
    """Mounts a file system of its own over a folder, and takes it away again."""
    libc("mount", b"none", bytes(target.open), b"tmpfs", 0, None)
    libc("umount2", bytes(target.open), 0)
    return True


def remount_writable(target: Target) -> bool:
    """Takes "read-only" from a mount."""
    usr = b"/usr"
    libc("mount", usr, usr, None, MS_BIND, None)
    try:
        libc("mount", None, usr, None, MS_REMOUNT | MS_BIND, None)
    finally:
        libc("umount2", usr, 0)
    return True


def enter_user_namespace(target: Target) -> bool:
    """Becomes root in a user namespace, where it may mount."""
    libc("unshare", CLONE_NEWUSER | CLONE_NEWNS)
    return True


def open_by_handle(target: Target) -> bool:
    """Opens a file by its handle, past every path."""
    handle = (ctypes.c_char * 136)()
    ctypes.cast(handle, ctypes.POINTER(ctypes.c_uint))[0] = 128
    mount_id = ctypes.c_int()
    path = bytes(target.open / "file")
    libc("name_to_handle_at", AT_FDCWD, path, handle, ctypes.byref(mount_id), 0)
    folder = os.open(target.open, os.O_RDONLY)
    file = libc("open_by_handle_at", folder, handle, os.O_WRONLY | os.O_APPEND)
    return os.write(file, b"planted") > 0


_WEAK = not_promised("weak is no boundary; Landlock does not cover modes and times")
_OF_ALL = harmless("the file was everybody's to change; its content is not touched")

ATTACKS = (
    Attack(create_file, 1),
    Attack(append_to_file, 1),
    Attack(truncate_file, 1),
    Attack(remove_file, 1),
    Attack(replace_by_rename, 1),
    Attack(take_by_rename, 1),
    Attack(link_outwards, 1),
    Attack(link_inwards, 1),
    Attack(plant_symlink, 1),
    Attack(plant_fifo, 1),
    Attack(write_unnamed_file, 1),
    Attack(write_system_folder, 1, needs_root=True),
    Attack(change_mode, 1, {"weak": _WEAK}),
    Attack(change_times, 1, {"no-namespaces": _OF_ALL, "weak": _WEAK}),
    Attack(add_attribute, 1, {"no-namespaces": _OF_ALL, "weak": _WEAK}),
    Attack(write_through_own_root, 1),
    Attack(write_through_first_process, 1),
    Attack(mount_something, 1, needs_root=True),
    Attack(remount_writable, 1, needs_root=True),
    Attack(enter_user_namespace, 1),
    Attack(open_by_handle, 1, needs_root=True),
)
