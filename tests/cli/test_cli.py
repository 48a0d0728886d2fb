"""The command line of a build: words to options, errors to text, JSON and exit codes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from attrs import asdict
from story import FAILURE, SUCCESS

from geniejars import InternalError, JFileError, MachineError, Place, StepFailedError, UsageError
from jarbuild.arguments import Parser
from jarbuild.commands import HELP
from jarbuild.options import BuildOptions, add_build_options
from jarbuild.problems import Terminated

ENVIRONMENT = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}

OPTIONS: list[Any] = [
    pytest.param([], {}, id="bare"),
    pytest.param(["./lint"], {"path": "./lint"}, id="folder-with-a-command's-name"),
    pytest.param(
        ["myapp", "--plan", "--check"], {"path": "myapp", "plan": True, "check": True}, id="plan"
    ),
    pytest.param(["--jar", "x_1", "myapp"], {"path": "myapp", "jar": "x_1"}, id="jar"),
    pytest.param(["--no-cache"], {"no_cache": True}, id="no-cache"),
    pytest.param(["--no-cache-from", "7"], {"no_cache_from": 7}, id="no-cache-from"),
    pytest.param(
        ["--arg", "A=1", "--arg", "B=x=y", "--arg=C="],
        {"args": {"A": "1", "B": "x=y", "C": ""}},
        id="args",
    ),
    pytest.param(["--on-fail", "keep"], {"on_fail": "keep"}, id="on-fail"),
    pytest.param(["--restart", "--up"], {"restart": True, "up": True}, id="up"),
    pytest.param(["--clean", "--verify"], {"clean": True, "verify": True}, id="clean"),
    pytest.param(
        ["--strict", "--share-imports"], {"strict": True, "share_imports": True}, id="strict"
    ),
    pytest.param(["--isolation=weak"], {"isolation": "weak"}, id="isolation"),
    pytest.param(["--progress", "plain"], {"progress": "plain"}, id="progress"),
    pytest.param(["-q"], {"progress": "quiet"}, id="quiet"),
    pytest.param(["-v"], {"verbose": True}, id="verbose"),
    pytest.param(["--plan", "--format", "json"], {"plan": True, "format": "json"}, id="plan-json"),
    pytest.param(
        ["--format", "json"], {"format": "json", "progress": "json"}, id="format-of-a-build"
    ),
    pytest.param(
        ["--config", "c.json", "--no-color"], {"config": "c.json", "color": False}, id="config"
    ),
]


@pytest.mark.parametrize("words, expected", OPTIONS)
def test_options(project, build, words: list[str], expected: dict[str, Any]) -> None:
    """Every option arrives, and nothing else differs from the bare command."""
    project().run(*words)

    assert build.asked == [BuildOptions(**expected)]


WRONG = [
    pytest.param(["--plam"], "unknown option --plam", "did you mean --plan?", id="option"),
    pytest.param(
        ["--no-cach=1"], "unknown option --no-cach", "did you mean --no-cache?", id="value"
    ),
    pytest.param(["--zzz"], "unknown option --zzz", "see jarbuild --help", id="like-nothing"),
    pytest.param(["fmtt"], "there is no fmtt here", "did you mean jarbuild fmt?", id="command"),
    pytest.param(["a", "b"], "one argument too many: b", "see jarbuild --help", id="two-paths"),
    pytest.param(
        ["--progress", "jsn"],
        "--progress: 'jsn' is none of auto, tty, plain, json, quiet; did you mean json?",
        "see jarbuild --help",
        id="choice",
    ),
    pytest.param(["--arg", "A"], "--arg: 'A' is not of the form NAME=VALUE", "see", id="arg"),
    pytest.param(
        ["--no-cache-from", "-1"], "--no-cache-from: '-1' is no line number", "see", id="line"
    ),
    pytest.param(["--check"], "--check goes with --plan", "jarbuild --plan --check", id="check"),
    pytest.param(["--plan", "--verify"], "--verify goes with a build", "--plan", id="verify"),
    pytest.param(
        ["-q", "--progress", "json"], "-q and --progress json contradict", "", id="quiet-json"
    ),
]


@pytest.mark.parametrize("words, message, help_text", WRONG)
def test_wrong_words(project, build, words: list[str], message: str, help_text: str) -> None:
    """A mistake in the words is exit 2, one message, and what was probably meant."""
    outcome = project().run(*words)

    assert build.asked == []
    assert (outcome.exit, outcome.err.count("error[")) == (2, 1)
    assert message in outcome.err
    assert help_text in outcome.err


ERRORS = [
    pytest.param(JFileError("wrong"), 2, "error[jfile]: wrong", id="jfile"),
    pytest.param(UsageError("no such jar"), 2, "error[usage]: no such jar", id="usage"),
    pytest.param(StepFailedError("step"), 1, "error[step-failed]: step", id="step"),
    pytest.param(MachineError("pool"), 3, "error[machine]: pool", id="machine"),
    pytest.param(InternalError("oops"), 3, "error[internal]: InternalError: oops", id="internal"),
    pytest.param(ValueError("oops"), 3, "error[internal]: ValueError: oops", id="unforeseen"),
    pytest.param(
        FileNotFoundError(2, "No such file or directory", "/x"),
        3,
        "error[os-error]: /x: No such file or directory",
        id="system",
    ),
    pytest.param(KeyboardInterrupt(), 130, "interrupted", id="ctrl-c"),
    pytest.param(Terminated(), 143, "terminated", id="sigterm"),
]


@pytest.mark.parametrize("error, code, text", ERRORS)
def test_errors(project, build, error: BaseException, code: int, text: str) -> None:
    """Each family of errors has its exit code; no traceback reaches the screen."""
    build.error = error
    outcome = project().run()

    assert (outcome.exit, outcome.out) == (code, "")
    assert text in outcome.err
    assert "Traceback" not in outcome.err


@pytest.mark.parametrize("error, code, text", ERRORS)
@pytest.mark.parametrize("progress", ["--progress=json", "--format=json"])
def test_errors_as_json(
    project, build, error: BaseException, code: int, text: str, progress: str
) -> None:
    """`done` is last, whatever happened."""
    build.error = error
    outcome = project().run(progress)
    done = json.loads(outcome.out.splitlines()[-1])

    assert outcome.exit == code
    assert (done["event"], done["ok"]) == ("done", False)
    assert done["error"]["code"] in text


@pytest.mark.parametrize(
    "words, event",
    [
        pytest.param(["--progress", "json"], "done", id="progress"),
        pytest.param(["--progress=json", "--jar"], "done", id="missing-value"),
        pytest.param(["--plan", "--format", "json"], None, id="plan"),
    ],
)
def test_wrong_words_as_json(project, words: list[str], event: str | None) -> None:
    """Who asked for JSON gets JSON even for words that are wrong."""
    outcome = project().run("--plam", *words)
    told = json.loads(outcome.out)

    assert (outcome.exit, told.get("event"), told["error"]["code"]) == (2, event, "usage")


def test_the_traceback_is_kept(project, build, tmp_path: Path) -> None:
    """Our bug leaves a file for the report, named on the screen."""
    build.error = ValueError("oops")
    outcome = project().run()
    (kept,) = tmp_path.glob("jarbuild-*.txt")

    assert str(kept) in outcome.err
    assert "Traceback" in kept.read_text()


def test_debug_shows_the_traceback(project, build, monkeypatch) -> None:
    """JARBUILD_DEBUG=1 is for those who work on jarbuild."""
    build.error = ValueError("oops")
    outcome = project()
    monkeypatch.setenv("JARBUILD_DEBUG", "1")

    assert "Traceback (most recent call last)" in outcome.run().err


def test_syntax_errors(project, build) -> None:
    """Every mistake of a JFile is shown with its place, its text and what was meant."""
    from jfile import parse

    text = "TAG a b\nCOPPY x y\n"
    with pytest.raises(Exception) as caught:
        parse(text, "JFile")
    build.error = caught.value
    outcome = project({"JFile": text}).run()

    assert outcome.exit == 2
    assert outcome.err.count("error[JF") == 2
    assert " --> JFile:2:1\n  |\n2 | COPPY x y\n  | ^^^^^\n" in outcome.err
    assert "= help: did you mean COPY?" in outcome.err


def test_a_place_is_shown(project, build) -> None:
    """An error with a place shows the line; control characters in it and in names are harmless."""
    build.error = JFileError("no \x1b[2Jsuch", place=Place("JFile", 2, 6, 2, 9), help="look \u202e")
    outcome = project({"JFile": "TAG a\nCOPY \x1b]0 b\n"}).run()

    assert outcome.err == (
        "error[jfile]: no \\x1b[2Jsuch\n"
        " --> JFile:2:6\n"
        "  |\n"
        "2 | COPY \u241b]0 b\n"
        "  |      ^^^\n"
        "  = help: look \\u202e\n"
    )


def test_a_place_that_cannot_be_read(project, build) -> None:
    """A place whose file has gone is named all the same."""
    build.error = JFileError("wrong", place=Place("gone/JFile", 7))

    assert project().run().err == "error[jfile]: wrong\n --> gone/JFile:7:1\n"


@pytest.mark.parametrize(
    "words, expected",
    [
        pytest.param([], "[3] ran after", id="no-terminal-is-plain"),
        pytest.param(["--progress", "plain"], "[3] ran after", id="plain"),
        pytest.param(["-q"], "gjar001\n", id="quiet"),
        pytest.param(["--progress", "tty"], "3/3 RUN make all", id="tty"),
    ],
)
def test_displays(project, build, words: list[str], expected: str) -> None:
    """The display is the one that was asked for."""
    build.events = SUCCESS
    outcome = project().run(*words)

    assert (outcome.exit, outcome.err) == (0, "")
    assert expected in outcome.out


def test_plan_shows_the_table(project, build) -> None:
    """`--plan` shows steps, verdicts, reasons and what they took, and nothing else."""
    build.events = SUCCESS[:1]
    outcome = project().run("--plan")

    assert outcome.out == (
        "app/JFile into jar gjar001\n"
        "\n"
        "STEP  LINE           VERDICT  DIRECTIVE             LAST TOOK  WHY\n"
        "1     3              cached   COPY package.json ./  0.5 s      unchanged\n"
        "2     4              cached   RUN npm ci            40 s       unchanged\n"
        "3     steps.jfile:5  run      RUN make all          2.0 s    "
        "  command changed: all instead of bundle\n"
        "\n"
        "2 cached, 1 to run (2.0 s last time)\n"
        "warning: a socket was left out: app/s\n"
    )


def test_a_failed_build_ends_with_its_place(project, build) -> None:
    """A failing RUN shows its last output and its line in the JFile."""
    build.events = FAILURE
    build.error = StepFailedError("RUN failed with exit code 2", place=Place("JFile", 2))
    outcome = project({"JFile": "TAG x\nRUN make all\n"}).run()

    assert outcome.out.endswith("[3] | make: stop\n[3] failed with exit code 2 after 1.2 s\n")
    assert "2 | RUN make all\n  | ^^^^^^^^^^^^\n" in outcome.err


def test_a_reader_that_goes_away() -> None:
    """`jarbuild | head` ends as writers whose reader has gone do, in silence."""
    reader, writer = os.pipe()
    os.close(reader)
    with os.fdopen(writer, "w") as out:
        command = [sys.executable, "-m", "jarbuild", "--version"]
        ended = subprocess.run(command, stdout=out, stderr=subprocess.PIPE, env=ENVIRONMENT)

    assert (ended.returncode, ended.stderr) == (141, b"")


def test_help_names_every_option() -> None:
    """The build's help is written by hand: nothing may be missing from it."""
    parser = Parser("jarbuild")
    add_build_options(parser)

    assert [
        name
        for name in parser.option_names
        if name.startswith("--") and name not in HELP and name not in ("--quiet", "--verbose")
    ] == []


def test_build_help_and_version(project) -> None:
    """Help and version are results: stdout, exit 0."""
    here = project()

    assert here.run("--help").out == HELP + "\n"
    assert here.run("-h", "--progress", "json").out == HELP + "\n"


def test_options_are_a_plain_value() -> None:
    """Two equal command lines are equal values, good as a record of what was asked."""
    assert asdict(BuildOptions())["path"] == "."
