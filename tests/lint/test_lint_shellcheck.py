"""ShellCheck's findings, led back to the JFile. A stand-in plays the program where that matters."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest
from lint_inputs import document

from jarbuild.lint import shellcheck
from jarbuild.lint.batch import NO_SHELLCHECK, lint_items, read_item
from jarbuild.lint.codes import Selection
from jarbuild.lint.engine import lint_document
from jarbuild.lint.finding import Finding

# Finds every `MARK` in the files it is given, and says what it was called with.
STAND_IN = """\
#!{python}
import json, sys
options = [word for word in sys.argv[1:] if word.startswith("-")]
paths = [word for word in sys.argv[1:] if not word.startswith("-")]
comments = []
for path in paths:
    for number, line in enumerate(open(path, newline="").read().split("\\n"), 1):
        for name in {words}:
            if name in line:
                column = line.index(name) + 1
                comments.append(dict(
                    file=path, line=number, endLine=number, column=column,
                    endColumn=column + len(name), level="warning", code=2154,
                    message=name + " is referenced but not assigned."))
with open({log!r}, "a") as log:
    log.write(json.dumps([options, [open(path).read() for path in paths]]) + "\\n")
print(json.dumps(dict(comments=comments)))
sys.exit(1 if comments else 0)
"""


@pytest.fixture
def program(tmp_path: Path) -> Path:
    """A program that finds `mark` and `known`, and writes down how it was called."""
    path = tmp_path / "shellcheck"
    path.write_text(
        STAND_IN.format(python=sys.executable, words=["mark", "known"], log=f"{tmp_path}/log")
    )
    path.chmod(0o755)
    return path


def found(program: Path, text: str) -> list[Finding]:
    doc = document(text)
    return shellcheck.check_scripts([doc], str(program))["JFile"]


@pytest.mark.parametrize(
    "text, place",
    [
        pytest.param("RUN a mark", (1, 7), id="line"),
        pytest.param("RUN a && \\\n # c\n  mark", (3, 3), id="continued"),
        pytest.param("RUN <<E\na\n  mark\nE", (3, 3), id="here-document"),
        pytest.param("RUN <<-E\n\ta\n\tmark\n\tE", (3, 2), id="stripped-tabs"),
        pytest.param("RUN cat <<E\nmark\nE", (2, 1), id="body"),
        pytest.param("RUN ${PORT(1)} ${COMMON} mark", (1, 26), id="placeholders"),
        pytest.param("RUN é漢 mark", (1, 8), id="wide"),
        pytest.param("CMD exec mark", (1, 10), id="cmd"),
        pytest.param("HEALTHCHECK CMD mark", (1, 17), id="healthcheck"),
        pytest.param("RUN a \\\r\n mark\r\n", (2, 2), id="crlf"),
    ],
)
def test_place(program: Path, text: str, place: tuple[int, int]) -> None:
    """A finding stands at the right line and column of the JFile."""
    (finding,) = found(program, text)

    assert (finding.span.line, finding.span.column) == place
    assert finding.span.end_column == place[1] + 4


def test_finding(program: Path) -> None:
    """Code, severity and message are ShellCheck's, written as ours are."""
    (finding,) = found(program, "RUN mark")

    assert (finding.code, finding.name, str(finding.severity)) == (
        "SC2154", "shellcheck", "warning",
    )  # fmt: skip
    assert finding.message == "mark is referenced but not assigned"
    assert finding.help == "https://www.shellcheck.net/wiki/SC2154"


@pytest.mark.parametrize("line", ["ENV known=x", "ARG known", "IMPORT known"])
def test_names_of_the_jfile_are_assigned(program: Path, line: str) -> None:
    """A variable that ENV, ARG or IMPORT sets is not called unassigned."""
    assert found(program, f"{line}\nRUN known") == []


def test_one_call_for_all(program: Path, tmp_path: Path) -> None:
    """All texts of all files go to one process, strict ones marked as such."""
    docs = [document('RUN a\nRUN ["b"]\nCMD c'), document("RUN <<E\nd ${PORT(2)}\nE")]
    shellcheck.check_scripts(docs, str(program))
    ((options, texts),) = map(json.loads, (tmp_path / "log").read_text().splitlines())

    assert "--shell=sh" in options
    assert texts == [
        "#!/bin/sh\na\n", "#!/bin/sh\nc\n", "#!/bin/sh -e\nd ${PORT_2_}\n",
    ]  # fmt: skip


def test_selected_and_suppressed(program: Path) -> None:
    """Its codes are selected, ignored and suppressed like ours."""
    text = "# jarbuild: ignore[SC2154] set by the machine\nRUN mark\nRUN mark"
    doc = document(text)
    findings = shellcheck.check_scripts([doc], str(program))["JFile"]

    assert [f.span.line for f in lint_document(doc, Selection(), findings)] == [3]
    assert lint_document(doc, Selection(ignore=("SC",)), findings) == []


def test_bashisms_are_said_once() -> None:
    """Where our own rule has spoken, ShellCheck's about the same line is left out."""
    doc = document("RUN [[ a ]]")
    (ours,) = lint_document(doc, Selection())
    theirs = Finding("SC3010", "shellcheck", ours.severity, "x", "JFile", ours.span)

    assert lint_document(doc, Selection(), [theirs]) == [ours]


def test_absent(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the program our own rules still run, and a note says how to get it."""
    monkeypatch.setattr("jarbuild.lint.batch.find_shellcheck", lambda: None)
    report = lint_items([read_item("<stdin>", b"RUN sudo x")])

    assert [finding.code for finding in report.findings] == ["JF304"]
    assert report.notes == (NO_SHELLCHECK,)


def test_no_note_without_shell_text(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody is told about a program that has nothing to do."""
    monkeypatch.setattr("jarbuild.lint.batch.find_shellcheck", lambda: None)

    assert lint_items([read_item("<stdin>", b"COPY a b")]).notes == ()


def test_failing_program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A ShellCheck that breaks is a note, not the end."""
    broken = tmp_path / "shellcheck"
    broken.write_text("#!/bin/sh\necho 'no such option' >&2; exit 3\n")
    broken.chmod(0o755)
    monkeypatch.setattr("jarbuild.lint.batch.find_shellcheck", lambda: str(broken))
    report = lint_items([read_item("<stdin>", b"RUN sudo x")])

    assert [finding.code for finding in report.findings] == ["JF304"]
    assert report.notes == (f"shellcheck failed: {broken}: no such option",)


def test_real_program() -> None:
    """The real ShellCheck's findings come in the same form, where it is installed."""
    program = shellcheck.find_shellcheck()
    found = [f.code for f in found_by(program)] if program else ["SC2046", "SC2154"]

    assert sorted(found) == ["SC2046", "SC2154"]


def found_by(program: str) -> list[Finding]:
    doc = document("ENV a=1\nRUN echo $a $b && \\\n  echo $(c)")
    return shellcheck.check_scripts([doc], program)["JFile"]
