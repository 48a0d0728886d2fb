"""JF304: a command that only root can execute."""

from __future__ import annotations

from jarbuild.lint.document import Document
from jarbuild.lint.finding import ERROR
from jarbuild.lint.rule import Remark, Remarks, Rule
from jarbuild.lint.shell import Command
from jarbuild.lint.wordlists import words

_ALWAYS = words(
    "sudo doas su useradd adduser userdel groupadd addgroup usermod passwd chpasswd visudo"
    " mount umount modprobe insmod systemctl service update-rc.d ldconfig update-alternatives"
    " iptables ip6tables nft swapon chroot apt-key add-apt-repository locale-gen update-ca-"
    " certificates dpkg-reconfigure setcap sysctl"
)
_CHANGING = words(
    "install remove purge update upgrade dist-upgrade full-upgrade autoremove build-dep add"
    " del erase reinstall groupinstall makecache"
)
_PACKAGE_MANAGERS = words(
    "apt apt-get aptitude apk dnf yum microdnf zypper pacman tdnf emerge snap"
)


def check(document: Document) -> Remarks:
    for _, script in document.scripts:
        for command in script.commands:
            if (what := needs_root(command)) is not None:
                yield Remark(
                    script.span(command),
                    f"{what} needs root, and a jar is an ordinary user",
                    help=_way_out(what),
                )


def needs_root(command: Command) -> str | None:
    """What it is that only root can do; None for anything else."""
    program = command.program
    if _is_own(command.program_path):
        return None
    if command.name.rpartition("/")[2] in ("sudo", "doas"):
        return command.name
    if program in _ALWAYS:
        return program
    if program in _PACKAGE_MANAGERS and (_CHANGING & set(command.values) or _is_pacman(command)):
        return program
    if program == "dpkg" and command.has_option("-i", "--install", "-r", "-P"):
        return "dpkg -i"
    if program in ("chown", "chgrp") and (owner := next(command.operands(), None)):
        return program if owner.is_static else None
    return None


def _is_own(path: str) -> bool:
    """`./service` is a script of the project's, not the system's program."""
    return "/" in path and not path.startswith("/")


def _is_pacman(command: Command) -> bool:
    return command.program == "pacman" and any(v.startswith("-S") for v in command.values)


def _way_out(what: str) -> str:
    if what in _PACKAGE_MANAGERS or what == "dpkg -i":
        return "install it on the machine, and write DEPEND /usr/bin/NAME here"
    if what in ("chown", "chgrp"):
        return "leave it out: everything in the home belongs to the jar"
    return "leave it out, or do it on the machine"


RULE = Rule(
    code="JF304",
    name="needs-root",
    severity=ERROR,
    why="""A jar is confined to its home, as an ordinary user, and nothing inside can become root.
System packages are the manager's to install; DEPEND says that they must be there. Libraries of a
language go into the home, with a virtual environment or node_modules.""",
    bad="RUN apt-get install -y git",
    good="DEPEND /usr/bin/git\nRUN git --version",
    check=check,
)
