"""What somebody who mistyped a word probably meant."""

from __future__ import annotations

from collections.abc import Iterable


def nearest(word: str, candidates: Iterable[str]) -> str | None:
    """The candidate most like `word`, or None where none is like it."""
    import difflib  # only somebody who mistyped pays for it

    found = difflib.get_close_matches(word, list(candidates), n=1, cutoff=0.6)
    return found[0] if found else None


def did_you_mean(word: str, candidates: Iterable[str]) -> str | None:
    """The sentence for an error's help, or None."""
    found = nearest(word, candidates)
    return f"did you mean {found}?" if found else None
