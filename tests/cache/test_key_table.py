"""docs/cache.md says what keys are made of: all of it, of each directive, and nothing else."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from geniejars import JAR_VIEW
from jarbuild.cache.keys import (
    Preimage,
    RunInputs,
    World,
    copy_preimage,
    run_preimage,
    workdir_preimage,
)

PAGE = Path(__file__).parents[2] / "docs/cache.md"
ROW = re.compile(r"^\| `(\w+)` \| (all|WORKDIR|COPY|RUN) \| ", re.MULTILINE)
WORLD = World("debian 12 x86_64", JAR_VIEW)


@pytest.mark.parametrize(
    ("kind", "preimage"),
    [
        pytest.param("WORKDIR", workdir_preimage(WORLD, b"app"), id="WORKDIR"),
        pytest.param("COPY", copy_preimage(WORLD, "0" * 64), id="COPY"),
        pytest.param(
            "RUN", run_preimage(WORLD, RunInputs(argv=(), env={}, args={}, workdir=b"")), id="RUN"
        ),
    ],
)
def test_the_table_is_complete(kind: str, preimage: Preimage) -> None:
    """Each field of a preimage has its row, and each row its field; the tree joins in the key."""
    rows = {name for name, of in ROW.findall(PAGE.read_text("utf-8")) if of in ("all", kind)}

    assert rows == {"input", *preimage}
