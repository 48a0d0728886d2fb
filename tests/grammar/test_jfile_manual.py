"""JFILE.md tells the truth: its grammar is the grammar, its examples parse, nothing is left out."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from jfile_differences import DIFFERENCES
from jfile_ebnf import ebnf

import jfile
from jfile.errors import NAMES
from jfile.lines import KEYWORDS

ROOT = Path(__file__).parent.parent.parent
MANUAL = ROOT / "JFILE.md"
GRAMMAR = ROOT / "grammar" / "jfile" / "jfile.lark"
TEXT = MANUAL.read_text("utf-8")
EXAMPLES = re.findall(r"```jfile\n(.*?)```", TEXT, re.DOTALL)
SECTIONS = dict(re.findall(r"^### (\w+)\n(.*?)(?=^##)", TEXT, re.DOTALL | re.MULTILINE))


def test_the_grammar_is_the_grammar(expected: Callable[[Path, str], str]) -> None:
    """The manual's EBNF is what jfile.lark says."""
    block = f"```ebnf\n{ebnf(GRAMMAR.read_text('utf-8'))}```"
    actual = re.sub(r"```ebnf\n.*?```", lambda _: block, TEXT, flags=re.DOTALL)

    assert actual == expected(MANUAL, actual)


@pytest.mark.parametrize("example", EXAMPLES)
def test_every_example_parses(example: str) -> None:
    """And stands in canonical form."""
    assert jfile.format_text(example) == example


def test_every_directive_has_its_section() -> None:
    """In the order of the alphabet, for whoever looks one up."""
    assert list(SECTIONS) == sorted(KEYWORDS)


@pytest.mark.parametrize("keyword", sorted(KEYWORDS))
def test_a_section_is_complete(keyword: str) -> None:
    """Synopsis, an example that uses it, and what it adds to the keys."""
    section = SECTIONS[keyword]

    assert section.startswith(f"\n    {keyword} ")
    assert re.search(rf"```jfile\n(.*\n)?{keyword}", section)
    assert "\nKeys: " in section


def test_every_code_is_explained() -> None:
    """No error has a code that cannot be looked up."""
    assert re.findall(r"^\| (JF\d+) \| ([\w-]+) \|", TEXT, re.MULTILINE) == list(NAMES.items())


@pytest.mark.parametrize("difference", DIFFERENCES)
def test_every_difference_is_listed(difference: str) -> None:
    """What the comparison with the ancestor leaves out has its reason in the manual."""
    assert f"\n- **{difference}**: " in TEXT
