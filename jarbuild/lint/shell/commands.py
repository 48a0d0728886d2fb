"""Simple commands, and the program that each one starts in the end."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cached_property

from attrs import frozen

from jarbuild.lint.shell.words import Word
from jarbuild.lint.wordlists import words

# Programs that start another one, and their options that take a value.
_WRAPPERS = {
    "exec": words("-a"),
    "command": words(""),
    "env": words("-u -C"),
    "nice": words("-n"),
    "ionice": words("-c -n"),
    "nohup": words(""),
    "setsid": words(""),
    "time": words("-f -o"),
    "timeout": words("-s -k"),
    "stdbuf": words("-i -o -e"),
    "xargs": words("-n -I -P -L -d -s -E -a"),
    "sudo": words("-u -g -h -p -C -r -t -T -U"),
    "doas": words("-u -C"),
}
_ASSIGNMENT = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\+?=")
_PYTHON = re.compile(r"python[0-9.]*\Z")


@frozen
class Assignment:
    """`NAME=value` before a command, or alone."""

    name: str
    value: str
    start: int
    end: int


@frozen
class Redirection:
    """`operator` without its descriptor; `target` is None where the text ends too early."""

    operator: str
    target: Word | None
    start: int
    end: int

    @property
    def writes(self) -> bool:
        return self.operator in (">", ">>", ">|", "&>", "&>>")


@frozen(slots=False)
class Command:
    """A simple command, with the operators around it.

    `program` is what is started in the end, without its folder: `pip` for `env A=1 venv/bin/pip`
    and for `python3 -m pip`. It is empty for bare assignments and redirections.
    """

    words: tuple[Word, ...]
    assignments: tuple[Assignment, ...]
    redirections: tuple[Redirection, ...]
    program: str
    arguments: tuple[Word, ...]
    start: int
    end: int
    before: str  # the operator or reserved word on its left, empty at the start
    after: str  # the operator on its right, empty at the end
    nesting: int  # compound commands around it: if, loops, case, braces, parentheses
    depth: int  # substitutions around it

    @property
    def is_top_level(self) -> bool:
        return self.nesting == 0 and self.depth == 0

    @property
    def name(self) -> str:
        """The first word as written: a wrapper, where one is used."""
        return self.words[0].value if self.words else ""

    @property
    def program_path(self) -> str:
        """The program as it is written, with its folder."""
        return self.words[-len(self.arguments) - 1].value if self.program else ""

    @cached_property
    def values(self) -> tuple[str, ...]:
        return tuple(word.value for word in self.arguments)

    def has_option(self, *options: str) -> bool:
        """Whether one of the options is given: `-y` also in `-qy`, `--out` also as `--out=x`."""
        return any(_is_given(option, value) for option in options for value in self.values)

    def option_value(self, *options: str) -> Word | None:
        """The word that gives an option's value, `--out=x` itself included."""
        for index, word in enumerate(self.arguments):
            if word.value in options:
                following = self.arguments[index + 1 : index + 2]
                return following[0] if following else None
            if word.value.partition("=")[0] in options:
                return word
        return None

    def operands(self, valued: frozenset[str] = frozenset()) -> Iterator[Word]:
        """The arguments that are neither options nor the values of those in `valued`."""
        arguments = iter(self.arguments)
        for word in arguments:
            if word.value in valued:
                next(arguments, None)
            elif word.value == "--":
                yield from arguments
            elif not word.value.startswith("-") or word.value == "-":
                yield word


def _is_given(option: str, value: str) -> bool:
    if option.startswith("--"):
        return value == option or value.startswith(f"{option}=")
    is_cluster = value.startswith("-") and not value.startswith("--")
    return is_cluster and option[1:] in value[1:] if len(option) == 2 else value == option


def invocation(words: Sequence[Word]) -> tuple[str, tuple[Word, ...]]:
    """The program that these words start in the end, and its arguments."""
    index = 0
    while index < len(words) and (wrapper := _base(words[index].value)) in _WRAPPERS:
        following = _behind_wrapper(words, index + 1, wrapper)
        if following == len(words):
            break
        index = following
    if index == len(words):
        return "", ()
    return _as_module(_base(words[index].value), tuple(words[index + 1 :]))


def _behind_wrapper(words: Sequence[Word], index: int, wrapper: str) -> int:
    """Where the wrapped command begins; the end where there is none."""
    awaits_duration = wrapper == "timeout"
    while index < len(words):
        value = words[index].value
        if wrapper == "command" and value in ("-v", "-V"):
            return len(words)  # it only asks whether there is such a program
        if value in _WRAPPERS[wrapper]:
            index += 2
        elif value.startswith("-") or (wrapper == "env" and _ASSIGNMENT.match(value)):
            index += 1
        elif awaits_duration:
            awaits_duration = False
            index += 1
        else:
            return index
    return len(words)


def _as_module(program: str, arguments: tuple[Word, ...]) -> tuple[str, tuple[Word, ...]]:
    """`python3 -m pip install` is `pip install`."""
    if len(arguments) > 1 and arguments[0].value == "-m" and _PYTHON.match(program):
        return arguments[1].value, arguments[2:]
    return program, arguments


def _base(value: str) -> str:
    return value.rpartition("/")[2]
