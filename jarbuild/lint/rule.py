"""What a rule is: one frozen record, made in one file of `rules/`."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from attrs import Factory, field, frozen

from jarbuild.lint.document import Document
from jarbuild.lint.finding import Fix, Severity
from jfile import Span


@frozen
class Remark:
    """What a check says about one place; code, name and severity are its rule's."""

    span: Span
    message: str  # lower case, no full stop, understood without the JFile
    help: str | None = None
    fix: Fix | None = None
    severity: Severity | None = None  # where one place is less bad than the rule's others


Remarks = Iterator[Remark]
Check = Callable[[Document], Remarks]

FAMILIES = {
    "JF0": "Syntax",
    "JF1": "Meaning",
    "JF2": "Cache and reproducibility",
    "JF3": "Security",
    "JF4": "Shell and processes",
    "JF5": "Style",
    "JF6": "Portability to geniejars",
    "JF9": "Suppressions",
}


@frozen(kw_only=True)
class Rule:
    """A rule; its examples are its first tests and its documentation.

    `files` is the context that the examples need, path to content; without it they are checked
    as a text alone. `check` is None where the parser or the engine finds the mistake.
    """

    code: str
    name: str
    severity: Severity
    why: str
    bad: str
    good: str
    check: Check | None = field(default=None, eq=False, repr=False)
    fix: str | None = None  # what the fix does, where there is one
    has_safe_fix: bool = False
    is_default: bool = True
    files: Mapping[str, str] = Factory(dict)

    @property
    def family(self) -> str:
        return FAMILIES[self.code[:3]]

    @property
    def is_portability(self) -> bool:
        """Whether it runs with --portable only."""
        return self.code.startswith("JF6")

    @property
    def is_syntax(self) -> bool:
        """Whether it cannot be suppressed or deselected: nothing can be built."""
        return self.code.startswith("JF0")
