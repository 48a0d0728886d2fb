"""Whatever the bytes: findings, never a traceback, in time that grows with the text."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lint_inputs import ALL, document

from jarbuild.lint.engine import lint_document
from jarbuild.lint.rules import RULES

LINES = [line for rule in RULES for line in f"{rule.bad}\n{rule.good}".split("\n")]
PIECES = [
    *" \t\n\r\\'\"`$|&;<>(){}[]#=*~/é漢\ufeff\u00a0\u202e\x1b\0\udcff",
    "$(", "${", "<<EOF", "\nEOF\n", "${PORT(1)}", "${PORT(01)}", "${port(2)}", "${COMMON}",
    "RUN ", "CMD ", "ENV ", "COPY ", "WORKDIR ", '["', '", "', "case x in ", "esac", "&&", "../",
    "# jarbuild: ignore[", "curl http://x ", "npm i ", "sudo ", "INCLUDE /dev/zero\n",
]  # fmt: skip
TEXTS = st.lists(st.sampled_from([*LINES, *PIECES, *PIECES]), max_size=30).map("".join)


@given(TEXTS)
def test_any_text(text: str) -> None:
    """Every rule reads every text, and each finding lies in it."""
    doc = document(text)
    for finding in lint_document(doc, ALL):
        span = finding.span
        assert (span.line, span.column) <= (span.end_line, span.end_column)
        assert span.line <= max(1, len(doc.source.lines))
        assert span.column <= len(doc.line(span.line)) + 2


@given(st.binary(max_size=200))
def test_any_bytes(content: bytes) -> None:
    """A file that is no text gets findings as well."""
    assert isinstance(lint_document(document(content), ALL), list)


@given(TEXTS)
def test_any_text_among_files(text: str) -> None:
    """The files beside it make no difference to that."""
    folder = Path(__file__).parent

    assert isinstance(lint_document(document(text, folder), ALL), list)


def seconds(text: str) -> float:
    """The best of three, so that another process's turn is not counted."""

    def once() -> float:
        start = time.process_time()
        lint_document(document(text), ALL)
        return time.process_time() - start

    return min(once() for _ in range(2))


GROWING = {
    "runs": "RUN a $B | c > /tmp/d\n",
    "envs": "ENV A=${PORT(1)}\n",
    "envs-and-runs": "ENV A=${PORT(1)}\nRUN x $A\n",
    "imports-then-runs": "IMPORT A\nRUN b $A; c $D\n",
    "args": "ARG A\nRUN x $B\n",
    "copies": "COPY a b/\nCOPY . .\n",
    "workdirs": "WORKDIR a\nWORKDIR b/c\n",
    "depends": "RUN x ${COMMON}/a\nDEPEND /opt/b\n",
    "addpaths": "ADDPATH /opt\nRUN tool\n",
    "suppressions": "# jarbuild: ignore[JF101]\nENV A=$B\n",
    "file-suppressions": "# jarbuild: ignore-file[JF1]\n",
    "errors": "COPPY a\n",
    "comments": "# ${PORT(1)}\n",
}
LONG = {
    "command": ("RUN a", " && b $C"),
    "pipe": ("RUN curl x", " | tee y"),
    "words": ("RUN npm i", " a"),
    "substitutions": ("RUN a", " $(b)"),
    "nested": ("RUN a ", "$(b "),
    "backticks": ("RUN a ", "`b"),
    "arithmetic": ("RUN a ", "$(("),
    "here-documents": ("RUN cat", " <<E"),
    "placeholders": ("ENV A=", "${PORT(1)}"),
    "odd-placeholders": ("RUN ", "${PORT(01)}"),
    "continued": ("RUN a", " \\\n b"),
    "sources": ("COPY", " a"),
    "path": ("WORKDIR a", "/b"),
    "common-path": ("RUN x ${COMMON}", "/b"),
    "dest": ("COPY x a", "/b"),
    "array": ('CMD ["a"', ', "$b"'),
    "value": ("ENV A=", "B=c "),
    "dollars": ("ENV A=", "${"),
    "words-in-quotes": ("RUN a ", "\"'"),
}


@pytest.mark.parametrize("unit", GROWING.values(), ids=GROWING.keys())
def test_time_grows_with_the_lines(unit: str) -> None:
    """Eight times the lines take about eight times as long, whatever is on them."""
    small, large = seconds(unit * 100), seconds(unit * 800)

    assert large < 8 * 3 * small + 0.05


@pytest.mark.parametrize("start, unit", LONG.values(), ids=LONG.keys())
def test_time_grows_with_the_line(start: str, unit: str) -> None:
    """Eight times the line takes about eight times as long."""
    close = "]" if start.endswith('["a"') else ""
    small, large = (seconds(start + unit * n + close) for n in (250, 2000))

    assert large < 8 * 3 * small + 0.05
