"""A program of the workload's, from the request to the running process."""

from __future__ import annotations

import errno
import fcntl
import os
import signal
import termios
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import NoReturn

from genieagent import syscalls
from genieagent.failures import RequestFailedError
from genieagent.jar import Jar
from genieagent.layout import Layout
from genieagent.wire import Message

Confine = Callable[[], None]
"""Closes the calling process in, for good, and gives it the signals and the umask that programs
expect; raises what the process must not go on after."""

NOT_EXECUTABLE, NOT_FOUND = 126, 127  # as shells have them


@dataclass(frozen=True)
class Program:
    """`cwd` is a path below the home, as the workload sees it."""

    argv: tuple[str, ...]
    env: Mapping[str, str]
    cwd: str

    @classmethod
    def of(cls, request: Message, layout: Layout) -> Program:
        """What a `run` or `start` asks for, with the variables that every program has."""
        env = {**_given_to_all(layout), **request["env"]}
        return cls(tuple(request["argv"]), env, request["cwd"])


# git-config(1): else git works in no tree that is another's. In a jar there is nobody else's.
_TRUSTING_GIT = {
    "GIT_CONFIG_COUNT": "1",
    "GIT_CONFIG_KEY_0": "safe.directory",
    "GIT_CONFIG_VALUE_0": "*",
}


def _given_to_all(layout: Layout) -> dict[str, str]:
    jar = layout.jar
    given = {"HOME": jar.home, "USER": jar.user, "LOGNAME": jar.user, "SHELL": "/bin/sh"}
    if layout.scratch is not None:
        given |= {"TMPDIR": str(layout.scratch), "TMUX_TMPDIR": str(layout.scratch)}
    return given | (_TRUSTING_GIT if jar.has_foreign_shares else {})


@dataclass(frozen=True)
class Streams:
    """Descriptors for a program's 0, 1 and 2; with a terminal all are its slave side."""

    stdin: int
    stdout: int
    stderr: int
    is_terminal: bool = False


def launch(
    program: Program, jar: Jar, streams: Streams, confine: Confine, *, dies_with_us: bool
) -> int:
    """The pid of the process, which leads a session of its own. A program that cannot be executed
    says so on its stderr and ends as it would under a shell.

    Raises RequestFailedError where it could not be prepared.
    """
    reader, writer = os.pipe()
    pid = os.fork()
    if pid == 0:
        _become(program, jar, streams, confine, writer, dies_with_us=dies_with_us)
    os.close(writer)
    with os.fdopen(reader, "rb") as report:
        failure = report.read().decode(errors="replace")
    if failure:
        os.waitpid(pid, 0)
        code, _, message = failure.partition(" ")
        raise RequestFailedError(code, message)
    return pid


def _become(
    program: Program,
    jar: Jar,
    streams: Streams,
    confine: Confine,
    report: int,
    *,
    dies_with_us: bool,
) -> NoReturn:
    """In the child. The report closes unwritten when the program takes over."""
    code = 1
    try:
        _prepare(streams, confine, report, dies_with_us=dies_with_us)
        _enter_folder(jar, program.cwd)
        code = _execute(program)
    except RequestFailedError as error:
        os.write(report, f"{error.code} {error.message}".encode(errors="replace"))
    except Exception as error:
        os.write(report, f"isolation the program was not started: {error}".encode())
    finally:
        os._exit(code)


def _prepare(streams: Streams, confine: Confine, report: int, *, dies_with_us: bool) -> None:
    os.setsid()
    if streams.is_terminal:
        fcntl.ioctl(streams.stdin, termios.TIOCSCTTY, 0)
    for number, descriptor in enumerate((streams.stdin, streams.stdout, streams.stderr)):
        os.dup2(descriptor, number)
    os.closerange(3, report)
    os.closerange(report + 1, os.sysconf("SC_OPEN_MAX"))
    signal.set_wakeup_fd(-1)
    confine()
    if dies_with_us:
        syscalls.die_with_parent(signal.SIGKILL)  # last: a change of ids undoes it


def _enter_folder(jar: Jar, cwd: str) -> None:
    try:
        os.chdir(f"{jar.home}/{cwd}")
    except OSError as error:
        raise RequestFailedError(
            "folder", f"cannot work in {cwd or 'the home'}: {error.strerror}"
        ) from error


def _execute(program: Program) -> int:
    """Comes back only where it fails, with the code of a shell that could not."""
    name = program.argv[0]
    failure = _execute_first(_candidates(name, program.env.get("PATH", os.defpath)), program)
    if isinstance(failure, FileNotFoundError | NotADirectoryError):
        found = "/" in name and os.path.lexists(name)
        _complain(f"{name}: the interpreter it names is missing" if found else f"{name}: not found")
        return NOT_FOUND
    _complain(f"{name}: cannot be executed: {failure.strerror}")
    return NOT_EXECUTABLE


def _candidates(name: str, search_path: str) -> list[str]:
    if "/" in name:
        return [name]
    return [f"{folder or '.'}/{name}" for folder in search_path.split(":")]


def _execute_first(paths: Sequence[str], program: Program) -> OSError:
    """As execvp(3) searches; what it is most useful to know comes back."""
    failure: OSError = FileNotFoundError(errno.ENOENT, "not found")
    for path in paths:
        try:
            os.execve(path, program.argv, program.env)  # noqa: S606 - without a shell
        except OSError as error:
            if not isinstance(error, FileNotFoundError | NotADirectoryError):
                failure = error
    return failure


def _complain(message: str) -> None:
    os.write(2, f"jar: {message}\n".encode(errors="surrogateescape"))


def signal_named(name: str) -> int:
    """TERM, RTMIN+3…; raises RequestFailedError."""
    base, _, offset = name.partition("+")
    try:
        return signal.Signals[f"SIG{base}"] + int(offset or 0)
    except (KeyError, ValueError) as error:
        raise RequestFailedError("signal", f"there is no signal {name}") from error
