"""Fixes: what a file says afterwards, and that it means what was promised."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lint_inputs import ALL, document, lay_out

from jarbuild.lint.codes import Selection
from jarbuild.lint.engine import lint_document
from jarbuild.lint.finding import Edit, Fix
from jarbuild.lint.fixer import Fixed, apply_fixes, fix_document
from jarbuild.lint.rules import RULES
from jfile import Source, Span, dump


def fixed(text: str, folder: Path | None = None, *, unsafe: bool = True) -> Fixed:
    selection = Selection()
    doc = document(text, folder)
    return fix_document(doc, lambda d: lint_document(d, selection), unsafe=unsafe)


@pytest.mark.parametrize(
    "before, after",
    [
        ("RNU x", "RUN x"),
        ("ENV A b", "ENV A=b"),
        ("CMD ['a', 'b']", 'CMD ["a", "b"]'),
        ('ENV A="b c"', "ENV A=b c"),
        ("WORKDIR app  # here\nRUN x", "# here\nWORKDIR app\nRUN x"),
        ("ENV A=1 B='2 3'", "ENV A=1\nENV B=2 3"),
        ("ENV A = b c", "ENV A=b c"),
        ("WORKDIR ~/a", "WORKDIR a"),
        ("COPY a $HOME/", "COPY a ."),
        ("WORKDIR a\nWORKDIR b", "WORKDIR a\nWORKDIR a/b"),
        ("WORKDIR /app/", "WORKDIR app/"),
        ("WORKDIR app\nCOPY a /app/b\nCOPY c /", "WORKDIR app\nCOPY a b\nCOPY c /"),
        ("RUN x\nDEPEND /opt/a\nDEPEND /opt/b", "DEPEND /opt/a\nDEPEND /opt/b\nRUN x\n"),
        ("ADDPATH bin", "ADDPATH /home/jar/bin"),
        ("CMD exec a\nRUN x\nCMD exec b", "RUN x\nCMD exec b"),
        ("CMD exec x ${Port( 01 )} ${common}", "CMD exec x ${PORT(1)} ${COMMON}"),
        ('CMD ["node app.js"]', 'CMD ["node", "app.js"]'),
        ("COPY a.x b.x c", "COPY a.x b.x c/"),
        ("ENV P=${PORT(1)}\nRUN x", "RUN x\nENV P=${PORT(1)}"),
        ("IMPORT A\nRUN x \\\n  y\nRUN z\n", "RUN x \\\n  y\nRUN z\nIMPORT A\n"),
        ("RUN a ${COMMON}/b c", "DEPEND ${COMMON}/b\nRUN a ${COMMON}/b c"),
        ("RUN --no-cache npm ci", "RUN npm ci"),
        ("COPY package-lock.json .\nRUN npm i -q", "COPY package-lock.json .\nRUN npm ci -q"),
        ("RUN\u00a0x", "RUN x"),
        ("COPY --chmod=0777 a b", "COPY --chmod=775 a b"),
        ("RUN curl -o a-1.2 'http://x/a-1.2'", "RUN curl -o a-1.2 'https://x/a-1.2'"),
        ("ARG TOKEN\nRUN x $TOKEN", "IMPORT TOKEN\nRUN x $TOKEN"),
        ("WORKDIR a\nRUN cd b", "WORKDIR a\nWORKDIR a/b"),
        ("RUN [ a == b ] && source c; d", "RUN [ a = b ] && . c && d"),
        ("CMD a && b c", "CMD a && exec b c"),
        ("RUN a\r\nRUN b\r\n", "RUN a\nRUN b\n"),
        ("\ufeffRUN a\n", "RUN a\n"),
        ("ENV A=1 B=2\r\nRUN x\r\n", "ENV A=1\nENV B=2\nRUN x\n"),
        ("WORKDIR a\nRUN x\nWORKDIR a\n", "WORKDIR a\nRUN x\n"),
    ],
)  # fmt: skip
def test_fixed(before: str, after: str) -> None:
    """The text after all fixes, unsafe ones included."""
    assert fixed(before).content.decode() == after


def test_moves_keep_line_ends() -> None:
    """A moved line has the line ends of its file, the safe fix for those aside."""
    source = document("IMPORT A\r\nRUN x\r\n")
    (finding,) = (f for f in lint_document(source, Selection()) if f.code == "JF203")
    assert finding.fix is not None

    assert apply_fixes(source.source, [finding.fix]) == ("RUN x\r\nIMPORT A\r\n", 1)


def test_safe_fixes_alone() -> None:
    """Without --unsafe-fixes only the safe ones are made."""
    result = fixed("CMD a && b\nCMD exec c\nENV A='b'\n", unsafe=False)

    assert result.content == b"CMD exec c\nENV A='b'\n"
    assert (result.count, [finding.code for finding in result.findings]) == (1, ["JF103"])


def test_file_into_folder(tmp_path: Path) -> None:
    """With the files at hand a file goes into the folder that is there."""
    lay_out(tmp_path, {"a/x": "", "b": ""})

    assert fixed("COPY a app\nCOPY b app", tmp_path).content == b"COPY a app\nCOPY b app/"


def test_bytes_that_are_no_text_stay() -> None:
    """What cannot be decoded is written back as it was."""
    doc = document(b"# \xff\nCMD exec a\nCMD exec b\n")
    result = fix_document(doc, lambda d: lint_document(d, Selection()), unsafe=True)

    assert result.content == b"# \xff\nCMD exec b\n"


def place(start: int, end: int) -> Span:
    return Span(1, start + 1, 1, end + 1)


@pytest.mark.parametrize(
    "edits, text, made",
    [
        pytest.param([[(0, 1, "A")], [(2, 3, "C")]], "AbCdef", 2, id="apart"),
        pytest.param([[(0, 2, "X")], [(1, 3, "Y")]], "Xcdef", 1, id="overlapping"),
        pytest.param([[(0, 2, "X")], [(2, 3, "Y")]], "XYdef", 2, id="adjacent"),
        pytest.param([[(1, 1, "X")], [(1, 1, "Y")]], "aXbcdef", 1, id="same-place"),
        pytest.param([[(0, 1, "X"), (4, 5, "")], [(4, 5, "Z")]], "Xbcdf", 1, id="all-or-none"),
        pytest.param([[(4, 5, "Z")], [(0, 1, "X"), (4, 5, "")]], "Xbcdf", 1, id="first-wins"),
        pytest.param([[(6, 6, "!")]], "abcdef!", 1, id="at-the-end"),
    ],
)
def test_edits(edits: list[list[tuple[int, int, str]]], text: str, made: int) -> None:
    """Fixes that touch each other wait for the next round; each is made whole or not at all."""
    fixes = [Fix("", tuple(Edit(place(a, b), t) for a, b, t in fix)) for fix in edits]

    assert apply_fixes(Source("JFile", "abcdef"), fixes) == (text, made)


LINES = [line for rule in RULES for line in f"{rule.bad}\n{rule.good}".split("\n")]


@given(st.lists(st.sampled_from(LINES), max_size=8), st.booleans())
def test_fixing_ends(lines: list[str], unsafe: bool) -> None:
    """Any mixture of lines comes to rest: nothing fixable is left, or a rule gave up."""
    doc = document("\n".join(lines))
    result = fix_document(doc, lambda d: lint_document(d, ALL), unsafe=unsafe)

    assert [f.code for f in result.findings if f.fix and (unsafe or f.fix.is_safe)] == []


# What safe fixes may change: directives without effect go, and `dest/` says what was meant.
CHANGING = {"JF108", "JF117", "JF133", "JF505"}


@given(st.lists(st.sampled_from(LINES), max_size=8))
def test_safe_fixes_keep_the_meaning(lines: list[str]) -> None:
    """The directives after safe fixes are those before, line numbers aside."""
    doc = document("\n".join(lines))
    keeping = Selection(select=("ALL",), ignore=tuple(CHANGING))
    result = fix_document(doc, lambda d: lint_document(d, keeping), unsafe=False)

    assert directives(result.document.jfile) == directives(doc.jfile)


def directives(jfile: object) -> list[dict[str, object]]:
    return [{k: v for k, v in entry.items() if k != "line"} for entry in dump(jfile)]  # type: ignore[arg-type]
