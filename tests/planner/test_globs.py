"""Sources with wildcards name what Docker's would."""

from __future__ import annotations

from pathlib import Path

import pytest

from jarbuild.globs import expand_glob
from jarbuild.patterns import PatternError, compile_glob

MATCHES = [
    ("abc", "abc", True),
    ("*", "abc", True),
    ("*c", "abc", True),
    ("a*", "a", True),
    ("a*", "ab/c", False),
    ("a*b*c*d*e*", "axbxcxdxexxx", True),
    ("a*b?c*x", "abxbbxdbxebxczzx", True),
    ("a*b?c*x", "abxbbxdbxebxczzy", False),
    ("**", "a/b", False),
    ("ab[^e-g]", "abc", True),
    ("[\\]a]", "]", True),
    ("[z-a]", "z", False),
    ("[^z-a]", "z", True),
    ("*x", "xxx", True),
    ("*", ".hidden", True),
]


@pytest.mark.parametrize(("pattern", "name", "expected"), MATCHES)
def test_one_name(pattern: str, name: str, expected: bool) -> None:
    """Go's filepath.Match, case by case."""
    assert (compile_glob(pattern).fullmatch(name) is not None) == expected


@pytest.mark.parametrize("pattern", ["[", "[^", "[-]", "[a-", "a\\"])
def test_malformed(pattern: str) -> None:
    """A pattern that cannot be read is an error, not one that matches nothing."""
    with pytest.raises(PatternError):
        compile_glob(pattern)


def test_on_disk(tmp_path: Path) -> None:
    """Each part of a pattern is matched in its folder; what comes back is sorted."""
    for name in ("a/x.py", "a/y.txt", "b/x.py", "c.py", ".d.py", "b/[x].py"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    found = {
        pattern: [
            path.removeprefix(f"{tmp_path}/") for path in expand_glob(f"{tmp_path}/{pattern}")
        ]
        for pattern in ("*/x.py", "*.py", "?/*.txt", "[ab]", "b/\\[x\\].py", "none*/x", "c.py/*")
    }

    assert found == {
        "*/x.py": ["a/x.py", "b/x.py"],
        "*.py": [".d.py", "c.py"],
        "?/*.txt": ["a/y.txt"],
        "[ab]": ["a", "b"],
        "b/\\[x\\].py": ["b/[x].py"],
        "none*/x": [],
        "c.py/*": [],
    }
