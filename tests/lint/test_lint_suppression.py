"""Comments that take findings away, and what is said about them."""

from __future__ import annotations

import pytest
from lint_inputs import codes, document

from jarbuild.lint.codes import Selection
from jarbuild.lint.engine import lint_document
from jarbuild.lint.fixer import fix_document


@pytest.mark.parametrize(
    "text, expected",
    [
        pytest.param("# jarbuild: ignore[JF101] why\nENV A=$B", [], id="code"),
        pytest.param("#jarbuild:ignore[jf101]\nENV A=$B", [], id="spelling"),
        pytest.param("# jarbuild: ignore[JF1]\nENV A=$B", [], id="prefix"),
        pytest.param("# jarbuild: ignore[JF103, JF101]\nENV A='$B'", [], id="several"),
        pytest.param("# jarbuild: ignore[JF101]\n\n# more\nENV A=$B", [], id="distance"),
        pytest.param(
            "# jarbuild: ignore[JF101]\nENV A=b\nENV A2=$B", ["JF901", "JF101"], id="next-only"
        ),
        pytest.param(
            "RUN x && \\\n# jarbuild: ignore[JF304]\n  sudo y", [], id="inside-a-directive"
        ),
        pytest.param("# jarbuild: ignore[JF304]\nRUN x && \\\n  sudo y", [], id="second-line"),
        pytest.param("# jarbuild: ignore-file[JF101]\nRUN x\nENV A=$B", [], id="file"),
        pytest.param("RUN x\n# jarbuild: ignore-file[JF101]\nENV A=$B", ["JF903", "JF101"],
                     id="file-too-late"),
        pytest.param("# jarbuild: ignore[JF101]", ["JF903"], id="nothing-below"),
        pytest.param("# jarbuild: ignore[]\nRUN x", ["JF903"], id="no-code"),
        pytest.param("# jarbuild: disable=JF101\nRUN x", ["JF903"], id="other-words"),
        pytest.param("# jarbuild: see the manual\nRUN x", [], id="prose"),
        pytest.param("# jarbuild: ignore[JF999]\nRUN x", ["JF902"], id="unknown"),
        pytest.param("# jarbuild: ignore[JF001]\nRNU x", ["JF001"], id="syntax-errors-stay"),
        pytest.param("# jarbuild: ignore[SC2046]\nRUN x", [], id="shellcheck-not-asked"),
        pytest.param("# jarbuild: ignore[JF501]\nrun x", [], id="rule-not-asked"),
    ],
)  # fmt: skip
def test_suppression(text: str, expected: list[str]) -> None:
    """What is left after suppressions, and what is said about those."""
    assert codes(text) == expected


def test_unused_with_shellcheck() -> None:
    """Where ShellCheck was asked, a suppression of its codes can be unused."""
    doc = document("# jarbuild: ignore[SC2046]\nRUN x")

    assert [f.code for f in lint_document(doc, Selection(), [])] == ["JF901"]


def test_unused_codes_are_removed() -> None:
    """Of several codes the unused go, and of a suppression without use the whole comment."""
    text = "# jarbuild: ignore[JF205, JF101, JF304] why\nENV A=$B\n# jarbuild: ignore[JF2]\nRUN x\n"
    fixed = fix_document(document(text), lambda doc: lint_document(doc, Selection()), unsafe=False)

    assert fixed.content.decode() == "# jarbuild: ignore[JF101] why\nENV A=$B\nRUN x\n"
