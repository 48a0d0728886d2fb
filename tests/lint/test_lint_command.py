"""`jarbuild lint` as it is typed: output, files, exit codes."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from pathlib import Path

import pytest
from attrs import frozen
from lint_inputs import lay_out

from geniejars import JarbuildError, UsageError
from jarbuild.arguments import Parser
from jarbuild.commands import lint
from jarbuild.display.screen import Screen
from jarbuild.lint.settings import forget_settings


@frozen
class Outcome:
    """What a command said, and its exit code."""

    code: int
    out: str
    err: str


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The current folder of each test, without ShellCheck, whose versions differ."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("GITHUB_STEP_SUMMARY", raising=False)
    monkeypatch.setattr("jarbuild.lint.batch.find_shellcheck", lambda: None)
    forget_settings()
    return tmp_path


def run(*words: str, files: Mapping[str, str] | None = None) -> Outcome:
    lay_out(Path(), files or {})
    parser = Parser("jarbuild lint", lint.SUMMARY, lint.EXAMPLES)
    lint.options(parser)
    screen = Screen(io.StringIO(), io.StringIO())
    code = lint.run(parser.read(words), screen)
    return Outcome(code, screen.out.getvalue(), screen.err.getvalue())  # type: ignore[attr-defined]


def typed(monkeypatch: pytest.MonkeyPatch, content: bytes) -> None:
    """Somebody types this on standard input."""
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(content)))


def found(outcome: Outcome) -> list[tuple[str, str]]:
    return [(entry["file"], entry["code"]) for entry in json.loads(outcome.out)]


WARNS = "ENV A=$B\n"
FAILS = "RUN sudo x\n"
REMARKS = "TAG a\n"
CLEAN = "RUN x\n"


@pytest.mark.parametrize(
    "text, words, code",
    [
        pytest.param(CLEAN, [], 0, id="clean"),
        pytest.param(REMARKS, [], 0, id="info"),
        pytest.param(WARNS, [], 1, id="warning"),
        pytest.param(FAILS, [], 1, id="error"),
        pytest.param("COPPY a b", [], 1, id="syntax-error"),
        pytest.param("FROM debian", [], 1, id="dockerfile"),
        pytest.param(REMARKS, ["--fail-level", "info"], 1, id="fail-at-info"),
        pytest.param(WARNS, ["--fail-level=error"], 0, id="fail-at-error"),
        pytest.param(FAILS, ["--fail-level=none"], 0, id="never-fail"),
        pytest.param(FAILS, ["--ignore", "JF3"], 0, id="ignored"),
        pytest.param(FAILS, ["--select", "JF1,JF2", "--select", "JF4"], 0, id="others-selected"),
        pytest.param("COPPY a b", ["--ignore", "JF0"], 1, id="syntax-errors-stay"),
        pytest.param("RUN a \\\n b", ["--portable"], 1, id="portable"),
        pytest.param("RUN a \\\n b", [], 0, id="not-portable"),
        pytest.param(FAILS, ["--format", "junit"], 1, id="other-format"),
        pytest.param(FAILS, ["--statistics"], 1, id="statistics"),
        pytest.param(FAILS, ["--diff"], 1, id="diff"),
    ],
)
def test_exit_code(text: str, words: list[str], code: int) -> None:
    """1 for a finding at or above the fail level, else 0."""
    assert run(*words, files={"JFile": text}).code == code


@pytest.mark.parametrize(
    "words, message, help",
    [
        (["nowhere"], "there is no nowhere", None),
        (["--select", "JFX"], "--select: there is no rule JFX", "docs/rules.md lists all of them"),
        (["--ignore", "needs-rot"], "no rule needs-rot", "did you mean needs-root?"),
        (["--explain", "JF1O1"], "there is no rule JF1O1", "docs/rules.md lists all of them"),
        (["--format", "sarf"], "did you mean sarif?", None),
        (["--fail-level", "warnings"], "did you mean warning?", None),
        (["--fixx"], "unknown option --fixx", "did you mean --fix?"),
    ],
)
def test_wrong_usage(words: list[str], message: str, help: str | None) -> None:
    """Wrong usage says what was probably meant; its exit code is 2."""
    with pytest.raises(UsageError) as caught:
        run(*words)

    assert message in caught.value.message
    assert (caught.value.exit_code, help or caught.value.help) == (2, caught.value.help)


def test_folders_are_searched() -> None:
    """JFile, JFile.* and *.jfile, each once, whatever else is there."""
    names = ["JFile", "a/JFile.web", "a/b/base.jfile", "a/notJFile", ".git/JFile"]
    outcome = run(".", "a", "JFile", "--format=json", files=dict.fromkeys(names, WARNS))

    assert found(outcome) == [
        ("JFile", "JF101"), ("a/JFile.web", "JF101"), ("a/b/base.jfile", "JF101"),
    ]  # fmt: skip


@pytest.mark.parametrize("format", lint.FORMATS)
def test_nothing_to_lint(format: str) -> None:
    """A folder without JFiles is a note, and no error."""
    outcome = run("--format", format)

    assert (outcome.code, outcome.err) == (0, "no JFile found\n")


def test_standard_input(monkeypatch: pytest.MonkeyPatch) -> None:
    """`-` is standard input: a text without files beside it."""
    typed(monkeypatch, b"COPY nowhere x\nENV A=$B\n")

    assert found(run("-", "--format=json")) == [("<stdin>", "JF101")]


def test_fixed_standard_input(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of standard input the fixed text comes out, and what is left to say goes elsewhere."""
    typed(monkeypatch, b"CMD exec a\nCMD exec b\nRUN sudo x\n")
    outcome = run("-", "--fix")

    assert outcome.out == "CMD exec b\nRUN sudo x\n"
    assert "error[JF304]" in outcome.err


def test_fix(folder: Path) -> None:
    """Safe fixes are written; what is left is shown, and decides the exit code."""
    files = {"JFile": "CMD exec a\nCMD exec b\n", "a.jfile": CLEAN}
    outcome = run("--fix", "--no-shellcheck", files=files)

    assert (folder / "JFile").read_text() == "CMD exec b\n"
    assert (outcome.code, outcome.err) == (0, "fixed 1\n")


def test_fix_keeps_the_mode(folder: Path) -> None:
    """A file keeps its permissions, and a symlink stays one."""
    lay_out(folder, {"real": "CMD exec a\nCMD exec b\n"})
    (folder / "real").chmod(0o640)
    (folder / "JFile").symlink_to("real")
    run("--fix", "JFile")

    assert (folder / "real").read_text() == "CMD exec b\n"
    assert (folder / "real").stat().st_mode & 0o777 == 0o640
    assert (folder / "JFile").is_symlink()


def test_diff(folder: Path) -> None:
    """Nothing is written; the change is shown, and findings stay."""
    outcome = run("--diff", "--unsafe-fixes", files={"JFile": "ENV A='b'\nRUN x\n"})

    assert outcome.out.startswith("--- JFile\n+++ JFile (fixed)\n@@ -1,3 +1,3 @@\n-ENV A='b'\n")
    assert (folder / "JFile").read_text() == "ENV A='b'\nRUN x\n"
    assert outcome.code == 1


def test_context_is_the_folder_of_the_file() -> None:
    """Sources are looked up beside the JFile, wherever the command is typed."""
    files = {"a/JFile": "COPY here x\nCOPY there y\n", "a/here": "", "there": ""}

    assert found(run("a", "--format=json", files=files)) == [("a/JFile", "JF110")]


def test_settings_and_command_line() -> None:
    """The command line wins over the settings, key by key."""
    settings = '[lint]\nignore = ["JF101"]\nfail-level = "error"\n'
    files = {"jarbuild.toml": settings, "JFile": WARNS + FAILS}

    assert found(run("--format=json", files=files)) == [("JFile", "JF304")]
    assert found(run("--format=json", "--ignore=JF3")) == [("JFile", "JF101")]
    assert run("--ignore=JF3").code == 0


def test_explain() -> None:
    """A rule by code or name, or a pointer to ShellCheck's page."""
    by_code = run("--explain", "jf403")

    assert by_code == run("--explain", "masked-failure")
    assert by_code.out.startswith("JF403 masked-failure  info, shell and processes\n")
    assert "    RUN ./configure; make\n" in by_code.out
    assert "wiki/SC2046" in run("--explain", "sc2046").out


@pytest.mark.parametrize("rule", ["JF008", "JF009", "JF306", "JF601"])
def test_explanations_show_what_cannot_be_seen(rule: str) -> None:
    """Control characters and undecodable bytes of examples are written as escapes."""
    out = run("--explain", rule).out

    assert out.replace("\n", "").isprintable()


def test_github_summary_page(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Steps append to the page that GitHub names."""
    page = folder / "page.md"
    page.write_text("# before\n")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(page))
    run("--format=github", files={"JFile": FAILS})

    assert page.read_text().startswith("# before\n### jarbuild lint\n")
    assert "| JF304 needs-root |" in page.read_text()


def test_absent_shellcheck_is_noted() -> None:
    """The note goes beside the findings, and --no-shellcheck says that it is meant."""
    assert "note: shellcheck is not installed" in run(files={"JFile": FAILS}).err
    assert run("--no-shellcheck").err == ""
    assert run("--format=json").err == ""


def test_help_fits_a_screen_and_names_every_option() -> None:
    """24 lines of 80 columns, and no option is left out."""
    parser = Parser("jarbuild lint")
    lint.options(parser)
    lines = parser.format_help().splitlines()

    assert len(lines) <= 24 and max(map(len, lines)) <= 80
    assert all(name in lint.HELP for name in parser.option_names)


class EnoughError(Exception):
    """Ends a watch."""


def test_watch() -> None:
    """It acts at once and after each change, a change during the act included."""
    seen = iter([1, 1, 2, 3, 3])
    acts: list[int] = []
    waits = iter(range(4))

    def wait() -> None:
        if next(waits) == 3:
            raise EnoughError

    with pytest.raises(EnoughError):
        lint.watch(lambda: next(seen), lambda: acts.append(1), wait)

    assert len(acts) == 3


def test_watching_survives_wrong_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    """Settings that are wrong just now are told, and the watch goes on."""

    def stop(seconds: float) -> None:
        raise EnoughError

    monkeypatch.setattr("time.sleep", stop)
    with pytest.raises(EnoughError):
        run("--watch", files={"jarbuild.toml": "[lint]\nx = 1\n", "JFile": FAILS})

    assert issubclass(UsageError, JarbuildError)
