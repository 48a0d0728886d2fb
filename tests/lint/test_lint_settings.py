"""Settings in TOML files, and which findings codes and prefixes select."""

from __future__ import annotations

from pathlib import Path

import pytest
from lint_inputs import lay_out

from geniejars import UsageError
from jarbuild.lint.codes import Selection, read_codes
from jarbuild.lint.finding import Severity
from jarbuild.lint.settings import settings_for


@pytest.mark.parametrize(
    "select, ignore, code, wanted",
    [
        pytest.param((), (), "JF101", True, id="default"),
        pytest.param((), ("JF1",), "JF101", False, id="ignored-prefix"),
        pytest.param((), ("JF2",), "JF101", True, id="other-ignored"),
        pytest.param(("JF2",), (), "JF101", False, id="other-selected"),
        pytest.param(("JF1",), ("JF101",), "JF101", False, id="exact-ignore"),
        pytest.param(("JF101",), ("JF1",), "JF101", True, id="exact-select"),
        pytest.param(("JF1",), ("JF1",), "JF101", False, id="equal"),
        pytest.param(("ALL",), ("JF101",), "JF101", False, id="all-but"),
        pytest.param(("ALL",), (), "SC2046", True, id="all-and-shellcheck"),
        pytest.param(("SC",), ("SC2046",), "SC2046", False, id="shellcheck-code"),
    ],
)
def test_selection(
    select: tuple[str, ...], ignore: tuple[str, ...], code: str, wanted: bool
) -> None:
    """The more exact prefix decides, and of equal ones the one that ignores."""
    assert Selection(select, ignore).includes_code(code) is wanted


def test_names_are_codes() -> None:
    """A rule may be called by its name, in any case."""
    assert read_codes(["Literal-Quotes", "jf2", "all", " "], "x") == ("JF103", "JF2", "ALL")


PYPROJECT = """
[tool.jarbuild.lint]
select = ["JF1", "JF3"]
ignore = ["JF103"]
fail-level = "error"
ports = 2
line-length = 80
portable = true
shellcheck = false
[tool.jarbuild.lint.per-path-ignores]
"examples/*" = ["JF301"]
"*.jfile" = ["JF1"]
"""


def test_all_settings(tmp_path: Path) -> None:
    """Every key is read."""
    lay_out(tmp_path, {"pyproject.toml": PYPROJECT})
    settings = settings_for(str(tmp_path / "a/b/JFile"))

    assert (settings.select, settings.ignore) == (("JF1", "JF3"), ("JF103",))
    assert (settings.facts.ports, settings.facts.line_length) == (2, 80)
    assert (settings.is_portable, settings.uses_shellcheck) == (True, False)
    assert settings.fail_level == Severity.ERROR


@pytest.mark.parametrize(
    "path, ignored",
    [("JFile", ()), ("examples/a/JFile", ("JF301",)), ("x/base.jfile", ("JF1",))],
)
def test_per_path_ignores(path: str, ignored: tuple[str, ...], tmp_path: Path) -> None:
    """Patterns are for the path from the settings file on, or for the file's name."""
    lay_out(tmp_path, {"pyproject.toml": PYPROJECT})
    name = str(tmp_path / path)

    assert settings_for(name).selection(name).ignore == ("JF103", *ignored)


def test_nearest_file_decides(tmp_path: Path) -> None:
    """Files are not merged; one without our table is passed over."""
    lay_out(
        tmp_path,
        {
            "jarbuild.toml": '[lint]\nignore = ["JF1"]\n',
            "a/pyproject.toml": "[project]\nname = 'x'\n",
            "a/b/jarbuild.toml": '[lint]\nselect = ["JF2"]\n',
        },
    )

    assert settings_for(str(tmp_path / "a/JFile")).ignore == ("JF1",)
    assert settings_for(str(tmp_path / "a/b/JFile")).ignore == ()


@pytest.mark.parametrize(
    "text, message, help",
    [
        ("lint = 1\n[lin", "jarbuild.toml cannot be read", None),
        ("[lint]\nselekt = []", "there is no setting selekt", "did you mean select?"),
        (
            "[lint]\nselect = 'JF1'",
            "select must be a list of rule codes, not 'JF1'",
            '["JF2", "JF301"]',
        ),
        ("[lint]\nselect = ['JF9999']", "there is no rule JF9999", None),
        ("[lint]\nignore = ['literal-quote']", "there is no rule", "did you mean literal-quotes?"),
        (
            "[lint]\nfail-level = 'bad'",
            "fail-level must be one of error, warning, info, none, not 'bad'",
            None,
        ),
        ("[lint]\nports = true", "ports must be a whole number, 0 or more, not True", None),
        ("[lint]\nportable = 1", "portable must be true or false, not 1", None),
        ("[lint]\nper-path-ignores = []", "per-path-ignores must be a table", None),
    ],
)
def test_wrong_settings(text: str, message: str, help: str | None, tmp_path: Path) -> None:
    """What is wrong is named, with what was probably meant."""
    lay_out(tmp_path, {"jarbuild.toml": text})

    with pytest.raises(UsageError) as caught:
        settings_for(str(tmp_path / "JFile"))

    assert message in caught.value.message
    assert help is None or caught.value.help == help
