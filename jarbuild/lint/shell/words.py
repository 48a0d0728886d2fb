"""Words of shell text: quoting and expansions. What stands between words is others' business."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod

from attrs import frozen

MOST_NESTED = 30
"""Levels of `$(…)` and `${…}` that are looked into; people write two or three."""

_PLAIN = re.compile(r"""[^ \t\n;&|<>()'"\\$`]+""")
_PLAIN_IN_QUOTES = re.compile(r"""[^"\\$`]+""")
_PLAIN_IN_BODY = re.compile(r"""[^\\$`]+""")
_PLAIN_IN_BRACES = re.compile(r"""[^}'"\\$`]+""")
_PLAIN_IN_ARITHMETIC = re.compile(r"""[^()'"\\$`]+""")
_PLACEHOLDER = re.compile(r"\$\{(?:PORT\([0-9]+\)|COMMON)\}")
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*|[0-9@*#?$!-]")
_BRACED_NAME = re.compile(r"[#!]?([A-Za-z_][A-Za-z0-9_]*|[0-9]+|[@*#?$!-])")
_BACKTICKED = re.compile(r"(?:[^`\\]|\\.)*", re.DOTALL)
_ANSI_QUOTED = re.compile(r"\$'(?:[^'\\]|\\.)*'?", re.DOTALL)

_METACHARACTERS = frozenset(" \t\n;&|<>()")


@frozen
class Word:
    """`value` is what the shell makes of it, expansions left as they are written."""

    text: str
    value: str
    start: int
    end: int
    is_static: bool  # holds no expansion: `value` is all there is to know


@frozen
class Expansion:
    """A variable that is read: `$NAME`, `${NAME}`, `${NAME:-default}`."""

    name: str
    text: str
    start: int
    end: int


@frozen
class Bashism:
    """Something that bash knows and a POSIX shell does not; `what` names it."""

    what: str
    start: int
    end: int


class WordReader(ABC):
    """Reads from `position` up to `end`, never back, so that any text takes linear time."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.position = 0
        self.end = len(text)
        self.depth = 0
        self.expansions: list[Expansion] = []
        self.bashisms: list[Bashism] = []

    @abstractmethod
    def read_commands(self, closer: str) -> None:
        """Read on until `closer` has been read, or to the end where it is empty."""

    def read_word(self) -> Word:
        """The word at `position`, which must not be white space or an operator."""
        start = self.position
        pieces: list[str] = []
        expansions_before = self._expanded
        while self.position < self.end:
            if plain := _PLAIN.match(self.text, self.position, self.end):
                pieces.append(plain[0])
                self.position = plain.end()
            elif self.text[self.position] in _METACHARACTERS:
                break
            else:
                pieces.append(self._read_special())
        is_static = self._expanded == expansions_before
        return Word(
            self.text[start : self.position], "".join(pieces), start, self.position, is_static
        )

    _expanded = 0  # how many expansions have been met, substitutions included

    def _read_special(self) -> str:
        character = self.text[self.position]
        if character == "'":
            return self._read_single_quoted()
        if character == '"':
            return self._read_double_quoted()
        if character == "\\":
            return self._read_escaped()
        return self._read_backticked() if character == "`" else self._read_dollar()

    def _read_single_quoted(self) -> str:
        closing = self.text.find("'", self.position + 1, self.end)
        closing = closing if closing >= 0 else self.end
        value = self.text[self.position + 1 : closing]
        self.position = min(closing + 1, self.end)
        return value

    def _read_double_quoted(self) -> str:
        self.position += 1
        value = self._read_until('"', _PLAIN_IN_QUOTES, escapes='"\\$`')
        self.position = min(self.position + 1, self.end)
        return value

    def _read_until(self, closing: str, plain: re.Pattern[str], escapes: str = "") -> str:
        """Text with expansions up to `closing`, which stays unread; with `escapes` as in quotes."""
        pieces: list[str] = []
        while self.position < self.end and not self.text.startswith(closing, self.position):
            if match := plain.match(self.text, self.position, self.end):
                pieces.append(match[0])
                self.position = match.end()
            elif escapes:
                pieces.append(self._read_special_in_quotes(escapes))
            else:
                pieces.append(self._read_special())
        return "".join(pieces)

    def _read_special_in_quotes(self, escapes: str) -> str:
        character = self.text[self.position]
        if character == "$":
            return self._read_dollar(is_quoted=True)
        if character == "`":
            return self._read_backticked()
        following = self.text[self.position + 1 : self.position + 2]
        return self._read_escaped() if following in escapes + "\n" else self._take(1)

    def _read_escaped(self) -> str:
        """A backslash at the end of a line joins it with the next one."""
        escaped = self.text[self.position + 1 : self.position + 2]
        self.position = min(self.position + 2, self.end)
        return "" if escaped == "\n" else escaped or "\\"

    def _read_backticked(self) -> str:
        start = self.position
        inner = _BACKTICKED.match(self.text, start + 1, self.end)
        assert inner is not None  # the pattern matches the empty text
        outer_end, self.end = self.end, inner.end()
        self.position = start + 1
        self._nest("")
        self.end = outer_end
        self.position = min(inner.end() + 1, self.end)
        self._expanded += 1
        return self.text[start : self.position]

    def _read_dollar(self, is_quoted: bool = False) -> str:
        start = self.position
        if placeholder := _PLACEHOLDER.match(self.text, start, self.end):
            return self._take(len(placeholder[0]))
        if not is_quoted and self.text.startswith(("$'", '$"'), start):
            return self._read_bash_quoted()
        if self.text.startswith("$((", start):
            self._read_arithmetic()
        elif self.text.startswith("$(", start):
            self._expanded += 1
            self.position += 2
            self._nest(")")
        elif self.text.startswith("${", start):
            self._read_braced()
        elif name := _NAME.match(self.text, start + 1, self.end):
            self.position = name.end()
            self._note_expansion(name[0], start)
        else:
            self.position += 1
        return self.text[start : self.position]

    def _read_braced(self) -> None:
        start = self.position
        name = _BRACED_NAME.match(self.text, start + 2, self.end)
        self.position = name.end() if name else start + 2
        if self._descend():
            self._read_until("}", _PLAIN_IN_BRACES)
            self.depth -= 1
        self.position = min(self.position + 1, self.end)
        self._note_expansion(name[1] if name else "", start)

    def _read_arithmetic(self) -> None:
        """`$((…))`; its parentheses are counted, so `$( (a) )` needs its blank."""
        self._expanded += 1
        self.position += 3
        if self._descend():
            self._read_balanced(opened=2)
            self.depth -= 1

    def _read_balanced(self, opened: int) -> None:
        """Up to the parenthesis that closes the last one that is open."""
        while opened and self.position < self.end:
            if plain := _PLAIN_IN_ARITHMETIC.match(self.text, self.position, self.end):
                self.position = plain.end()
            elif (bracket := self.text[self.position]) in "()":
                opened += 1 if bracket == "(" else -1
                self.position += 1
            else:
                self._read_special()

    def _read_bash_quoted(self) -> str:
        start = self.position
        if self.text[start + 1] == '"':
            self.position += 1
            value = self._read_double_quoted()
        else:
            quoted = _ANSI_QUOTED.match(self.text, start, self.end)
            assert quoted is not None  # the caller saw its beginning
            value = self._take(len(quoted[0]))[2:].removesuffix("'")
        self.note_bashism("$'…'", start)
        return value

    def read_body(self, end: int) -> None:
        """The expansions in a here-document's body; `position` is its end afterwards."""
        outer_end, self.end = self.end, end
        while self.position < self.end:
            if plain := _PLAIN_IN_BODY.match(self.text, self.position, self.end):
                self.position = plain.end()
            else:
                self._read_special_in_quotes("\\$`")
        self.end = outer_end

    def _nest(self, closer: str) -> None:
        if self._descend():
            self.read_commands(closer)
            self.depth -= 1

    def _descend(self) -> bool:
        """One level further in; beyond all reason the rest of the text is given up."""
        if self.depth >= MOST_NESTED:
            self.position = self.end
            return False
        self.depth += 1
        return True

    def _take(self, length: int) -> str:
        start = self.position
        self.position = min(start + length, self.end)
        return self.text[start : self.position]

    def _note_expansion(self, name: str, start: int) -> None:
        self._expanded += 1
        text = self.text[start : self.position]
        self.expansions.append(Expansion(name, text, start, self.position))

    def note_bashism(self, what: str, start: int) -> None:
        self.bashisms.append(Bashism(what, start, self.position))
