"""No error is raised that nobody has provoked from the command line and read."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

TOP = Path(__file__).parent.parent.parent
ROOMS = ("jarbuild", "grammar", "runtime")
TRIED_IN = ("tests/cli", "tests/e2e", "tests/cache")
ROOTS = ("JarbuildError", "RequestFailedError", "OrderError", "FolderError", "LaunchError",
         "NamespaceError", "IgnoreError", "PatternError", "BadHostError")  # fmt: skip
"""Of our errors, and of those whose words become part of one."""

BETWEEN_PROGRAMS = {"request", "unscanned", "mismatch", "unknown"}
"""Codes of an agent's answers that only a program hears which breaks the protocol."""

SHORTEST = 6
"""Of a message's fixed parts; without one it passes on the words of another error."""

UNPROVOKED = {
    "a broken agent, zygote or server of ours says it, or hears it": (
        "agent already", "agents run already", "agents still run", "runs as jar number",
        "handed out what is no pipe and no terminal", "an agent handed out what is no TCP socket",
        "the conversation with", "the jar's maker does not answer", "the jar's maker said",
        "not a request", "the jar is on the machine's own network",
        "somebody else keeps the jar's gate", "comes from no file",
        "the agent packed less than it said",
        "this connection has a detached command: open another", "the app's supervisor has died",
        "cannot be made", "the folder cannot be shared",
    ),
    "a race that no command line can lose on purpose": (
        "a folder was moved while its home was handed over", "a jar was started meanwhile",
        "changed while it was read", "is gone since the scan", "the app does not run",
        "the app has ended and is about to start again",
        "the home is in use, and without mount namespaces a RUN needs its name",
        "other jars have got these ids",
    ),
    "another plan is made and executed instead": (
        "a layer of another size", "is missing or damaged", "is not what it should be",
        "the cached result of line", "what is kept of",
        "the cache does not hold the result of step",
    ),
    "the whole machine would have to be spoiled": (
        "free user ids are left on this machine", "belongs to another jar's user",
        "can be changed by others than user", "the probe did not run in",
        "nobody knows any more what the last build made",
        "the pool's jars cannot be started from here", "does not end",
        "the zygote of the pool", "which makes the pool's jars, does not end",
    ),
    "the parser refuses it; a library may not": (
        "is no file name", "is no file name: it holds a NUL", "is not in the home of",
        "there is no signal",
    ),
    "a proxy says it to a program in a jar": ("there is no port",),
}  # fmt: skip
"""By the reason; tests of these rooms play each, where a stand-in can."""


def fixed_parts() -> Iterator[str]:
    """The longest fixed part of the message of each of our errors, wherever one is raised."""
    families = set(error_names())
    for call in (node for tree in trees(ROOMS) for node in ast.walk(tree)):
        if isinstance(call, ast.Call) and call.args and name_of(call.func) in families:
            words = [text for argument in call.args for text in constants(argument)]
            longest = max((part.strip(" :,;/'.") for part in words), key=len, default="")
            if len(longest) >= SHORTEST and words[0] not in BETWEEN_PROGRAMS:
                yield longest


def error_names() -> Iterator[str]:
    """The roots and all that are made of them."""
    found = {*ROOTS}
    classes = [n for tree in trees(ROOMS) for n in ast.walk(tree) if isinstance(n, ast.ClassDef)]
    while new := {c.name for c in classes if {*map(name_of, c.bases)} & found} - found:
        found |= new
    return iter(found)


def trees(folders: tuple[str, ...]) -> Iterator[ast.Module]:
    for folder in folders:
        for path in {*(TOP / folder).rglob("*.py")} - {Path(__file__)}:
            yield ast.parse(path.read_text("utf-8"))


def name_of(node: ast.expr) -> str:
    return node.id if isinstance(node, ast.Name) else getattr(node, "attr", "")


def constants(node: ast.AST) -> list[str]:
    found = (part.value for part in ast.walk(node) if isinstance(part, ast.Constant))
    return [value for value in found if isinstance(value, str)]


def test_every_error_is_provoked() -> None:
    """Each message is quoted by a test of the commands, or named above with the reason."""
    quoted = "\n".join(text for tree in trees(TRIED_IN) for text in constants(tree))
    unprovoked = {part for part in fixed_parts() if part not in quoted}

    assert unprovoked == {part for parts in UNPROVOKED.values() for part in parts}
