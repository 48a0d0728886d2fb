"""What a command downloads, and what makes sure that it is the right thing."""

from __future__ import annotations

import re
from collections.abc import Iterator

from jarbuild.lint.shell import Command, Script, Word
from jarbuild.lint.wordlists import words

_URL = re.compile(r"(?:https?|ftp)://", re.IGNORECASE)
_LOCAL = re.compile(r"https?://(?:localhost|127\.|\[::1\]|0\.0\.0\.0)", re.IGNORECASE)
INTERPRETERS = words("sh bash dash ash zsh ksh python python3 node perl ruby php source . eval")
_VERIFIERS = words(
    "sha256sum sha512sum sha384sum sha1sum md5sum b2sum shasum gpg gpgv cosign minisign"
    " signify openssl rhash"
)
# A version, or a long hexadecimal name, in the path: the file behind it does not change.
_VERSIONED = re.compile(r"[0-9]+\.[0-9]+|\b[0-9a-f]{12,}\b|\bv[0-9]+\b")


def is_downloader(command: Command) -> bool:
    return command.program in ("curl", "wget")


def urls(command: Command) -> Iterator[Word]:
    """The addresses that the command is given, the machine's own left out."""
    for word in command.arguments:
        if _URL.match(word.value) and not _LOCAL.match(word.value):
            yield word


def is_versioned(url: str) -> bool:
    """Whether the address itself says which version it is."""
    _, _, path = url.partition("://")
    return bool(_VERSIONED.search(path.partition("/")[2]))


def keeps_file(command: Command) -> bool:
    """Whether the download ends up in a file, rather than on the output or nowhere."""
    if command.program == "wget":
        to_output = any(value == "-" or value.endswith("O-") for value in command.values)
        return not (to_output or command.has_option("--spider"))
    if command.has_option("-o", "-O", "--output", "--remote-name"):
        return True
    return any(redirection.writes for redirection in command.redirections)


def verifies(script: Script) -> bool:
    """Whether the script compares something with a checksum or a signature."""
    return any(command.program in _VERIFIERS for command in script.commands)


def is_piped_to(script: Script, index: int, programs: frozenset[str]) -> bool:
    """Whether the output of `script.commands[index]` goes through one of the programs."""
    current = script.commands[index]
    for command in script.commands[index + 1 :]:
        if current.after not in ("|", "|&"):
            return False
        if command.depth == current.depth and command.start >= current.end:
            if command.program in programs:
                return True
            current = command
    return False
