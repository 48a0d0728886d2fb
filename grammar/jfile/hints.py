"""What a line that the grammar refused was probably meant to be."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable
from functools import lru_cache, partial

from .errors import Diagnostic, diagnose
from .flag_hints import explain_flag
from .foreign import dockerfile_directive
from .json_hints import explain_json
from .logical import KEYWORDS, LogicalLine, first_word
from .nodes import Text
from .slips import Slip, first_found

# What each directive needs, in words and in its own.
_NEEDS = {
    "TAG": ("a name", "TAG NAME"),
    "ENV": ("a name and a value", "ENV NAME=VALUE"),
    "ARG": ("a name", "ARG NAME or ARG NAME=DEFAULT"),
    "WORKDIR": ("a folder", "WORKDIR FOLDER"),
    "COPY": ("a source and a destination", "COPY [FLAGS] SOURCE… DEST"),
    "RUN": ("a command", "RUN [FLAGS] COMMAND"),
    "CMD": ("a command", 'CMD COMMAND or CMD ["PROGRAM", "ARGUMENT", …]'),
    "DEPEND": ("a path", "DEPEND PATH"),
    "ADDPATH": ("a folder", "ADDPATH FOLDER"),
    "IMPORT": ("a variable's name", "IMPORT NAME"),
    "INCLUDE": ("a file", "INCLUDE FILE"),
    "PERSIST": ("a path", "PERSIST PATH"),
    "HEALTHCHECK": ("a command", "HEALTHCHECK [FLAGS] CMD COMMAND or HEALTHCHECK NONE"),
    "STOPSIGNAL": ("a signal", "STOPSIGNAL NAME"),
}

_NAME = r"[A-Za-z_][A-Za-z0-9_]*"
_FLAGS = r"(?:--\S+(?:\s+|\Z))"
_Missing = partial(Slip, "JF003")
_Count = partial(Slip, "JF004")

# What follows the keyword, by keyword. The first row that fits speaks.
_SLIPS: dict[str, tuple[Slip, ...]] = {
    "TAG": (_Count(r"(?P<at>\S+\s.*)", "TAG takes one word", hint="join the words with -"),),
    "IMPORT": (
        _Count(r"(?P<at>\S+\s.*)", "IMPORT takes one name", hint="write one IMPORT for each"),
    ),
    "ENV": (
        _Missing(r"(?P<at>=.*)", "ENV needs a name before the ="),
        _Missing(
            rf"(?P<at>(?P<key>{_NAME})(?:\s*:\s*|\s+)(?P<value>\S.*))",
            "ENV needs a = between name and value",
            hint="did you mean ENV {key}={value}?",
            replacement="{key}={value}",
        ),
        _Missing(
            rf"(?P<at>(?P<key>{_NAME}))\Z",
            "ENV {key} has no value",
            hint="IMPORT {key} takes the manager's value, ENV {key}= sets an empty one",
        ),
        _Missing(r"(?P<at>.*)", "ENV needs a = between name and value"),
    ),
    "ARG": (
        Slip(
            "JF013",
            rf"(?P<at>(?P<key>{_NAME})(?:\s*[:=]\s*|\s+)(?P<value>\S.*))",
            "ARG takes one name, and after a = its default",
            hint="did you mean ARG {key}={value}?",
            replacement="{key}={value}",
        ),
        Slip("JF013", r"(?P<at>[^\s=]*)", "{at!r} is not a name", expected="letters, digits and _"),
    ),
    "COPY": (
        _Missing(rf"(?P<at>{_FLAGS}+)\Z", "COPY needs a source and a destination"),
        _Count(
            rf"{_FLAGS}*(?P<at>(?P<source>\S+))\Z",
            "COPY needs a source and a destination",
            hint="did you mean COPY {source} {source}?",
            replacement="{source} {source}",
        ),
    ),
    "RUN": (
        _Missing(rf"(?P<at>{_FLAGS}+)\Z", "RUN needs a command"),
        _Missing(r"(?P<at><<\S+)\s*\n\s*\S+\Z", "the here-document is empty"),
    ),
    "HEALTHCHECK": (
        _Missing(rf"(?P<at>{_FLAGS}*(?:(?i:CMD)\s*)?)\Z", "HEALTHCHECK needs a command"),
        _Count(r"(?i:NONE)\s+(?P<at>.*)", "nothing may follow HEALTHCHECK NONE"),
        _Missing(
            rf"{_FLAGS}*(?P<at>(?P<command>\S.*))",
            "HEALTHCHECK needs CMD before its command",
            hint="did you mean HEALTHCHECK CMD {command}?",
            replacement="CMD {command}",
        ),
    ),
    "STOPSIGNAL": (
        _Count(r"(?P<at>\S+\s.*)", "STOPSIGNAL takes one name"),
        Slip(
            "JF013",
            r"(?P<at>.*)",
            "{at!r} is not a signal",
            expected="a signal's name, as TERM or SIGTERM, or its number, 1 to 64",
        ),
    ),
}

# Lines that begin with no directive.
_Unknown = partial(Slip, "JF001")
_STRAY = (
    _Unknown(
        r"(?P<at><{7}|={7}|>{7})(?=\s|\Z)",
        "a conflict marker of git is left in the file",
        hint="resolve the conflict",
    ),
    _Unknown(
        rf"(?P<at>(?P<key>(?i:{'|'.join(sorted(KEYWORDS))}))[:=]\s*)",
        "a blank stands behind {key}",
        hint="did you mean {key} …?",
        replacement="{key} ",
    ),
    _Unknown(
        r"(?P<at>[\]\"'])",
        "the line continues an array, but the line above does not end in a backslash",
        hint="end the line above with \\",
    ),
    _Unknown(
        r"(?P<at>//|/\*|--(?=\s)|;|%|\(\*)",
        "comments begin with #",
        replacement="#",
    ),
    _Unknown(
        r"(?P<at>&&|\|\|?|&|\\)",
        "the line continues a command, but the line above does not end in a backslash",
        hint="end the line above with \\ (a blank line ends a continuation)",
    ),
    _Unknown(
        rf"(?P<at>(?:(?i:export|set|setenv|declare -x)\s+)?(?P<key>{_NAME})=(?P<value>.*))",
        "a variable is set with ENV",
        hint="did you mean ENV {key}={value}?",
        replacement="ENV {key}={value}",
    ),
    _Unknown(
        r"(?P<at>[$>]\s+(?P<command>\S.*))",
        "a command is run with RUN",
        hint="did you mean RUN {command}?",
        replacement="RUN {command}",
    ),
)
_SHELL_WORDS = frozenset((
    "apt", "apt-get", "bash", "cargo", "cat", "cd", "chmod", "chown", "cp", "curl", "echo", "git",
    "go", "make", "mkdir", "mv", "node", "npm", "npx", "pip", "pip3", "pnpm", "python", "python3",
    "rm", "sh", "source", "sudo", "tar", "touch", "uv", "wget", "yarn",
))  # fmt: skip
_MEANT = {
    "DEPENDS": "DEPEND",
    "EXPORT": "ENV",
    "PATH": "ADDPATH",
    "REQUIRE": "DEPEND",
    "SECRET": "IMPORT",
    "SET": "ENV",
    "VAR": "ENV",
}
# Nobody misspells a keyword into something longer; and difflib's time grows with the square.
_LONGEST_MISSPELLING = 16
_QUOTE = re.compile(r"[\"']")


def explain(line: LogicalLine, position: int, expected: frozenset[str]) -> Diagnostic:
    """Why the grammar stopped at `position`; `expected` are the terminals that fit there."""
    keyword = line.keyword
    if position == 0 or keyword not in KEYWORDS:
        return _unknown_directive(line)
    start = _arguments(line)
    if start == len(line.text):
        return _missing(line)
    return (
        explain_json(line, position, expected)
        or explain_flag(line, position)
        or first_found(_SLIPS.get(keyword, ()), line, start)
        or _unexpected(line, position)
    )


def nearest(word: str, candidates: Iterable[str]) -> str | None:
    """The candidate that was probably meant."""
    if len(word) > _LONGEST_MISSPELLING:
        return None
    return next(iter(difflib.get_close_matches(word, candidates, n=1, cutoff=0.65)), None)


def quoted_names(names: tuple[Text, ...]) -> Diagnostic | None:
    """Names that a pair of quotes was meant to hold together."""
    for name in names:
        if len(names) > 2 and len(_QUOTE.findall(str(name))) == 1:
            return diagnose(
                "JF004",
                "quotes do not hold words together",
                name.span,
                hint='names with blanks stand in an array: COPY ["a b", "dest"]',
            )
    return None


def _arguments(line: LogicalLine) -> int:
    """Where what follows the keyword begins."""
    rest = line.text[len(first_word(line.text)) :]
    return len(line.text) - len(rest.lstrip())


def _missing(line: LogicalLine) -> Diagnostic:
    what, usage = _NEEDS[line.keyword]
    return diagnose(
        "JF003",
        f"{line.keyword} needs {what}",
        line.span(0, len(line.text)),
        expected=usage,
    )


def _unexpected(line: LogicalLine, position: int) -> Diagnostic:
    return diagnose(
        "JF004",
        f"this does not belong to a {line.keyword}",
        line.span(position, len(line.text)),
        expected=_NEEDS[line.keyword][1],
    )


def _unknown_directive(line: LogicalLine) -> Diagnostic:
    return dockerfile_directive(line) or first_found(_STRAY, line, 0) or _misspelled(line)


def _misspelled(line: LogicalLine) -> Diagnostic:
    word = first_word(line.text)
    meant = _meant(line.keyword)
    hint = f"did you mean {meant}?" if meant else None
    if not meant and word in _SHELL_WORDS:
        meant, hint = f"RUN {word}", f"a command is run with RUN {word} …"
    return diagnose(
        "JF001",
        f"unknown directive {word[:_LONGEST_MISSPELLING]}",
        line.span(0, len(word)),
        expected=None if hint else f"one of {', '.join(sorted(KEYWORDS))}",
        hint=hint,
        replacement=meant,
    )


@lru_cache(maxsize=256)
def _meant(keyword: str) -> str | None:
    return _MEANT.get(keyword) or nearest(keyword, KEYWORDS)
