"""Findings in every format. `JARBUILD_UPDATE_GOLDEN=1 pytest tests/lint` writes the goldens."""

from __future__ import annotations

import io
import json
import os
import re
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import jsonschema
import pytest

from jarbuild.display.findings import FORMATS, github, rendered, sarif, statistics
from jarbuild.display.palette import PLAIN, Palette
from jarbuild.display.screen import Screen
from jarbuild.lint.batch import lint_items, read_item
from jarbuild.lint.finding import Finding, Severity
from jarbuild.lint.report import Report
from jarbuild.lint.rules import RULES

HERE = Path(__file__).parent
TOP = HERE.parent.parent

WEB = """\
TAG web
WORKDIR app\t# all of it
ENV GREETING="hällo 漢字 $NAME"
RUN echo \x1b[31m && \\
  sudo make all
RUN ./hello; ./x a:b,c%d
RUN sudo a
RUN sudo a
COPPY a b
CMD node server.js && cleanup
""".encode()
CLEAN = b'RUN make\nCMD ["./app"]\n'


def report(files: dict[str, bytes]) -> Report:
    """Without ShellCheck, whose versions differ."""
    items = [read_item(name, content) for name, content in files.items()]
    found = [f for item in items for f in item.lint(item.document)]
    sources = {i.document.source.name: i.document.source for i in items}
    return Report(tuple(files), tuple(sorted(found, key=lambda f: f.position)), sources)


def fails(finding: Finding) -> bool:
    return finding.severity >= Severity.WARNING


def screen(*, color: bool = False) -> Screen:
    return Screen(io.StringIO(), io.StringIO(), color)


@pytest.fixture(scope="module")
def sample() -> Report:
    """Two files in a folder that is not there: findings of each severity, and none."""
    return report({"nowhere/web/JFile": WEB, "nowhere/clean/JFile": CLEAN})


@pytest.mark.parametrize("format", FORMATS)
def test_golden(format: str, sample: Report) -> None:
    """Each format's whole output."""
    shown = "\n".join(rendered(sample, format, screen(), fails)) + "\n"
    path = HERE / f"golden/findings.{format}"
    if os.environ.get("JARBUILD_UPDATE_GOLDEN") == "1":
        path.write_text(shown, "utf-8")

    assert shown == path.read_text("utf-8")


@pytest.mark.parametrize("format", FORMATS)
def test_no_files(format: str) -> None:
    """No JFile is no error in any format."""
    empty = Report((), (), {})
    shown = "\n".join(rendered(empty, format, screen(), fails))

    assert "findings" not in shown or format != "json"
    if format in ("json", "sarif", "gitlab"):
        json.loads(shown)
    elif format == "junit":
        ElementTree.fromstring(shown)  # noqa: S314  # our own


@pytest.mark.parametrize("format", FORMATS)
def test_no_control_character_passes(format: str, sample: Report) -> None:
    """What a JFile or its name holds cannot reach the terminal as a control character."""
    evil = report({"nowhere/\x1b[2J\n::error::/JFile": b"RUN \x1b]0;x\x07 sudo \x9b a\nCO\x1bPY\n"})
    shown = "\n".join(rendered(evil, format, screen(), fails))

    assert re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]|^::error::", shown, re.MULTILINE) is None


def test_json_keys(sample: Report) -> None:
    """The keys of DESIGN, and fixes as edits."""
    listed = json.loads("".join(rendered(sample, "json", screen(), fails)))
    keys = "code name severity message file line column endLine endColumn fix"

    assert {" ".join(entry) for entry in listed} == {keys}
    assert {entry["severity"] for entry in listed} == {"error", "warning", "info"}
    (fix,) = (entry["fix"] for entry in listed if entry["code"] == "JF405")
    assert fix == {
        "description": "write exec before the last command",
        "safe": False,
        "edits": [
            {"line": 10, "column": 23, "endLine": 10, "endColumn": 23, "text": "exec "},
        ],
    }


# SARIF


@pytest.fixture(scope="module")
def validator() -> jsonschema.Draft4Validator:
    schema = json.loads((HERE / "schemas/sarif-2.1.0-rtm.5.json").read_text("utf-8"))
    return jsonschema.Draft4Validator(schema)


@pytest.mark.parametrize("text", [rule.bad for rule in RULES], ids=[rule.code for rule in RULES])
def test_sarif_is_valid(text: str, validator: jsonschema.Draft4Validator) -> None:
    """Every rule's finding makes a log that the SARIF 2.1.0 schema accepts."""
    content = text.encode("utf-8", "surrogateescape")
    log = json.loads(sarif.render(report({"a b/ä/JFile": content, "/abs/JFile": CLEAN})))

    assert [error.message for error in validator.iter_errors(log)] == []


def test_the_validator_validates(sample: Report, validator: jsonschema.Draft4Validator) -> None:
    """A log that is wrong in one place is refused."""
    log = json.loads(sarif.render(sample))
    log["runs"][0]["results"][0]["locations"][0]["physicalLocation"]["region"]["startLine"] = 0

    assert list(validator.iter_errors(log))


def test_sarif_places(sample: Report) -> None:
    """Paths are relative URIs, and columns are said to be code points."""
    (run,) = json.loads(sarif.render(report({"a b/ä.jfile": WEB})))["runs"]
    location = run["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]

    assert run["columnKind"] == "unicodeCodePoints"
    assert location == {"uri": "a%20b/%C3%A4.jfile", "uriBaseId": "%SRCROOT%"}
    assert all(run["tool"]["driver"]["rules"][r["ruleIndex"]]["id"] == r["ruleId"]
               for r in run["results"])  # fmt: skip


# GitLab


def test_gitlab_entries(sample: Report) -> None:
    """What GitLab requires is there, and no two entries share a fingerprint."""
    entries = json.loads("".join(rendered(sample, "gitlab", screen(), fails)))

    assert len({entry["fingerprint"] for entry in entries}) == len(entries) == len(sample.findings)
    assert {entry["severity"] for entry in entries} == {"major", "minor", "info"}
    assert all(entry["location"]["path"] == "nowhere/web/JFile" for entry in entries)


def marks(content: bytes) -> dict[str, int]:
    entries = json.loads("".join(rendered(report({"J": content}), "gitlab", screen(), fails)))
    return {entry["fingerprint"]: entry["location"]["lines"]["begin"] for entry in entries}


def test_fingerprints_survive_moved_lines() -> None:
    """A line more above changes places, not fingerprints; equal lines are told apart."""
    before = marks(b"RUN sudo a\nRUN sudo a\n")
    after = marks(b"# more\nRUN sudo a\nRUN sudo a\n")

    assert list(before) == list(after)
    assert list(before.values()) == [1, 2] and list(after.values()) == [2, 3]


# GitHub


def test_github_caps() -> None:
    """Ten of each kind are shown, errors first, and the rest is counted."""
    many = report({"J": b"RUN sudo a\n" * 12 + b"ENV A=$B\nRUN x\n" * 11})
    lines = github.render(many)

    assert sum(line.startswith("::error ") for line in lines) == 10
    assert sum(line.startswith("::warning ") for line in lines) == 10
    assert lines[10] == "2 more of severity error are not shown"
    assert lines[21] == "1 more of severity warning are not shown"


def test_github_escapes(sample: Report) -> None:
    """No text ends its command or its property."""
    found = report({"a,b:c%/J": b"ENV A=$B%0A\n"})
    (line, _) = github.render(found)

    assert "file=a%2Cb%3Ac%25/J,line=1" in line
    assert line.count("::") == 2


def test_github_summary(sample: Report) -> None:
    """The page has a row for each finding."""
    page = github.summary(sample)

    assert page.count("\n| `nowhere/web/JFile:") == len(sample.findings)


# JUnit


def test_junit_cases(sample: Report) -> None:
    """A case for each file; a clean one passes, and what is below the level fails none."""
    suites = ElementTree.fromstring("".join(rendered(sample, "junit", screen(), fails)))  # noqa: S314
    cases = {case.get("name"): case for case in suites.iter("testcase")}

    assert (suites.get("tests"), suites.get("failures")) == ("2", "1")
    assert cases["nowhere/web/JFile"].find("failure") is not None
    assert "JF403" in (cases["nowhere/web/JFile"].findtext("system-out") or "")
    assert list(cases["nowhere/clean/JFile"]) == []


# Text


def test_text_on_a_terminal(sample: Report) -> None:
    """Colours mark severity, code and place; without them the text is the same."""
    from jarbuild.display.findings import text

    coloured = "\n".join(text.render(sample, Palette(True)))

    assert "\x1b[1;31merror[JF304]\x1b[0m" in coloured
    assert re.sub(r"\x1b\[[0-9;]*m", "", coloured) == "\n".join(text.render(sample, PLAIN))


def test_statistics(sample: Report) -> None:
    """The most frequent comes first."""
    lines = statistics(sample, "text")
    entries = json.loads("".join(statistics(sample, "json")))

    assert lines[0].split() == ["3", "JF304", "needs-root"]
    assert entries[0] == {
        "code": "JF304", "name": "needs-root", "severity": "error", "count": 3, "fixable": False,
    }  # fmt: skip


def test_problem_matcher() -> None:
    """GitHub's matcher reads what the text format writes."""
    matcher = json.loads((TOP / ".github/jarbuild-lint.json").read_text("utf-8"))
    first, second = matcher["problemMatcher"][0]["pattern"]
    lines = "\n".join(rendered(report({"a/J": b"x\nRUN sudo y"}), "text", screen(), fails))
    head = re.search(first["regexp"], lines.split("\n")[7])
    place = re.search(second["regexp"], lines.split("\n")[8])

    assert head and place
    assert (head[first["severity"]], head[first["code"]]) == ("error", "JF304")
    assert (place[second["file"]], place[second["line"]]) == ("a/J", "2")


def test_included_file_is_said_once(tmp_path: Path) -> None:
    """What is wrong in a file that two others include is shown once, with its own lines."""
    (tmp_path / "base").write_text("COPPY a\n")
    items = [
        read_item(str(tmp_path / name), b"INCLUDE base\n") for name in ("JFile", "JFile.other")
    ]
    found = lint_items(items)
    shown = "\n".join(rendered(found, "text", screen(), fails))

    assert [finding.file for finding in found.findings] == [str(tmp_path / "base")]
    assert "1 | COPPY a" in shown
