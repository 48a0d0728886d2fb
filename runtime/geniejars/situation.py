"""How jars are confined on this machine, as the zygote found out by trying."""

from __future__ import annotations

from attrs import frozen


@frozen
class Situation:
    """SECURITY.md's name for it ("full", "no-namespaces", "single", "weak"), and in sentences
    what a better one would give."""

    name: str
    lost: tuple[str, ...]
