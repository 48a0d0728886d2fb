"""ENV, ARG, WORKDIR, VOLUME, and the instructions that only mean something in an image."""

from __future__ import annotations

import re

from jarbuild.dockerfile import paths
from jarbuild.dockerfile.draft import Draft
from jarbuild.dockerfile.instructions import Instruction
from jarbuild.dockerfile.variables import json_array, pairs, words

_OWN_VARIABLES = frozenset(("HOME", "USER", "LOGNAME", "SHELL", "TMPDIR", "PWD", "HOSTNAME"))
_BUILDKIT = {
    "TARGETPLATFORM": "linux/amd64",
    "TARGETOS": "linux",
    "TARGETARCH": "amd64",
    "TARGETVARIANT": "",
    "BUILDPLATFORM": "linux/amd64",
    "BUILDOS": "linux",
    "BUILDARCH": "amd64",
    "BUILDVARIANT": "",
}
_PROXIES = frozenset(("HTTP_PROXY", "HTTPS_PROXY", "FTP_PROXY", "NO_PROXY", "ALL_PROXY"))
_INSTALLER_ONLY = frozenset(("DEBIAN_FRONTEND",))
_SIGNAL = re.compile(r"[A-Za-z0-9]{1,16}")


def env(draft: Draft, instruction: Instruction) -> None:
    for name, value in pairs(instruction.text):
        if name == "PATH":
            _path(draft, instruction, value)
        elif name in _OWN_VARIABLES:
            draft.drop(instruction, "the jar sets it", f"ENV {name}")
        elif name in _INSTALLER_ONLY:
            draft.note(instruction, "only the system's installer reads it", f"ENV {name}")
        else:
            _set(draft, instruction, name, draft.fill(value, instruction))


def _set(draft: Draft, instruction: Instruction, name: str, value: str) -> None:
    draft.values[name] = value
    if placeholder := draft.port(value):
        draft.late[name] = (instruction.line, placeholder)
    elif "\n" in value:
        draft.drop(instruction, "a value here is one line", f"ENV {name}")
    else:
        draft.add(f"ENV {name}={_moved(draft, value)}", instruction)


def _moved(draft: Draft, value: str) -> str:
    """A place of the app, in the home; only there does ENV know no $HOME."""
    parts = value.split(":") if value.startswith("/") else [value]
    return ":".join(_in_home(draft, part) for part in parts)


def _in_home(draft: Draft, value: str) -> str:
    if not re.fullmatch(r"/[\w.@+/-]+", value):
        return value
    if paths.is_system(value) and not paths.is_within(value, draft.made):
        return value
    place = paths.inside(value)
    return f"/home/jar/{place}" if place else "/home/jar"


def _path(draft: Draft, instruction: Instruction, value: str) -> None:
    """Folders of the app are searched first; those of the system are searched anyway."""
    for folder in value.split(":"):
        if not folder or folder in ("$PATH", "${PATH}"):
            continue
        path = draft.absolute(draft.fill(folder, instruction))
        if paths.is_system(path) and path not in draft.made:
            draft.note(instruction, "the machine's own PATH is searched", folder)
        elif paths.inside(path) not in draft.search:
            draft.search.append(paths.inside(path))


def arg(draft: Draft, instruction: Instruction, globals_: dict[str, str]) -> None:
    for word in words(instruction.text):
        name, equals, value = word.partition("=")
        given = value if equals else None
        if name.upper() in _PROXIES:
            draft.note(instruction, "the manager's proxy reaches every RUN by itself", name)
        elif name not in draft.declared:
            _declare(draft, instruction, name, given, globals_)


def _declare(
    draft: Draft,
    instruction: Instruction,
    name: str,
    given: str | None,
    globals_: dict[str, str],
) -> None:
    value = draft.fill(given, instruction) if given is not None else globals_.get(name)
    if value is None and name in _BUILDKIT:
        value = _BUILDKIT[name]
        draft.note(instruction, f"it is {value!r} unless --arg sets it", name)
    draft.declared.add(name)
    draft.values.setdefault(name, value or "")
    draft.add(f"ARG {name}={value or ''}", instruction)


def workdir(draft: Draft, instruction: Instruction) -> None:
    named = words(draft.fill(instruction.text, instruction)) or ["."]
    draft.workdir = draft.absolute(named[0])
    draft.keep(draft.workdir)
    draft.add(f"WORKDIR {paths.inside(draft.workdir) or '.'}", instruction)


def volume(draft: Draft, instruction: Instruction) -> None:
    for path in words(draft.fill(instruction.text, instruction)):
        target = draft.absolute(path)
        draft.keep(target)
        place = draft.place(path)
        if place == ".":
            draft.drop(instruction, "PERSIST is for a part of the home, not for all of WORKDIR")
            continue
        draft.add(f"PERSIST {place}", instruction)
        why = "PERSIST keeps it in the home through all builds"
        if paths.is_system(target):
            why += f", at {paths.inside(target)}: the app must be told"
        draft.note(instruction, why, f"VOLUME {path}")


def shell(draft: Draft, instruction: Instruction) -> None:
    argv = json_array(instruction.text) or []
    if argv and argv[0].rpartition("/")[2] in ("bash", "ash", "sh", "zsh", "dash"):
        is_plain = argv[0].rpartition("/")[2] in ("sh", "ash", "dash") and argv[1:] == ["-c"]
        draft.shell = () if is_plain else (argv[0].rpartition("/")[2], *argv[1:])
        draft.note(instruction, "each RUN after it names the shell", "SHELL")
    else:
        draft.drop(instruction, "no jar has such a shell")


def stop_signal(draft: Draft, instruction: Instruction) -> None:
    name = draft.fill(instruction.text, instruction)
    if _SIGNAL.fullmatch(name):
        draft.add(f"STOPSIGNAL {name}", instruction)
    else:
        draft.drop(instruction, "STOPSIGNAL takes a plain name or number")


def user(draft: Draft, instruction: Instruction) -> None:
    draft.note(instruction, "a jar is always its own ordinary user")


def label(draft: Draft, instruction: Instruction) -> None:
    draft.add(f"# {instruction.whole}", instruction)
    draft.note(instruction, "a comment: a jar has no labels", instruction.keyword)


def on_build(draft: Draft, instruction: Instruction) -> None:
    draft.drop(instruction, "no build goes on from this one: put it into a file and INCLUDE that")
