"""Every command of the ancestor's README, as it is written there, and the essentials it prints."""

from __future__ import annotations

import json
import re
import shlex

import pytest
from machines import Machine

MYAPP = 'TAG myapp\nCOPY hello hello\nCMD ["sh", "-c", "cat hello; sleep 0.5; echo $PORT_1"]\n'

COMMANDS = [
    # command, exit code, a pattern for all it prints (stdout, then stderr)
    ("sys up", 0, r"Server started \(pid \d+\)\n"),
    ("sys up", 0, r"Server already running \(pid \d+\)\n"),
    ("sys status", 0, r"No agents running\n"),
    ("alloc", 0, r"jar001\n$"),
    ("alloc -s", 0, r"jar002\n$"),
    ("alloc --tag myapp", 0, r"jar003\n$"),
    ("alloc --select --backup --no-clear --tag other", 0, r"^jar004\nBackup: \S+\.tar\.gz\n$"),
    ("select jar002", 0, r"Selected: jar002\n$"),
    ("status", 0, r"NAME +ALIAS +STATUS +PROCESS +ALLOCATED AT.*\n-+\n(?s:.*)Selected: jar002\n$"),
    ("status --json", 0, r'^\{\n  "version"(?s:.*)"status": "occupied"'),
    ("build ./myapp", 0, r"Built: jar002 \(myapp_1\)\n"),
    ("build ./myapp/JFile", 0, r"Built: jar002 \(myapp_1\)\n"),
    ("build jar003 ./myapp", 0, r"Built: jar003 \(myapp_2\)\n"),
    ("app up", 0, r"hello\n2000\d\n\[geniejars\] jar002 started \(pid \d+\)\n$"),
    ("app up -n", 0, r"jar002\n\[geniejars\] jar002 started \(pid \d+\)\n$"),
    ("sys status", 0, r"jar002: running \(pid \d+\)\n"),
    ("app up --nowait myapp_2", 0, r"jar003\n"),
    ("app down", 0, r"(Stopped|Not running): jar002\n$"),
    ("app down jar003", 0, r"(Stopped|Not running): jar003\n$"),
    ("exec ls -la", 0, r"total (?s:.*)hello\n$"),
    ('exec "ls | grep hello"', 0, r"hello\n$"),
    ('exec "exit 7"', 7, r"^$"),
    ("normalize", 0, r"Normalized: jar002\n$"),
    ("mount ./link", 0, r"Mounted: \S+/link -> \S+/jar002/home\n$"),
    ("unmount ./link", 0, r"Unmounted: \S+/link\n$"),
    ("mount jar003 ./link", 0, r"Mounted: \S+/link -> \S+/jar003/home\n$"),
    ("unmount ./link", 0, r"Unmounted: \S+/link\n$"),
    ("mount -C ./common", 0, r"Mounted: \S+/common -> \S+common\n$"),
    ("unmount ./common", 0, r"Unmounted: \S+/common\n$"),
    ("free", 0, r"Released: jar002\n$"),
    ("free jar003", 0, r"Released: jar003\n$"),
    ("unselect", 0, r"Selection cleared\n$"),
    ("exec ls", 2, r"no jar selected"),
    ("example install", 0, r"Examples installed in \./geniejars-example/\n"),
    ("sys down", 0, r"Server shut down\n$"),
    ("preconfig", 0, r"geniejars\.config\.json created in "),
    ("preconfig", 2, r"geniejars\.config\.json already exists"),
]
LONG_TEXTS = [("readme", 0, r"# jarbuild"), ("common-issues", 0, r"# ")]


def said(machine: Machine, command: str) -> tuple[int, str]:
    """`geniejars COMMAND`; exit code, stdout and stderr."""
    done = machine.run("geniejars", *shlex.split(command))
    return done.returncode, done.stdout + done.stderr


def test_readme(root_machine: Machine) -> None:
    """All of it works under the same words, in the order of a first session."""
    folder = root_machine.home / "myapp"
    folder.mkdir()
    (folder / "JFile").write_text(MYAPP)
    (folder / "hello").write_text("hello\n")
    root_machine.own(folder)

    for command, expected, pattern in [*COMMANDS, *LONG_TEXTS]:
        code, text = said(root_machine, command)
        assert code == expected, (command, text)
        assert re.search(pattern, text), (command, text)
        if command == "preconfig":
            assert json.loads((root_machine.home / "geniejars.config.json").read_text())


ALIASED = [
    "app up -n",
    "app status",
    "app restart",
    "app down",
    "logs -n 3",
    "exec -d",
    "exec",
    "diff",
    "reset",
    "normalize",
    "backup",
    "select",
    "mount",
    "build",
    "free",
]
REST = {"exec -d": "sleep 9", "exec": "true --", "mount": "./link", "build": "./myapp"}


@pytest.fixture
def myapp(root_machine: Machine) -> Machine:
    """A machine where myapp_1 has been built."""
    folder = root_machine.home / "myapp"
    folder.mkdir()
    (folder / "JFile").write_text('TAG myapp\nCMD ["sleep", "100"]\n')
    root_machine.own(folder)
    assert root_machine.run("jarbuild", folder).returncode == 0
    return root_machine


def test_an_alias_is_a_name(myapp: Machine) -> None:
    """Wherever a command takes a jar, an alias will do."""
    for command in ALIASED:
        if command == "reset":
            said(myapp, "exec myapp_1 'kill $(pidof sleep)'")
        code, text = said(myapp, f"{command} myapp_1 {REST.get(command, '')}")
        assert code == 0, (command, text)
