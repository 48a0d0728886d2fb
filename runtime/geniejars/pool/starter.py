"""Starts a pool's zygote: the only thing that a manager ever does with another user's rights."""

from __future__ import annotations

import os
import subprocess

from geniejars.errors import MachineError
from geniejars.pool.installed import Installed

START_SECONDS = 30.0

_SETUP = "let root type geniejars setup again"


def start_program(pool: Installed) -> None:
    """Returns when its socket is there; fine where it runs already. Raises MachineError."""
    program = str(pool.at.program)
    argv = [program] if os.geteuid() == 0 else ["sudo", "-n", program]
    try:
        ended = subprocess.run(
            argv,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=START_SECONDS,
            check=False,
        )
    except FileNotFoundError as error:
        raise MachineError(f"{error.filename} is not there", help=_SETUP) from error
    except subprocess.TimeoutExpired as error:
        raise MachineError(f"{' '.join(argv)} does not end", help=_SETUP) from error
    if ended.returncode:
        raise _refusal(argv, ended.stderr.strip())


def _refusal(argv: list[str], said: str) -> MachineError:
    last = said.splitlines()[-1] if said else "it does not say why"
    if "no new privileges" in said:
        return MachineError(
            f"the pool's jars cannot be started from here: {last}",
            help="start the server where sudo works: geniejars sys up",
        )
    return MachineError(f"{' '.join(argv)}: {last}", help=_SETUP)
