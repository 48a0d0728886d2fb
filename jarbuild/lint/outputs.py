"""Where a command writes: redirections, and the options and arguments that name files."""

from __future__ import annotations

from collections.abc import Iterator

from jarbuild.lint.shell import Command, Word
from jarbuild.lint.wordlists import words

_LAST_ARGUMENT = words("cp mv install ln rsync")
_ALL_ARGUMENTS = words("mkdir touch tee truncate")
_MODES = words("-m --mode -o -g -t -s -r -d --reference")
_OPTIONS = {
    "curl": ("-o", "--output"),
    "wget": ("-O", "--output-document", "-P", "--directory-prefix"),
    "tar": ("-C", "--directory"),
    "unzip": ("-d",),
}


def written_words(command: Command) -> Iterator[Word]:
    """Each word that names what is written to."""
    for redirection in command.redirections:
        if redirection.writes and redirection.target:
            yield redirection.target
    if command.program in _ALL_ARGUMENTS:
        yield from command.operands(_MODES)
    elif command.program in _LAST_ARGUMENT:
        yield from list(command.operands())[1:][-1:]
    elif _extracts(command) and (word := command.option_value(*_OPTIONS[command.program])):
        yield word


def _extracts(command: Command) -> bool:
    """`tar -C` is also where an archive's files come from."""
    if command.program != "tar":
        return command.program in _OPTIONS
    return "x" in "".join(command.values[:1]) or command.has_option("-x", "--extract", "--get")
