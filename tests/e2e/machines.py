"""The kinds of users and machines that a jar is built on, played for real.

As root all of them are played: root itself, root where namespaces are refused, and ordinary
users made for the test. An ordinary user plays only itself.
"""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from accounts import PREFIX, SUBORDINATE, add_account, remove_account
from prompts import typed

TOP = Path(__file__).parent.parent.parent
WITHOUT_NAMESPACES = TOP / "tests/runtime/without_namespaces.py"
WITHOUT_MECHANISM = TOP / "tests/runtime/without_mechanism.py"
SYSTEM_PYTHON = "/usr/bin/python3"
OURS = ("jarbuild", "geniejars")


@dataclass(frozen=True)
class Kind:
    """Who builds: as which user, and whether namespaces are refused."""

    name: str
    label: str | None  # the isolation it gets; None where it is refused
    user: str | None = None  # a user to make; None is whoever runs the tests
    subordinate: bool = False
    namespaces: bool = True

    def add_user(self) -> None:
        assert self.user
        add_account(self.user, SUBORDINATE if self.subordinate else None)

    def remove_user(self) -> None:
        assert self.user
        remove_account(self.user)


KINDS = (
    Kind("root", "full"),
    Kind("root-without-namespaces", "no-namespaces", namespaces=False),
    Kind("user-with-range", "full", user=f"{PREFIX}range", subordinate=True),
    Kind("user-without-range", "single", user=f"{PREFIX}single"),
)
REFUSED = Kind("user-without-namespaces", None, user=f"{PREFIX}weak", namespaces=False)
MYSELF = Kind("myself", None)
PLAYED = KINDS if os.geteuid() == 0 else (MYSELF,)
FAR_APART = PLAYED[1:3] or PLAYED
"""Two kinds that have the least in common, for what takes long and is much the same on all."""


@dataclass
class Machine:
    """A home of its own on this machine, and the installed commands."""

    kind: Kind
    home: Path
    scripts: Path
    environment: dict[str, str] = field(default_factory=dict)

    def command(self, argv: Sequence[str]) -> list[str]:
        """argv as this kind of user runs it."""
        python = str(self.scripts / "python")
        launcher = [] if self.kind.namespaces else [python, str(self.launcher)]
        switch = ["setpriv", f"--reuid={self.kind.user}", f"--regid={self.kind.user}",
                  "--clear-groups", "--"] if self.kind.user else []  # fmt: skip
        return [*switch, *launcher, *argv]

    @property
    def launcher(self) -> Path:
        return self.scripts.parent.parent / WITHOUT_NAMESPACES.name

    def lacking(self, mechanism: str) -> list[str]:
        """What a command begins with that runs as if this kernel lacked Landlock or seccomp."""
        launcher = self.scripts.parent.parent / WITHOUT_MECHANISM.name
        return [str(self.scripts / "python"), str(launcher), mechanism]

    def run(
        self,
        *argv: str | Path,
        cwd: Path | None = None,
        timeout: int = 180,
        env: Mapping[str, str] | None = None,
        stdin: str | None = None,
    ) -> subprocess.CompletedProcess[str]:
        """Run a command to its end. Ours are typed at a prompt, without an interpreter's start for
        each; by its path also one of ours is started as a program."""
        words = [str(word) for word in argv]
        surroundings = {
            "cwd": str(cwd or self.home),
            "env": {**self.clean_environment(), **(env or {})},
            "input": stdin or "",
            "timeout": timeout,
        }
        if words[0] in OURS:
            told = {"program": words[0], "argv": words[1:], **surroundings}
            said = typed(self.command([str(self.scripts / "python")]), told)
            return subprocess.CompletedProcess(words, said["code"], said["out"], said["err"])
        return subprocess.run(
            self.command(words), capture_output=True, text=True, check=False, **surroundings
        )

    def clean_environment(self) -> dict[str, str]:
        reach = {k: v for k, v in os.environ.items() if k.startswith(REACH)}
        return {"PATH": "/usr/local/bin:/usr/bin:/bin", "HOME": str(self.home), "LANG": "C.UTF-8",
                **reach, **self.environment}  # fmt: skip

    def project(self, source: Path, name: str | None = None) -> Path:
        """A copy of a folder in this user's home, owned by it."""
        target = self.home / (name or source.name)
        shutil.copytree(source, target, symlinks=True)
        self.own(target)
        return target

    def own(self, top: Path) -> None:
        """Give a folder and all in it to this user."""
        if self.kind.user:
            subprocess.run(["chown", "-R", f"{self.kind.user}:", str(top)], check=True)


REACH = ("PIP_", "SSL_CERT", "NODE_EXTRA", "REQUESTS_CA", "CURL_CA", "HTTP", "http", "NO_PROXY")
"""How this machine reaches the package registries."""


def is_root() -> bool:
    return os.geteuid() == 0


def my_name() -> str:
    return pwd.getpwuid(os.geteuid()).pw_name


def install(folder: Path) -> Path:
    """Install this checkout for everybody below `folder`; the folder of its scripts comes back."""
    python = SYSTEM_PYTHON if is_root() else sys.executable
    subprocess.run([python, "-m", "venv", str(folder / "venv")], check=True)
    scripts = folder / "venv/bin"
    subprocess.run([scripts / "pip", "install", "--quiet", str(TOP)], check=True)
    for launcher in (WITHOUT_NAMESPACES, WITHOUT_MECHANISM):
        shutil.copy(launcher, folder)
    subprocess.run(["chmod", "-R", "a+rX", str(folder)], check=True)
    return scripts
