"""What the scripts of all shells have in them."""

from __future__ import annotations

from collections.abc import Iterator

from jarbuild.completion.programs import Command, Option


def rule_codes() -> tuple[str, ...]:
    """The codes of all lint rules."""
    from jarbuild.lint.rules import RULES

    return tuple(rule.code for rule in RULES)


def rule_names() -> dict[str, str]:
    """Code to name."""
    from jarbuild.lint.rules import RULES

    return {rule.code: rule.name for rule in RULES}


def valued(command: Command) -> Iterator[Option]:
    """The options that take a value."""
    return (option for option in command.options if option.values is not None)


def lines_of(*lines: str) -> str:
    return "\n".join(lines) + "\n"
