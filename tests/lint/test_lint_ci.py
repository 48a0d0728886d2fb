"""What CI systems and builds take from the linter."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
from lint_inputs import lay_out

from geniejars import UsageError
from jarbuild.arguments import Parser
from jarbuild.commands import lint
from jarbuild.display.findings import FORMATS
from jarbuild.jfiles import found_jfiles
from jarbuild.lint import brief_warnings, lint_paths
from jarbuild.lint.settings import FAIL_LEVELS
from jfile import Source, parse, parse_tolerant

TOP = Path(__file__).parent.parent.parent


def pattern() -> re.Pattern[str]:
    """What pre-commit hands to the hooks."""
    found = re.findall(r"files: (.+)", (TOP / ".pre-commit-hooks.yaml").read_text())
    assert len(set(found)) == 1
    return re.compile(found[0])


@pytest.mark.parametrize(
    "name", ["JFile", "a/JFile", "JFile.web", "a/base.jfile", "aJFile", "JFiles", "a/JFile/b", "x"]
)
def test_hook_pattern(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The hooks get the files that a search of the folder finds, and no others."""
    monkeypatch.chdir(tmp_path)
    lay_out(tmp_path, {name: ""})

    assert (pattern().search(name) is not None) == (found_jfiles(["."]) == [name])


def read(words: list[str]) -> object:
    parser = Parser("jarbuild lint")
    lint.options(parser)
    return parser.read(words)


def test_hook_commands() -> None:
    """The hooks' command lines are ones that the command reads."""
    for entry in re.findall(
        r"entry: jarbuild lint(.*)", (TOP / ".pre-commit-hooks.yaml").read_text()
    ):
        assert read([*shlex.split(entry), "JFile", "a/JFile"])


def test_commands_of_the_page() -> None:
    """Every command line on docs/lint-in-ci.md is one that the command reads."""
    page = (TOP / "docs/lint-in-ci.md").read_text()
    lines = re.findall(r"^\W*jarbuild lint ([^`\n>]*)", page, re.MULTILINE)

    assert len(lines) >= 5
    assert all(read(shlex.split(line)) for line in lines)


def test_settings_of_the_page(tmp_path: Path) -> None:
    """The settings on docs/lint-in-ci.md are all there are, and can be read."""
    from jarbuild.lint.settings import settings_for

    page = (TOP / "docs/lint-in-ci.md").read_text()
    (table,) = re.findall(r"```toml\n(.*?)```", page, re.DOTALL)
    lay_out(tmp_path, {"pyproject.toml": table})
    settings = settings_for(str(tmp_path / "JFile"))

    assert (settings.facts.ports, settings.per_path_ignores) == (2, (("examples/*", ("JF2",)),))


def test_action_names_what_there_is() -> None:
    """The action's inputs speak of the formats and levels that exist."""
    text = (TOP / "action.yml").read_text()

    assert all(format in text for format in FORMATS)
    assert all(level in text for level in FAIL_LEVELS)
    assert set(re.findall(r"inputs\.([a-z-]+)", text)) == set(
        re.findall(r"^  ([a-z-]+):\n    description", text, re.MULTILINE)
    )


def test_action_pastes_no_input_into_its_script() -> None:
    """An input is data: it reaches the shell as a variable."""
    text = (TOP / "action.yml").read_text()
    scripts = re.findall(r"run: \|\n((?: {8}.*\n|\n)+)", text)

    assert len(scripts) == 2
    assert not any("${{" in script for script in scripts)


# For builds


def test_brief_warnings(tmp_path: Path) -> None:
    """A build says warnings and errors, context and settings taken into account, no remarks."""
    lay_out(tmp_path, {"jarbuild.toml": '[lint]\nignore = ["JF205"]\n'})
    text = (
        "TAG a\nCOPY nowhere x\nRUN npm i y; z\nENV A=$B\n# jarbuild: ignore[JF304]\nRUN sudo x\n"
    )
    source = Source.read(str(tmp_path / "JFile"), text)

    assert [f.code for f in brief_warnings(parse(text), source)] == ["JF110", "JF101"]
    assert [f.code for f in brief_warnings(parse(text), source, has_files=False)] == ["JF101"]


def test_brief_warnings_of_included_files_are_theirs(tmp_path: Path) -> None:
    """A build speaks of its own JFile, and knows what the others set."""
    lay_out(tmp_path, {"base.jfile": "ENV A=$B\nCMD exec x\n"})
    text = "TAG a\nINCLUDE base.jfile\n"
    source = Source.read(str(tmp_path / "JFile"), text)

    assert brief_warnings(parse(text), source) == []


def test_resolved_jfiles_do_no_harm() -> None:
    """A JFile whose INCLUDEs were resolved before is read as far as its own text goes."""
    text = "INCLUDE base\nRUN sudo x\n"
    resolved = parse(text, "JFile", lambda path: b"RUN <<E\na \\\n b\nE\nENV A=$B\nWORKDIR /x\n")

    found = brief_warnings(resolved, Source.read("JFile", text), has_files=False)
    assert [finding.code for finding in found] == ["JF304"]


def test_lint_paths(tmp_path: Path) -> None:
    """The library's way to the same findings."""
    lay_out(tmp_path, {"a/JFile": "ENV A=$B\n", "JFile.b": "COPPY a\n"})

    assert [finding.code for finding in lint_paths([str(tmp_path)])] == ["JF001", "JF101"]
    with pytest.raises(UsageError):
        lint_paths([str(tmp_path / "nowhere")])


def test_nothing_of_this_changes_a_parse() -> None:
    """Linting a JFile leaves its nodes as they are."""
    text = "ENV A='b'\nRUN a; b\n"
    jfile, _ = parse_tolerant(text)
    brief_warnings(jfile, Source.read("JFile", text), has_files=False)

    assert jfile == parse_tolerant(text)[0]
