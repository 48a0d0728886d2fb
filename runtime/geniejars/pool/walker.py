"""Executes steps on the machine, as root, one after the other. Each may be done again."""

from __future__ import annotations

import errno
import grp
import os
import pwd
import shutil
import subprocess
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from functools import singledispatch
from pathlib import Path

from genieagent import folders
from genieagent.children import fork_child
from genieagent.jar_folder import (
    FolderError,
    Owners,
    left_aside,
    make_jar_folder,
    open_jars,
    put_aside,
)
from genieagent.leftovers import end_processes
from geniejars.errors import MachineError
from geniejars.ids import note_block
from geniejars.jars import shut_down
from geniejars.pool.running import end_zygote
from geniejars.pool.steps import (
    AddMember,
    CopyCode,
    EndProcesses,
    EndServer,
    EndZygote,
    ForgetIds,
    MakeFolder,
    MakeGroup,
    MakeHome,
    MakeUser,
    NoteIds,
    ReloadUnits,
    RemoveEmptyFolder,
    RemoveFile,
    RemoveGroup,
    RemoveLeftovers,
    RemoveManagersFiles,
    RemoveMember,
    RemoveTree,
    RemoveUser,
    Step,
    WriteFile,
)
from geniejars.pool.survey import modules

_NO_LOGIN = "/usr/sbin/nologin"
_LOCK_SECONDS, _LOCK_PAUSE = 30.0, 0.1
_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


def walk(steps: Iterable[Step], on_step: Callable[[Step], None]) -> None:
    """`on_step` hears of each before it is done. Raises MachineError at the first that fails; the
    same again, from a new survey, goes on from there."""
    for step in steps:
        on_step(step)
        try:
            perform(step)
        except OSError as error:
            raise MachineError(
                f"cannot {step}: {error.strerror or error}", help="run it again when that is mended"
            ) from error


@singledispatch
def perform(step: Step) -> None:
    raise TypeError(f"not a step: {step!r}")


@perform.register
def _(step: NoteIds) -> None:
    note_block(step.key, step.ids, step.registry)


@perform.register
def _(step: ForgetIds) -> None:
    note_block(step.key, None, step.registry)


@perform.register
def _(step: MakeGroup) -> None:
    if not _exists(grp.getgrnam, step.name):
        _run("groupadd", "--system", "--gid", str(step.gid), step.name)


@perform.register
def _(step: MakeUser) -> None:
    if _exists(pwd.getpwnam, step.name):
        return
    of_home = ("--no-create-home", "--home-dir", str(step.home))
    ids = ("--uid", str(step.uid), "--gid", step.group)
    no_range = ("--key", "SUB_UID_COUNT=0", "--key", "SUB_GID_COUNT=0")
    about = ("--shell", _NO_LOGIN, "--comment", step.comment, "--no-log-init")
    _run("useradd", "--system", *ids, *of_home, *no_range, *about, step.name)


@perform.register
def _(step: AddMember) -> None:
    _run("gpasswd", "--add", step.user, step.group)


@perform.register
def _(step: RemoveMember) -> None:
    _run("gpasswd", "--delete", step.user, step.group)


@perform.register
def _(step: RemoveUser) -> None:
    if _exists(pwd.getpwnam, step.name):
        _run("userdel", step.name)


@perform.register
def _(step: RemoveGroup) -> None:
    """A user's own group has gone with it where login.defs says so."""
    if _exists(grp.getgrnam, step.name):
        _run("groupdel", step.name)


def _exists(find: Callable[[str], object], name: str) -> bool:
    try:
        find(name)
    except KeyError:
        return False
    return True


def _run(*argv: str) -> None:
    """Raises MachineError with what the program says."""
    deadline = time.monotonic() + _LOCK_SECONDS
    while (ended := _ended(argv)).returncode:
        # The account tools do not wait for each other, but for a moment.
        if "cannot lock" not in ended.stderr or time.monotonic() > deadline:
            said = ended.stderr.strip() or f"exit code {ended.returncode}"
            raise MachineError(f"{' '.join(argv)}: {said}")
        time.sleep(_LOCK_PAUSE)


def _ended(argv: tuple[str, ...]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(argv, check=False, capture_output=True, text=True, env={"PATH": _PATH})


@perform.register
def _(step: MakeFolder) -> None:
    with suppress(FileExistsError):
        step.path.mkdir(0o700)
    with folders.opened(str(step.path)) as folder:
        os.fchown(folder, pwd.getpwnam(step.user).pw_uid, grp.getgrnam(step.group).gr_gid)
        os.fchmod(folder, step.mode)


@perform.register
def _(step: MakeHome) -> None:
    owners = Owners(*step.manager, step.workload, step.agent, passable=False)
    with open_jars(str(step.jars), 0) as jars:
        try:
            make_jar_folder(jars, str(step.jars), step.name, "live", owners)
        except FolderError as error:
            raise MachineError(str(error), help=f"remove {step.jars / step.name}") from error


@perform.register
def _(step: WriteFile) -> None:
    step.path.parent.mkdir(0o755, exist_ok=True)
    partial = step.path.with_name(f".{step.path.name}.new")  # sudo reads no name with a dot
    flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW | os.O_CLOEXEC
    with os.fdopen(os.open(partial, flags, 0o600), "w", encoding="utf-8") as file:
        file.write(step.text)
        file.flush()
        os.fchown(file.fileno(), 0, 0)
        os.fchmod(file.fileno(), step.mode)
        os.fsync(file.fileno())
    if step.is_sudo_rule:
        _check_rule(partial)
    partial.replace(step.path)


def _check_rule(file: Path) -> None:
    """One mistake in it, and sudo serves nobody any more."""
    try:
        _run("visudo", "--check", "--strict", "--file", str(file))
    except MachineError:
        file.unlink()
        raise


@perform.register
def _(step: CopyCode) -> None:
    fresh = step.target.with_name(f".{step.target.name}.new")
    with folders.opened(str(step.target.parent)) as parent:
        folders.remove_folder(parent, fresh.name)
        for module in modules(step.source):
            copy = fresh / module.relative_to(step.source)
            copy.parent.mkdir(0o755, parents=True, exist_ok=True)
            shutil.copyfile(module, copy)
        folders.remove_folder(parent, step.target.name)
        fresh.rename(step.target)


@perform.register
def _(step: EndZygote) -> None:
    if step.unit is not None:
        with suppress(MachineError):  # it was not systemd that had started it
            _run("systemctl", "stop", step.unit)
    end_zygote(step.run)


@perform.register
def _(step: EndServer) -> None:
    _as_user(step.config.manager_user, lambda: shut_down(step.config))


@perform.register
def _(step: EndProcesses) -> None:
    end_processes(Owners(0, 0, step.workload, step.agent, passable=False))


@perform.register
def _(step: ReloadUnits) -> None:
    _run("systemctl", "daemon-reload")


@perform.register
def _(step: RemoveFile) -> None:
    step.path.unlink(missing_ok=True)


@perform.register
def _(step: RemoveTree) -> None:
    with folders.opened(str(step.path.parent)) as parent:
        aside = put_aside(parent, step.path.name)
        if aside is not None:
            folders.remove_folder(parent, aside)


@perform.register
def _(step: RemoveLeftovers) -> None:
    with suppress(FileNotFoundError), folders.opened(str(step.jars)) as jars:
        for name in left_aside(jars):
            folders.remove_folder(jars, name)


@perform.register
def _(step: RemoveManagersFiles) -> None:
    def remove() -> None:
        for file in step.files:
            file.unlink(missing_ok=True)
        for folder in step.folders:
            shutil.rmtree(folder, ignore_errors=True)

    _as_user(step.manager, remove)


@perform.register
def _(step: RemoveEmptyFolder) -> None:
    try:
        step.path.rmdir()
    except OSError as error:
        if error.errno not in (errno.ENOTEMPTY, errno.ENOENT):
            raise


def _as_user(name: str, work: Callable[[], None]) -> None:
    """In a child with that user's rights and no others; what it fails at stays as it is."""

    def do() -> None:
        user = pwd.getpwnam(name)
        os.initgroups(name, user.pw_gid)
        os.setresgid(user.pw_gid, user.pw_gid, user.pw_gid)
        os.setresuid(user.pw_uid, user.pw_uid, user.pw_uid)
        os.environ.update(HOME=user.pw_dir, USER=name, LOGNAME=name)
        os.chdir("/")
        work()

    os.waitpid(fork_child(do, keep=()), 0)
