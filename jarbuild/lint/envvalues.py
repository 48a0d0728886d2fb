"""What people write as an ENV's value because a Dockerfile or a shell would read it otherwise."""

from __future__ import annotations

import re

_PAIR = re.compile(r"""([A-Za-z_][A-Za-z0-9_]*)=("[^"]*"|'[^']*'|[^\s"']*)\Z""")
_WORD = re.compile(r"""(?:"[^"]*"|'[^']*'|[^\s"'])+""")
_QUOTED = re.compile(r"""(["'])(.*)\1\Z""", re.DOTALL)


def pairs(key: str, value: str) -> tuple[str, ...]:
    """`A=1 B=2` as its pairs; empty where the value is one value.

    Names that are written in another case than the first are taken for text: `-Dx=1 -Dy=2` and
    `color=auto` are values.
    """
    words = _WORD.findall(value)
    if len(words) < 2 or " ".join(words) != " ".join(value.split()):
        return ()
    matches = [_PAIR.match(word) for word in words[1:]]
    if not all(match and match[1].isupper() == key.isupper() for match in matches):
        return ()
    return (f"{key}={words[0]}", *words[1:])


def unquoted(value: str) -> str | None:
    """The value without the quotes around it; None where there are none, or more than one pair."""
    match = _QUOTED.match(value)
    if match is None or match[1] in match[2]:
        return None
    return match[2]
