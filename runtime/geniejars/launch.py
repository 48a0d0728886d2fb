"""Starts a server: detached, in a session of its own, with no descriptor but its log."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import IO

from geniejars.config import Config
from geniejars.configfile import config_as_json
from geniejars.replies import accepted

LONGEST_LOG = 1 << 20
"""Bytes; a log that has outgrown them is begun anew."""


def start_server(config: Config) -> bool:
    """True when it listens, False where another one holds the lock; raises its error."""
    import subprocess

    reader, writer = os.pipe()
    with os.fdopen(reader) as report, _log(config.server_log) as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "geniejars.server", config_as_json(config), str(writer)],
            cwd="/",
            env=_environment(),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            pass_fds=[writer],
            start_new_session=True,
        )
        os.close(writer)
        words = report.read()
        process.wait()
    return bool(words and accepted(json.loads(words)))


def _log(path: Path) -> IO[bytes]:
    is_long = path.exists() and path.stat().st_size > LONGEST_LOG
    flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW | (os.O_TRUNC if is_long else 0)
    return os.fdopen(os.open(path, flags, 0o600), "wb", buffering=0)


def _environment() -> dict[str, str]:
    """Enough to find the same modules; the server hands nothing on."""
    ours = str(Path(__file__).resolve().parents[1])
    folders = [ours, *(folder for folder in sys.path if folder.startswith("/"))]
    return {"PATH": os.defpath, "PYTHONPATH": os.pathsep.join(folders), "PYTHONSAFEPATH": "1"}
