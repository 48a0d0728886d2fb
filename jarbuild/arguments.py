"""argparse with our manners: errors are raised with a suggestion, help fits a screen."""

from __future__ import annotations

import argparse
import re
from collections.abc import Sequence
from typing import Any, NoReturn

from attrs import frozen

from geniejars import UsageError
from jarbuild.suggestions import did_you_mean, nearest


class Parser(argparse.ArgumentParser):
    """A parser that raises UsageError instead of ending the process.

    `help_text` is shown for --help as it is, where a screen needs a denser one than argparse's.
    """

    def __init__(
        self,
        prog: str,
        description: str = "",
        examples: Sequence[str] = (),
        help_text: str | None = None,
    ) -> None:
        super().__init__(
            prog,
            description=description,
            epilog="\n".join(["examples:", *(f"  {e}" for e in examples)]) if examples else None,
            formatter_class=_Compact,
            allow_abbrev=False,
            add_help=False,
        )
        self.help_text = help_text
        self.actions: list[argparse.Action] = []
        self._forwards = False
        self.add_argument("-h", "--help", action="help", help="show this")
        self.add_argument("--no-color", action="store_true", help="no colours, as with NO_COLOR")

    def add_argument(self, *names: Any, **settings: Any) -> argparse.Action:
        action = super().add_argument(*names, **settings)
        self.actions.append(action)
        self._forwards = self._forwards or action.nargs == argparse.REMAINDER
        return action

    @property
    def option_names(self) -> list[str]:
        return [name for action in self.actions for name in action.option_strings]

    def read(self, words: Sequence[str]) -> argparse.Namespace:
        """Options and positionals in any order; raises UsageError.

        Where the last positional is a remainder, everything after the first positional is its.
        """
        if self._forwards:
            return self.parse_args(words)
        known, unknown = self.parse_known_intermixed_args(words)
        if unknown:
            raise self._unknown(unknown[0])
        return known

    def format_help(self) -> str:
        return super().format_help() if self.help_text is None else f"{self.help_text}\n"

    def error(self, message: str) -> NoReturn:
        raise UsageError(_in_plain_words(message), help=f"see {self.prog} --help")

    def _unknown(self, word: str) -> UsageError:
        if not word.startswith("-"):
            return UsageError(f"one argument too many: {word}", help=f"see {self.prog} --help")
        name = word.partition("=")[0]
        return UsageError(
            f"unknown option {name}",
            help=did_you_mean(name, self.option_names) or f"see {self.prog} --help",
        )


def _in_plain_words(message: str) -> str:
    """argparse names an argument that has no name by all that it may be."""
    if found := re.fullmatch(r"the following arguments are required: (.*?)(, \.\.\.)?", message):
        return f"{found[1]} is missing"
    if found := re.fullmatch(r"argument (\S+): expected one argument", message):
        return f"{found[1]} takes a value"
    return re.sub(r"^argument (?:[\w-]+\|[^:]*: |COMMAND: )?", "", message)


class _Compact(argparse.RawDescriptionHelpFormatter):
    """One line an option where it fits."""

    def __init__(self, prog: str) -> None:
        super().__init__(prog, max_help_position=26)

    def _format_args(self, action: argparse.Action, default_metavar: str) -> str:
        """Several words say by themselves what may be repeated."""
        if isinstance(action.metavar, str) and " " in action.metavar:
            return action.metavar
        return super()._format_args(action, default_metavar)


def one_of(*choices: str) -> OneOf:
    return OneOf(choices)


@frozen
class OneOf:
    """An argument type: one of the words; a mistyped one is told what was meant."""

    choices: tuple[str, ...]

    def __call__(self, word: str) -> str:
        if word in self.choices:
            return word
        found = nearest(word, self.choices)
        meant = f"; did you mean {found}?" if found else ""
        listed = ", ".join(self.choices)
        raise argparse.ArgumentTypeError(f"{word!r} is none of {listed}{meant}")
