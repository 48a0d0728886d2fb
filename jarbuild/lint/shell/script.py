"""A shell script cut into simple commands, in the order of the text, however deeply nested."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cached_property

from attrs import define, field, frozen

from jarbuild.lint.layout import Layout
from jarbuild.lint.shell.commands import Assignment, Command, Redirection, invocation
from jarbuild.lint.shell.words import Bashism, Expansion, Word, WordReader
from jarbuild.lint.wordlists import words
from jfile import Span

_REDIRECTION = re.compile(r"[0-9]*(<<<|<<-|<<|<>|<&|<|>>|>\||>&|>)|(&>>?)")
_OPERATOR = re.compile(r"&&|\|\||;;&?|;&|\|&|[;&|\n()]")
_BLANK = re.compile(r"(?:[ \t]|\\\n)*")
_ASSIGNMENT = re.compile(r"([A-Za-z_][A-Za-z0-9_]*)\+?=")
_IDENTIFIER = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_EMPTY_PARENTHESES = re.compile(r"\([ \t]*\)")

_OPENERS = {"if": "if", "while": "loop", "until": "loop", "{": "{"}
_CLOSERS = {"fi": "if", "done": "loop", "}": "{", "esac": "case"}
_BETWEEN = words("then else elif do !")
_ASSIGNING = words("export readonly local read declare typeset")


@define(slots=False)
class Script:
    """Shell text of a JFile, read."""

    layout: Layout
    is_strict: bool  # run by `sh -e`
    commands: tuple[Command, ...]
    expansions: tuple[Expansion, ...]
    bashisms: tuple[Bashism, ...]

    @property
    def text(self) -> str:
        return self.layout.text

    def span(self, of: Word | Command | Expansion | Bashism | Redirection | Assignment) -> Span:
        """Where it stands in the JFile."""
        return self.layout.span(of.start, of.end)

    @cached_property
    def words(self) -> frozenset[str]:
        """Every identifier in the text, whatever it means there."""
        return frozenset(_IDENTIFIER.findall(self.text))

    @cached_property
    def assigned(self) -> frozenset[str]:
        """The variables that the script itself sets somewhere."""
        return frozenset(self._assigned())

    def _assigned(self) -> Iterator[str]:
        yield from self._loop_variables
        for command in self.commands:
            yield from (assignment.name for assignment in command.assignments)
            if command.program in _ASSIGNING:
                yield from (value.partition("=")[0] for value in command.values)

    _loop_variables: frozenset[str] = frozenset()


def read_script(layout: Layout, is_strict: bool = False) -> Script:
    """The script in a layout's text; never fails, whatever the text."""
    reader = _Reader(layout.text)
    reader.read_commands("")
    return Script(
        layout,
        is_strict,
        tuple(sorted(reader.commands, key=lambda command: command.start)),
        tuple(reader.expansions),
        tuple(reader.bashisms),
        frozenset(reader.loop_variables),
    )


@define
class _Compound:
    """An open `if`, loop, `case`, `{` or `(`."""

    kind: str
    awaits_pattern: bool = False  # a case, before the `)` of its next pattern


@define
class _Draft:
    """A simple command while it is read."""

    before: str = ""
    words: list[Word] = field(factory=list)
    assignments: list[Assignment] = field(factory=list)
    redirections: list[Redirection] = field(factory=list)
    is_compound_end: bool = False

    @property
    def is_empty(self) -> bool:
        return not (self.words or self.assignments or self.redirections)

    def bounds(self) -> tuple[int, int]:
        parts: list[Word | Assignment | Redirection]
        parts = [*self.words, *self.assignments, *self.redirections]
        return min(part.start for part in parts), max(part.end for part in parts)


@frozen
class _Delimiter:
    """What ends a here-document that was opened on this line."""

    value: str
    strips_tabs: bool
    is_quoted: bool


class _Reader(WordReader):
    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.commands: list[Command] = []
        self.loop_variables: list[str] = []
        self._delimiters: list[_Delimiter] = []
        self._open: list[_Compound] = []
        self._draft = _Draft()

    def read_commands(self, closer: str) -> None:
        outer, self._open, self._draft = (self._open, self._draft), [], _Draft()
        while self._skip_blanks():
            if self._is_closed_by(closer):
                self.position += 1
                break
            self._read_one()
        self._finish("")
        self._open, self._draft = outer

    def _skip_blanks(self) -> bool:
        """Whether something follows."""
        blank = _BLANK.match(self.text, self.position, self.end)
        assert blank is not None  # the pattern matches the empty text
        self.position = blank.end()
        if self.text.startswith("#", self.position, self.end):
            newline = self.text.find("\n", self.position, self.end)
            self.position = newline if newline >= 0 else self.end
        return self.position < self.end

    def _is_closed_by(self, closer: str) -> bool:
        return bool(closer) and not self._open and self.text.startswith(closer, self.position)

    def _read_one(self) -> None:
        if self._open and self._open[-1].awaits_pattern:
            self._read_pattern(self._open[-1])
        elif self.text.startswith(("<(", ">("), self.position):
            self._read_process_substitution()
        elif redirection := _REDIRECTION.match(self.text, self.position, self.end):
            self._read_redirection(redirection)
        elif operator := _OPERATOR.match(self.text, self.position, self.end):
            self._read_operator(operator[0])
        else:
            self._take_word(self.read_word())

    # Operators

    def _read_operator(self, operator: str) -> None:
        if operator == "(":
            self._open_parenthesis()
            return
        start = self.position
        self.position += len(operator)
        if operator == "|&":
            self.note_bashism("|&", start)
        self._finish(operator)
        if operator == "\n":
            self._read_bodies()
        elif operator == ")":
            self._close("(")
        elif operator.startswith(";") and len(operator) > 1 and self._is_in("case"):
            self._open[-1].awaits_pattern = True

    def _open_parenthesis(self) -> None:
        empty = _EMPTY_PARENTHESES.match(self.text, self.position, self.end)
        if empty and len(self._draft.words) == 1:  # a function's name
            self.position = empty.end()
            self._draft = _Draft("(")
        elif self.text.startswith("((", self.position) and self._draft.is_empty:
            self._skip_bash("((", "))")
        elif self._draft.assignments and self._draft.assignments[-1].end == self.position:
            self._skip_bash("array", ")")
        else:
            self.position += 1
            self._finish("(")
            self._open.append(_Compound("("))

    def _skip_bash(self, what: str, closing: str) -> None:
        start = self.position
        end = self.text.find(closing, start, self.end)
        self.position = end + len(closing) if end >= 0 else self.end
        self.note_bashism(what, start)

    def _finish(self, after: str) -> None:
        """The draft becomes a command, and a new one begins behind the operator."""
        draft, self._draft = self._draft, _Draft(after)
        if draft.is_empty:
            self._draft.before = after if after != "\n" else draft.before
            return
        program, arguments = invocation(draft.words)
        self.commands.append(
            Command(
                tuple(draft.words),
                tuple(draft.assignments),
                tuple(draft.redirections),
                program,
                arguments,
                *draft.bounds(),
                draft.before,
                after,
                len(self._open),
                self.depth,
            )
        )

    def _close(self, kind: str) -> None:
        if self._is_in(kind):
            self._open.pop()
        self._draft.is_compound_end = True

    def _is_in(self, kind: str) -> bool:
        return bool(self._open) and self._open[-1].kind == kind

    # Words

    def _take_word(self, word: Word) -> None:
        draft = self._draft
        if draft.is_empty and not draft.is_compound_end and self._take_reserved(word):
            return
        assignment = _ASSIGNMENT.match(word.text) if not draft.words else None
        if assignment and not draft.is_compound_end:
            value = word.value[assignment.end() :]
            draft.assignments.append(Assignment(assignment[1], value, word.start, word.end))
        elif not draft.is_compound_end or not draft.is_empty:
            draft.words.append(word)

    def _take_reserved(self, word: Word) -> bool:
        text = word.text
        if text in _OPENERS:
            self._open.append(_Compound(_OPENERS[text]))
        elif text in _CLOSERS:
            self._close(_CLOSERS[text])
        elif text in ("for", "select"):
            self._take_loop_head(word)
        elif text == "case":
            self._take_case_head()
        elif text == "function":
            self._take_function_head(word)
        elif text == "[[":
            return self._take_bash_test(word)
        elif text not in _BETWEEN:
            return False
        self._draft.before = text
        return True

    def _take_loop_head(self, keyword: Word) -> None:
        self._open.append(_Compound("loop"))
        if keyword.text == "select":
            self.note_bashism("select", keyword.start)
        if name := self._next_word():
            self.loop_variables.append(name.text)
        while self._next_word():  # `in` and the list
            pass

    def _take_case_head(self) -> None:
        self._next_word()
        self._open.append(_Compound("case"))
        while (word := self._next_word()) and word.text != "in":
            pass
        self._open[-1].awaits_pattern = True

    def _take_function_head(self, keyword: Word) -> None:
        self._next_word()
        self.note_bashism("function", keyword.start)
        if empty := _EMPTY_PARENTHESES.match(self.text, self.position, self.end):
            self.position = empty.end()

    def _take_bash_test(self, word: Word) -> bool:
        """`[[ … ]]` as one word: between its brackets `&&`, `<` and `(` are no operators."""
        end = self.text.find("]]", self.position, self.end)
        self.position = end + 2 if end >= 0 else self.end
        self.note_bashism("[[", word.start)
        text = self.text[word.start : self.position]
        self._draft.words.append(Word("[[", "[[", word.start, self.position, "$" not in text))
        return True

    def _next_word(self) -> Word | None:
        """The next word on this line, if a word comes next."""
        if not self._skip_blanks() or _OPERATOR.match(self.text, self.position, self.end):
            return None
        if _REDIRECTION.match(self.text, self.position, self.end):
            return None
        return self.read_word()

    def _read_pattern(self, case: _Compound) -> None:
        if _OPERATOR.match(self.text, self.position) or self.text[self.position] in "<>":
            case.awaits_pattern = self.text[self.position] != ")"
            self.position += 1
        elif self.read_word().text == "esac":
            self._open.pop()
            self._draft.is_compound_end = True

    # Redirections

    def _read_redirection(self, match: re.Match[str]) -> None:
        operator = match[1] or match[2]
        self.position = match.end()
        if operator in ("<<<", "&>", "&>>"):
            self.note_bashism(operator, match.start())
        target = self._next_word()
        self._draft.redirections.append(Redirection(operator, target, match.start(), self.position))
        if operator in ("<<", "<<-") and target:
            is_quoted = target.text != target.value
            self._delimiters.append(_Delimiter(target.value, operator == "<<-", is_quoted))

    def _read_process_substitution(self) -> None:
        start = self.position
        self.position += 2
        self._nest(")")
        self.note_bashism(f"{self.text[start]}(…)", start)
        text = self.text[start : self.position]
        self._draft.words.append(Word(text, text, start, self.position, is_static=False))

    def _read_bodies(self) -> None:
        delimiters, self._delimiters = self._delimiters, []
        for delimiter in delimiters:
            end, following = self._find_end(delimiter)
            if delimiter.is_quoted:
                self.position = end
            else:
                self.read_body(end)
            self.position = max(self.position, following)

    def _find_end(self, delimiter: _Delimiter) -> tuple[int, int]:
        """Where the body ends, and where the line behind its delimiter begins."""
        start = self.position
        while start < self.end:
            newline = self.text.find("\n", start, self.end)
            stop = newline if newline >= 0 else self.end
            line = self.text[start:stop]
            if (line.lstrip("\t") if delimiter.strips_tabs else line) == delimiter.value:
                return start, min(stop + 1, self.end)
            start = stop + 1
        return self.end, self.end
