"""Words that people bring along from other tools, and what does the same here."""

from __future__ import annotations

from collections.abc import Mapping

OF_JARBUILD: Mapping[str, str] = {
    "build": "jarbuild [PATH]",
    "check": "jarbuild lint",
    "format": "jarbuild fmt",
    "plan": "jarbuild [PATH] --plan",
    "run": "jarbuild [PATH] --up",
    "start": "jarbuild [PATH] --up",
    "up": "jarbuild [PATH] --up",
    "version": "jarbuild --version",
}
OF_GENIEJARS: Mapping[str, str] = {
    "create": "geniejars alloc",
    "down": "geniejars app down",
    "info": "geniejars doctor",
    "kill": "geniejars app down",
    "list": "geniejars status",
    "ls": "geniejars status",
    "ps": "geniejars status",
    "restart": "geniejars app restart",
    "rm": "geniejars free",
    "run": "geniejars exec",
    "start": "geniejars app up -n",
    "stop": "geniejars app down",
    "up": "geniejars app up",
    "version": "geniejars --version",
}


def meant(program: str, word: str, of_the_other: Mapping[str, str]) -> str | None:
    """A command to type instead, or None; `of_the_other` are the words of the other program."""
    if program == "jarbuild":
        other, habits = "geniejars", OF_JARBUILD
    else:
        other, habits = "jarbuild", OF_GENIEJARS
    instead = habits.get(word) or (f"{other} {word}" if word in of_the_other else None)
    return f"that is: {instead}" if instead else None
