"""Second names of jars: `tag_1`, `tag_2`… in the order they were built."""

from __future__ import annotations

from geniejars.state import JarEntry, State


def rename(state: State, name: str, tag: str | None) -> str | None:
    """Give a jar the tag of its build; its alias comes back.

    The alias stays while the tag does; a build without a tag leaves the tag and takes the alias.
    """
    entry = state["pool"][name]
    entry["alias"] = _alias(state, name, entry, tag)
    entry["tag"] = tag or entry["tag"]
    return entry["alias"]


def _alias(state: State, name: str, entry: JarEntry, tag: str | None) -> str | None:
    if tag is None or (entry["tag"] == tag and entry["alias"]):
        return entry["alias"] if tag else None
    others = (e for n, e in state["pool"].items() if n != name and e["tag"] == tag)
    numbers = (alias.rpartition("_")[2] for e in others if (alias := e["alias"]))
    highest = max((int(number) for number in numbers if number.isdecimal()), default=0)
    return f"{tag}_{highest + 1}"
