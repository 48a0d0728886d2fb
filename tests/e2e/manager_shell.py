"""Runs jarbuild's commands for a manager, each in a child of a process that has loaded them all.

A line of JSON in, {"program", "argv", "cwd", "env", "input", "timeout"}; a line out, {"code",
"out", "err"}. The same commands as typed, without an interpreter's start for each.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from importlib import import_module
from tempfile import TemporaryFile
from typing import IO, Any

from jarbuild import cli, commands
from jarbuild.commands import jars

_LATE = ("jarbuild.commands.build", "geniejars.client", "geniejars.runner", "geniejars.home")
for _module in (*commands.MODULES.values(), *jars.MODULES.values(), *_LATE):
    import_module(_module)


def main() -> None:
    for line in sys.stdin:
        print(json.dumps(_run(json.loads(line))), flush=True)


def _run(told: dict[str, Any]) -> dict[str, Any]:
    with TemporaryFile() as given, TemporaryFile() as out, TemporaryFile() as err:
        given.write(told["input"].encode())
        given.seek(0)
        child = os.fork()
        if child == 0:
            _become(told, given, out, err)
        code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        return {"code": code, "out": _text(out), "err": _text(err)}


def _become(told: dict[str, Any], *standard: IO[bytes]) -> None:
    code = 70
    try:
        for number, file in enumerate(standard):
            os.dup2(file.fileno(), number)
        os.environ.clear()
        os.environ.update(told["env"])
        os.chdir(told["cwd"])
        signal.alarm(told["timeout"])
        program = cli.geniejars if told["program"] == "geniejars" else cli.main
        code = program(told["argv"])
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def _text(file: IO[bytes]) -> str:
    file.seek(0)
    return file.read().decode(errors="backslashreplace")


if __name__ == "__main__":
    main()
