"""Which findings are wanted: codes and prefixes of codes, the longest that fits decides."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from attrs import frozen

from geniejars import UsageError
from jarbuild.lint.rule import Rule
from jarbuild.lint.rules import RULES
from jarbuild.suggestions import did_you_mean

ALL = "ALL"
SHELLCHECK = re.compile(r"SC\d{4}")
_SHELLCHECK_PREFIX = re.compile(r"SC\d{0,4}")
_BY_CODE = {rule.code: rule for rule in RULES}
_BY_NAME = {rule.name: rule for rule in RULES}


def rule_for(word: str) -> Rule | None:
    """The rule of a code or a name."""
    return _BY_CODE.get(word.upper()) or _BY_NAME.get(word.lower())


def is_known(prefix: str) -> bool:
    """Whether any rule, ShellCheck's included, has a code that begins so."""
    if _SHELLCHECK_PREFIX.fullmatch(prefix):
        return True
    return any(code.startswith(prefix) for code in _BY_CODE)


EVERY_RULE = "docs/rules.md lists all of them"


def suggestion(word: str) -> str | None:
    """What somebody who wrote an unknown code probably meant."""
    if rule := _BY_NAME.get(word.lower()):
        return f"its code is {rule.code}"
    return did_you_mean(word.lower(), _BY_NAME)


@frozen
class Selection:
    """Prefixes that are wanted and unwanted; without `select`, the default rules."""

    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    is_portable: bool = False

    def includes(self, rule: Rule) -> bool:
        if rule.is_syntax:
            return True
        if rule.is_portability and not self.is_portable:
            return False
        return self.includes_code(rule.code, rule.is_default)

    def includes_code(self, code: str, is_default: bool = True) -> bool:
        """Of two prefixes that fit the more exact one wins, of equal ones `ignore`."""
        wanted = _longest(code, self.select)
        unwanted = _longest(code, self.ignore)
        if wanted is None:
            return not self.select and is_default and unwanted is None
        return unwanted is None or wanted > unwanted

    def but(self, ignore: Iterable[str]) -> Selection:
        """With more that is unwanted."""
        return Selection(self.select, (*self.ignore, *ignore), self.is_portable)


def _longest(code: str, prefixes: Sequence[str]) -> int | None:
    lengths = [0 if p == ALL else len(p) for p in prefixes if p == ALL or code.startswith(p)]
    return max(lengths, default=None)


def read_codes(words: Iterable[str], where: str) -> tuple[str, ...]:
    """Codes, prefixes, names and ALL as a person writes them; raises UsageError."""
    return tuple(_read_code(word.strip(), where) for word in words if word.strip())


def _read_code(word: str, where: str) -> str:
    rule = _BY_NAME.get(word.lower())
    code = rule.code if rule else word.upper()
    if code != ALL and not is_known(code):
        raise UsageError(
            f"{where}: there is no rule {word}",
            help=suggestion(word) or EVERY_RULE,
        )
    return code
