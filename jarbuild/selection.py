"""Which jar a command is for, where it is not named: the selected one.

`$GENIEJARS` wins over `.geniejars-selected` in the current folder, as it always has.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from geniejars import State, UsageError, bound_jar, resolve_name

FILE = ".geniejars-selected"
JFILE = "JFile"


def selected(environ: Mapping[str, str] = os.environ) -> str | None:
    """The name or alias that is selected here, whether such a jar exists or not."""
    return environ.get("GENIEJARS", "").strip() or _in_file()


def _in_file() -> str | None:
    try:
        return Path(FILE).read_text("utf-8", "replace").strip() or None
    except OSError:
        return None


def select(name: str) -> None:
    Path(FILE).write_text(f"{name}\n")


def unselect() -> None:
    Path(FILE).unlink(missing_ok=True)


def jar_named(state: State, given: str | None) -> str:
    """The jar of a name, an alias or the selection; raises UsageError."""
    name = given or None
    if name is not None:
        return resolve_name(state, name)
    if (chosen := selected_jar(state)) is None:
        raise UsageError("no jar selected", help=_way_to_select(state))
    return chosen


def _way_to_select(state: State) -> str:
    """The jar that somebody in a project's folder probably means."""
    here = bound_jar(state, Path(JFILE))
    if here is None:
        return "name one, or: geniejars select NAME (geniejars status lists them)"
    name = state["pool"][here]["alias"] or here
    return f"name one, or (built from the JFile here): geniejars select {name}"


def selected_jar(state: State) -> str | None:
    """The jar that is selected; raises UsageError where there is no such jar any more."""
    name = selected()
    if name is None:
        return None
    try:
        return resolve_name(state, name)
    except UsageError as error:
        where = FILE if name == _in_file() else "$GENIEJARS"
        raise UsageError(
            f"{where} selects {name}, and there is no such jar",
            help="geniejars unselect" if where == FILE else "unset GENIEJARS",
        ) from error


def is_jar(state: State, word: str) -> bool:
    """Whether the word is a jar's name or alias."""
    return word in state["pool"] or any(e["alias"] == word for e in state["pool"].values())


def jar_and_rest(state: State, words: list[str]) -> tuple[str, list[str]]:
    """Of `[JAR] REST...`: the jar, and the rest. Raises UsageError.

    Where a jar is selected, a first word that names none is part of the rest.
    """
    if words and is_jar(state, words[0]):
        return resolve_name(state, words[0]), words[1:]
    if len(words) > 1 and selected() is None:
        return resolve_name(state, words[0]), words[1:]  # raises, and says what is near
    return jar_named(state, None), words
