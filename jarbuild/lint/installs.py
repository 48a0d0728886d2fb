"""What a command installs: package managers, as far as rules ask about them."""

from __future__ import annotations

import re
from typing import Literal

from attrs import frozen

from jarbuild.lint.shell import Command, Word
from jarbuild.lint.wordlists import words

Kind = Literal["named", "project", "locked"]
"""Packages by name; what a manifest lists; what a lock file lists exactly."""


@frozen
class Install:
    """One install. `packages` are the words that name what is installed, if anything is named."""

    tool: str
    kind: Kind
    packages: tuple[Word, ...] = ()
    is_global: bool = False


@frozen
class _Tool:
    """A package manager: its verbs by kind, and the options of its that take a value."""

    named: frozenset[str] = frozenset()
    project: frozenset[str] = frozenset()
    locked: frozenset[str] = frozenset()
    valued: frozenset[str] = frozenset()
    lock_options: tuple[str, ...] = ()
    global_options: tuple[str, ...] = ()


_NPM_VALUED = words("--prefix -C -w --workspace --registry --cache --loglevel --omit --include")
_PIP_VALUED = words(
    "-r --requirement -c --constraint -i --index-url --extra-index-url -t --target --prefix --root"
    " -f --find-links --python --platform --timeout --cache-dir -e --editable --trusted-host -p"
)
_TOOLS = {
    "npm": _Tool(
        named=words("install i add in isntall"),
        project=words("install i in"),
        locked=words("ci clean-install"),
        valued=_NPM_VALUED,
        global_options=("-g", "--global"),
    ),
    "yarn": _Tool(
        named=words("add"),
        project=words("install"),
        valued=_NPM_VALUED | words("--cwd"),
        lock_options=("--immutable", "--frozen-lockfile"),
    ),
    "pnpm": _Tool(
        named=words("add install i"),
        project=words("install i"),
        valued=_NPM_VALUED | words("--dir"),
        lock_options=("--frozen-lockfile",),
        global_options=("-g", "--global"),
    ),
    "bun": _Tool(
        named=words("add install i"),
        project=words("install i"),
        valued=words("--cwd"),
        lock_options=("--frozen-lockfile",),
        global_options=("-g", "--global"),
    ),
    "pip": _Tool(named=words("install"), project=words("install"), valued=_PIP_VALUED),
    "pipx": _Tool(named=words("install"), valued=_PIP_VALUED | words("--pip-args --suffix")),
    "uv": _Tool(
        named=words("add"),
        project=words("sync"),
        valued=_PIP_VALUED,
        lock_options=("--frozen", "--locked"),
    ),
    "poetry": _Tool(named=words("add"), project=words("install sync"), valued=words("-C -E -G")),
    "bundle": _Tool(project=words("install"), valued=words("--path --jobs -j --gemfile")),
    "gem": _Tool(named=words("install"), valued=words("-v --version -i --install-dir -n -P")),
    "cargo": _Tool(
        named=words("install"),
        project=words("fetch"),
        valued=words("--version --vers --git --branch --tag --rev --path --root --features -F -j"),
    ),
    "go": _Tool(named=words("install"), project=words("download"), valued=words("-tags -ldflags")),
    "composer": _Tool(named=words("require"), project=words("install"), valued=words("-d")),
}
_PIP = re.compile(r"pip[0-9.]*\Z")
_NAMES_LOCK = re.compile(r"-r\Z|--requirement(=|\Z)|-r.")


def install_of(command: Command) -> Install | None:
    """What the command installs; None where it installs nothing, or nobody knows."""
    name, arguments = _tool_and_arguments(command)
    tool = _TOOLS.get(name)
    if tool is None:
        return None
    operands = list(_operands(arguments, tool.valued))
    if not operands:
        return Install(name, _kind(tool, command)) if name == "yarn" and not arguments else None
    verb, packages = operands[0].value, tuple(operands[1:])
    if name == "yarn" and verb == "global" and len(packages) > 1:
        return Install(name, "named", packages[1:], is_global=True)
    is_global = any(command.has_option(option) for option in tool.global_options)
    if packages and verb in tool.named and not _is_own_source(packages):
        return Install(name, "named", packages, is_global)
    return _without_names(name, tool, verb, packages, command)


def _without_names(
    name: str, tool: _Tool, verb: str, packages: tuple[Word, ...], command: Command
) -> Install | None:
    if verb in tool.locked:
        return Install(name, "locked")
    if name == "pip" and not any(_NAMES_LOCK.match(value) for value in command.values):
        return None
    if name == "go" and verb == "mod" and packages and packages[0].value == "download":
        return Install(name, "project")
    if verb in tool.project and not packages:
        return Install(name, _kind(tool, command))
    return None


def _kind(tool: _Tool, command: Command) -> Kind:
    return "locked" if command.has_option(*tool.lock_options) else "project"


def _tool_and_arguments(command: Command) -> tuple[str, tuple[Word, ...]]:
    """`uv pip install` is pip's, `uv tool install` pipx's."""
    values = command.values
    if command.program == "uv" and values[:1] in (("pip",), ("tool",)):
        return {"pip": "pip", "tool": "pipx"}[values[0]], command.arguments[1:]
    return "pip" if _PIP.match(command.program) else command.program, command.arguments


def _operands(arguments: tuple[Word, ...], valued: frozenset[str]) -> list[Word]:
    found: list[Word] = []
    words = iter(arguments)
    for word in words:
        if word.value in valued:
            next(words, None)
        elif not word.value.startswith("-"):
            found.append(word)
    return found


def _is_own_source(packages: tuple[Word, ...]) -> bool:
    """`pip install .` builds what is there already."""
    return all(word.value.startswith((".", "/")) for word in packages)


# Versions

_PIP_VERSION = re.compile(r"===?|~=|[<>]=?|!=|\s@\s|@(git\+|https?:|file:)|\A(git\+|https?:|file:)")
_NPM_VERSION = re.compile(r"(?<=.)@(?!latest\Z|next\Z|\*\Z|x\Z).")
_ELSEWHERE = re.compile(r"\.{0,2}/|[a-z+]+:|.*\.(whl|tgz|tar\.gz|zip|gem)\Z")


def is_pinned(install: Install, word: Word, command: Command) -> bool:
    """Whether the word says which version is meant, or names no package of a registry."""
    name = word.value
    if not word.is_static or _ELSEWHERE.match(name) or name.startswith("."):
        return True
    if install.tool in ("npm", "yarn", "pnpm", "bun"):
        return bool(_NPM_VERSION.search(name))
    if install.tool in ("pip", "pipx", "uv", "poetry"):
        has_constraints = command.has_option("-c", "--constraint") and install.tool == "pip"
        return has_constraints or bool(_PIP_VERSION.search(name)) or "@" in name[1:]
    if install.tool == "gem":
        return ":" in name or command.has_option("-v", "--version")
    if install.tool == "cargo":
        options = ("--version", "--vers", "--rev", "--tag", "--path")
        return "@" in name or command.has_option(*options)
    if install.tool == "composer":
        return ":" in name
    return bool(_NPM_VERSION.search(name)) or not re.match(r"[a-z0-9.-]+\.[a-z]+/", name)
