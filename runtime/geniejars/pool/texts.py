"""What setup writes into the files of a pool: program, sudo rule, tmpfiles entry and unit."""

from __future__ import annotations

from pathlib import Path

from geniejars.pool.places import PoolPlaces

LONGEST_INTERPRETER = 120
"""The kernel reads 127 bytes of a `#!` line where it is older than 5.1 (execve(2))."""


def program(at: PoolPlaces, python: Path) -> str:
    """-I and -S: neither the environment nor the working folder nor a site file has a say."""
    return f"""\
#!{python} -IS
# The zygote of the pool {at.pool}, written by `geniejars setup`.
import sys

sys.path.append("{at.folder}")
from genieagent import daemon

daemon.main("{at.facts}", sys.argv[1:])
"""


def sudo_rule(at: PoolPlaces, manager: str, uid: int) -> str:
    """sudoers(5): `""` allows no arguments. The number is the user's, whatever its name holds."""
    return f"""\
# The pool {at.pool}, written by `geniejars setup`: {manager} may start what makes its jars.
#{uid} ALL=(root) NOPASSWD:NOSETENV: {at.program} ""
"""


def tmpfiles_entry(at: PoolPlaces) -> str:
    """tmpfiles.d(5)"""
    return f"""\
# The pool {at.pool}, written by `geniejars setup`.
d {at.run.parent} 0755 root root -
d {at.run} 0711 root root -
"""


def unit(at: PoolPlaces) -> str:
    """systemd.service(5). Started on demand, so nothing wants it; its cgroup is the pool's to use
    (Delegate), and the control group ends with it: the end of a zygote is the end of its jars."""
    return f"""\
[Unit]
Description=Makes and ends the jars of the pool {at.pool}
Documentation=file:{at.folder}
RequiresMountsFor={at.folder}

[Service]
Type=notify
ExecStart={at.program} --foreground
Delegate=yes
TasksMax=infinity
OOMPolicy=continue
"""
