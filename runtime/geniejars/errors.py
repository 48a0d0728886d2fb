"""What can go wrong, by who can do something about it.

JarbuildError                 everything we raise on purpose
├── JFileError    exit 2      your JFile (or its context) is wrong; has a place
├── UsageError    exit 2      the command line or the config is wrong
├── StepFailedError exit 1    a step ran and failed
├── MachineError  exit 3      pool, disk, isolation, server: the machine failed; an agent that
│                             refuses what was asked for ends a command with 1 or 2
└── InternalError exit 3      our bug

Library code raises these; only the command line turns them into text and an exit code.
"""

from __future__ import annotations

from json import JSONDecodeError

from attrs import frozen


@frozen
class Place:
    """Where in a JFile: 1-based, columns in code points; `end_column` behind the last one."""

    file: str
    line: int
    column: int = 1
    end_line: int | None = None
    end_column: int | None = None


class JarbuildError(Exception):
    """The root. `help` says what to do about it, in one sentence or a command to type."""

    code = "error"
    exit_code = 3

    def __init__(self, message: str, *, help: str | None = None, place: Place | None = None):
        super().__init__(message)
        self.message = message
        self.help = help
        self.place = place


class JFileError(JarbuildError):
    code = "jfile"
    exit_code = 2


class UsageError(JarbuildError):
    code = "usage"
    exit_code = 2


class StepFailedError(JarbuildError):
    code = "step-failed"
    exit_code = 1


class MachineError(JarbuildError):
    code = "machine"
    exit_code = 3


class InternalError(JarbuildError):
    code = "internal"
    exit_code = 3


def flaw(error: Exception) -> str:
    """What is wrong with a file of ours, by what reading it raised."""
    if isinstance(error, OSError):
        return f"it cannot be read ({error.strerror})"
    if isinstance(error, JSONDecodeError | UnicodeDecodeError):
        return f"it is not JSON ({error})"
    return "it is not what jarbuild has written"
