"""The grammar as EBNF for readers: Lark's notation without what only Lark needs to know."""

from __future__ import annotations

import re


def ebnf(lark: str) -> str:
    """The rules and terminals of a `.lark` file in W3C notation, regular expressions kept."""
    text = re.sub(r"(?m)^//.*\n", "", lark).strip()
    for pattern, replacement in (
        (r"(?m)^\?", ""),  # a rule without a node of its own
        (r" -> \w+", ""),  # a node's other name
        (r"(?m)^(\w+)\.\d+:", r"\1:"),  # a terminal's priority
        (r"(?m)^(\w+):", r"\1 ::="),
        (r"\b_(?=[A-Za-z])", ""),  # a terminal that leaves nothing in the tree
        (r"\bimport_", "import"),
        (r"\n{3,}", "\n\n"),
    ):
        text = re.sub(pattern, replacement, text)
    return _aligned(text) + "\n"


def _aligned(text: str) -> str:
    """Each block's `::=` and `|` one below the other."""
    return "\n\n".join(map(_aligned_block, text.split("\n\n")))


def _aligned_block(block: str) -> str:
    rows = [re.split(r"\s*(::=|^\s*\|)\s*", line, maxsplit=1) for line in block.split("\n")]
    width = max(len(row[0]) for row in rows)
    return "\n".join(f"{name:{width}} {sign.strip():>3} {rest}" for name, sign, rest in rows)
