"""The reference says what the code says."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from jarbuild import commands
from jarbuild.commands import jars
from tools.reference import files
from tools.reference.json_output import SCHEMAS

UPDATE = os.environ.get("JARBUILD_UPDATE_GOLDEN") == "1"


@pytest.mark.parametrize("path", files(), ids=lambda path: path.name)
def test_file_is_current(path: Path) -> None:
    """`python -m tools.reference` would change nothing."""
    if UPDATE:
        path.write_text(files()[path], "utf-8")

    assert path.read_text("utf-8") == files()[path]


def test_every_json_output_has_a_schema() -> None:
    """Whatever takes `--json` is told of, by its name."""
    titles = [json.loads(path.read_text("utf-8"))["title"] for path in SCHEMAS.glob("*.json")]
    words = [w for w in jars.MODULES if w != "build" and "--json" in _options(w)]

    assert [w for w in words if not any(t.startswith(f"geniejars {w} ") for t in titles)] == []
    assert len(words) >= 7


def _options(word: str) -> list[str]:
    return commands.parser_of("geniejars", word, commands.load(jars.MODULES, word)).option_names
