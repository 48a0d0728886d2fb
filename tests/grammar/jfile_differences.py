"""Where the ancestor read a text differently; each has its paragraph in JFILE.md."""

from __future__ import annotations

import re

from jfile_strategies import WHITE_SPACE

_BLANK = f"[{WHITE_SPACE}]"
_SAME_LINE = f"[{WHITE_SPACE.replace(chr(10), '')}]"
DIFFERENCES = {
    "continuation": rf"^{_SAME_LINE}*(RUN|COPY|CMD)\b.*(?<!\\)\\{_SAME_LINE}*\n"
    rf"({_SAME_LINE}*#.*\n)*{_SAME_LINE}*[^{WHITE_SPACE}#]",
    "here-document": rf"\b(RUN|COPY)\b.*<<-?{_SAME_LINE}*['\"]?[A-Z_]",
    "flags": rf"\b(RUN|COPY){_BLANK}+--[A-Z]",
    "array": rf'\b(RUN|COPY){_BLANK}+\[{_BLANK}*"',
    "nested-array": r"\bCMD\b.*\[.*[\[{]",
    "unreadable": r"[\0\ud800-\udfff]|\\u0000",
}
_DIFFERENT = re.compile(
    "|".join(f"(?:{pattern})" for pattern in DIFFERENCES.values()), re.IGNORECASE | re.MULTILINE
)


def is_different(text: str) -> bool:
    """Whether something in this text is one of the differences."""
    return _DIFFERENT.search(text) is not None
