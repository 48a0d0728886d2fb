"""Completion for shells: what the parsers accept, as values, and a script of it for each shell.

The scripts hold all that is known when they are made. Only jars are asked for at each key press,
and that reads the state file and starts nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from jarbuild.completion import bash, fish, zsh
from jarbuild.completion.programs import Program, programs

__all__ = ["SHELLS", "programs"]

SHELLS: Mapping[str, Callable[[Sequence[Program]], str]] = {
    "bash": bash.script,
    "zsh": zsh.script,
    "fish": fish.script,
}
