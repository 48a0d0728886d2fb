"""What jars did with their network: a line for each connection they asked for."""

from __future__ import annotations

import json
import os
import threading
from contextlib import suppress
from pathlib import Path
from typing import Literal

from attrs import Factory, asdict, define, frozen

from genieagent.jar import Role
from geniejars.config import Config
from geniejars.folders import make_folder
from geniejars.state import now

Verdict = Literal["allowed", "refused", "failed"]

LONGEST = 4 << 20
"""Bytes; what was written before is kept once more under `.1`, so that no jar fills a disk."""


@frozen
class Visit:
    """One connection: where a jar wanted to go, whether it may, and where that led: to an address,
    or `via` the manager's own proxy."""

    time: str
    jar: str
    role: Role
    target: str
    verdict: Verdict
    address: str | None
    via: str | None
    reason: str | None


def audit_file(config: Config, jar: str) -> Path:
    return config.log_dir / f"{jar}.network.log"


def forget_audit(config: Config, jar: str) -> None:
    """A new tenant has visited nothing."""
    file = audit_file(config, jar)
    for path in (file, _older(file)):
        path.unlink(missing_ok=True)


def read_audit(config: Config, jar: str) -> list[str]:
    """The lines, oldest first: a JSON object each."""
    file = audit_file(config, jar)
    lines: list[str] = []
    for path in (_older(file), file):
        with suppress(FileNotFoundError):
            lines += path.read_text().splitlines()
    return lines


def _older(file: Path) -> Path:
    return file.with_name(f"{file.name}.1")


@define
class AuditLog:
    """Where one jar's visits are written; from any thread."""

    config: Config
    jar: str
    role: Role
    _lock: threading.Lock = Factory(threading.Lock)

    def note(
        self,
        target: str,
        verdict: Verdict,
        *,
        address: str | None = None,
        via: str | None = None,
        reason: str | None = None,
    ) -> None:
        visit = Visit(now(), self.jar, self.role, target, verdict, address, via, reason)
        with self._lock:
            self._append(json.dumps(asdict(visit)).encode() + b"\n")

    def _append(self, line: bytes) -> None:
        make_folder(self.config.log_dir, 0o700)
        file = audit_file(self.config, self.jar)
        flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW | os.O_CLOEXEC
        with os.fdopen(os.open(file, flags, 0o600), "wb", buffering=0) as log:
            log.write(line)
            is_long = log.tell() > LONGEST
        if is_long:
            file.replace(_older(file))
