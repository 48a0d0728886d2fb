"""The commands of a RUN: which of them a jar can execute, and how they read in a home."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from attrs import frozen

from jarbuild.dockerfile.paths import is_system, is_within
from jarbuild.lint.layout import Layout
from jarbuild.lint.outputs import written_words
from jarbuild.lint.rules.jf304_needs_root import needs_root
from jarbuild.lint.shell import Command, Script, read_script

_INSTALLERS = frozenset(
    ("apt-get", "apt", "aptitude", "apk", "dnf", "yum", "microdnf", "zypper", "tdnf")
)
_INSTALLING = frozenset(("install", "add", "in", "groupinstall"))
_TENDING = frozenset(("clean", "autoclean", "autoremove", "update", "upgrade", "purge", "del"))
_JOINERS = ("&&", ";", "\n")
_BLANKS = re.compile(r"(?:\s|\\\n|\\\Z)+\Z")
"""What is left of a continuation where the joiner behind it is cut off."""

_CLEANED = re.compile(r"/var/|/tmp/|/usr/share/|/root/\.|/etc/apt|/\.cache")
_GLOBAL = re.compile(r"(?<=\s)(?:-g|--global|--location=global)(?=\s|\Z)")


@frozen
class Part:
    """A command between two joiners, as it is written; `joiner` stands on its left."""

    text: str
    joiner: str
    commands: tuple[Command, ...]

    @property
    def is_simple(self) -> bool:
        return all(c.nesting == 0 for c in self.commands if c.depth == 0)

    @property
    def root_work(self) -> tuple[str, ...]:
        return tuple(w for c in self.commands if c.depth == 0 and (w := needs_root(c)))

    def written_system(self, made: Iterable[str]) -> str | None:
        """A place of the machine's that it would write to."""
        for command in self.commands:
            changed = command.operands() if _changes(command) else ()
            for path in (word.value for word in (*written_words(command), *changed)):
                if _is_the_machines(path) and not is_within(path, made):
                    return str(path)
        return None

    @property
    def packages(self) -> tuple[str, ...]:
        """The system packages that it installs."""
        return tuple(name for c in self.commands for name in _packages(c))

    @property
    def is_cleanup(self) -> bool:
        """Whether it only makes an image smaller, or knows of newer packages."""
        return len(self.commands) == 1 and _is_cleanup(self.commands[0])


def read_shell(text: str) -> Script:
    return read_script(Layout(text, ()))


def parts(script: Script) -> tuple[Part, ...]:
    """The script cut at its top level, in order; nothing of it is lost."""
    starts = list(_starts(script))
    found = []
    for index, (start, joiner, first) in enumerate(starts):
        following = starts[index + 1] if index + 1 < len(starts) else None
        stop = following[2] if following else len(script.commands)
        end = script.text.rfind(following[1], start, following[0]) if following else None
        commands = script.commands[first:stop]
        found.append(Part(_BLANKS.sub("", script.text[start:end]).strip(), joiner, tuple(commands)))
    return tuple(found)


def _starts(script: Script) -> Iterator[tuple[int, str, int]]:
    """Where each part begins, what stands before it, and the number of its first command."""
    for index, command in enumerate(script.commands):
        if index == 0:
            yield 0, "", 0
        elif command.is_top_level and command.before in _JOINERS:
            yield command.start, command.before, index


def joined(kept: Iterable[Part]) -> str:
    """The parts that are left, one a line."""
    text = ""
    for part in kept:
        if not text:
            text = part.text
        else:
            joiner = "; " if part.joiner == "\n" else f"{part.joiner} "
            text += f" {joiner}\\\n    {part.text}" if joiner[0] == "&" else f"{joiner}{part.text}"
    return text


def installs_python(script: Script) -> bool:
    """Whether pip would install into the system's Python."""
    return any(
        command.program in ("pip", "pip3", "uv") and "install" in command.values
        and not command.program_path.startswith(("/", "$", "venv", ".venv"))
        for command in script.commands
    )  # fmt: skip


def with_own_prefix(text: str) -> str:
    """`npm install -g` into the home instead of the machine."""
    return _GLOBAL.sub('--global --prefix "$HOME/.local"', text)


def installs_globally(script: Script) -> bool:
    return any(c.program == "npm" and c.has_option("-g", "--global") for c in script.commands)


def _is_the_machines(path: str) -> bool:
    """Everybody may write to devices and to a private /tmp."""
    return is_system(path) and not path.startswith(("/dev/", "/tmp", "/var/tmp", "/proc/self/"))  # noqa: S108


def _changes(command: Command) -> bool:
    return command.program in ("chmod", "ln", "install", "tee", "mkdir")


def _packages(command: Command) -> Iterator[str]:
    operands = [word.value for word in command.operands(frozenset(("-t", "-o", "--virtual")))]
    if command.program in _INSTALLERS and _INSTALLING & set(operands[:1]):
        yield from (word for word in operands[1:] if word != "*" and not word.startswith("$"))


def _is_cleanup(command: Command) -> bool:
    values = [word.value for word in command.operands()]
    if command.program in _INSTALLERS:
        return bool(_TENDING & set(values[:1]))
    return command.program == "rm" and bool(values) and all(map(_CLEANED.match, values))
