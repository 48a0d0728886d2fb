"""From tokens to values: texts, arrays, times. `builder` makes nodes of them."""

from __future__ import annotations

import json
import re
from decimal import Decimal
from typing import NoReturn

from attrs import frozen
from lark import Token, Transformer

from .errors import Diagnostic, diagnose
from .logical import LogicalLine
from .nodes import Common, Directive, Port, Span, Text

# More digits than any port has, and few enough for int(), which refuses texts of some thousands.
_MOST_DIGITS = 18
_SECONDS = {"ms": Decimal("0.001"), "s": Decimal(1), "m": Decimal(60), "h": Decimal(3600)}
_SHORTEST, _LONGEST = 0.001, 1e9
_DURATION_PART = re.compile(r"([0-9.]+)(ms|s|m|h)")
_LONE_SURROGATE = re.compile("[\ud800-\udfff]")


class RejectedError(Exception):
    """The line fits the grammar and still makes no sense."""

    def __init__(self, diagnostic: Diagnostic) -> None:
        super().__init__(diagnostic)
        self.diagnostic = diagnostic


@frozen
class Script:
    """A here-document that is a command by itself."""

    opening: str  # `<<EOF`, as it was written
    text: Text


class ValueBuilder(Transformer[Token, Directive]):
    """Each method named like a rule gets the rule's children, already built."""

    def __init__(self, line: LogicalLine) -> None:
        super().__init__()
        self.line = line

    def word(self, tokens: list[Token]) -> Text:
        return Text(tuple(map(self._part, tokens)), self.span(tokens[0], tokens[-1]))

    value = key = field = word

    def heredoc(self, tokens: list[Token]) -> Script:
        text = self.word(tokens[1:])
        if tokens[0].startswith("<<-"):
            text = _without_tabs(text)
        if not str(text).strip():
            self.reject("JF003", "the here-document is empty", self.span(tokens[0]))
        return Script(tokens[0].rstrip("\n"), text)

    def json(self, children: list[Text | Token]) -> tuple[Text, ...]:
        return tuple(self.word([c]) if isinstance(c, Token) else c for c in children)

    def string(self, tokens: list[Token]) -> Text:
        parts = tuple(map(self._part, tokens[1:-1]))
        return Text(parts, self.span(tokens[0], tokens[-1]))

    def _part(self, token: Token) -> str | Port | Common:
        if token.type == "PORT":
            return Port(_port_index(token), self.span(token))
        if token.type == "COMMON":
            return Common(self.span(token))
        if token.type == "CHARACTERS":
            return self._unescaped(token)
        return str(token.value)

    def _unescaped(self, token: Token) -> str:
        """JSON's escapes replaced; half a surrogate pair becomes U+FFFD, as it did in Node."""
        if "\\" not in token:
            return str(token.value)
        text = _LONE_SURROGATE.sub("\ufffd", json.loads(f'"{token}"'))
        if "\0" in text:
            self.reject("JF008", "no word can hold a NUL character", self.span(token))
        return text

    def value_after(self, equals: Token, value: list[Text]) -> Text:
        if value:
            return value[0]
        end = end_of(equals)
        return Text((), self.line.span(end, end))

    def seconds(self, token: Token) -> float:
        """A time that is not zero."""
        return self.positive(self.duration(token), token)

    def duration(self, token: Token) -> float:
        parts = _DURATION_PART.findall(token)
        seconds = float(sum(Decimal(number) * _SECONDS[unit] for number, unit in parts))
        if seconds and not _SHORTEST <= seconds <= _LONGEST:
            self.reject(
                "JF013",
                f"{token} is not between a millisecond and 30 years",
                self.span(token),
            )
        return seconds

    def positive(self, number: float, token: Token) -> float:
        if number <= 0:
            self.reject("JF013", f"{token} is not above zero", self.span(token))
        return number

    def reject(self, code: str, message: str, span: Span, **more: str | None) -> NoReturn:
        raise RejectedError(diagnose(code, message, span, **more))

    def span(self, first: Token, last: Token | None = None) -> Span:
        """Where these tokens stand, and what is between them."""
        assert first.start_pos is not None  # the lexer sets it on every token
        return self.line.span(first.start_pos, end_of(last or first))


def end_of(token: Token) -> int:
    assert token.end_pos is not None
    return token.end_pos


def _port_index(token: Token) -> int:
    digits = token.removeprefix("${PORT(").removesuffix(")}").lstrip("0")
    return int(digits[:_MOST_DIGITS] or "0")


def _without_tabs(text: Text) -> Text:
    """`<<-`: tabs at the start of each line are layout. A placeholder never starts one here."""
    parts = [re.sub(r"\n\t+", "\n", p) if isinstance(p, str) else p for p in text.parts]
    if isinstance(parts[0], str):
        parts[0] = parts[0].lstrip("\t")
    return Text(tuple(parts), text.span)
