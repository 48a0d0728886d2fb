"""Programs that people run in jars work there, or are known not to, in every situation."""

from __future__ import annotations

from pathlib import Path

import pytest
from attrs import evolve
from compat_benches import bench
from compat_programs import BWRAP, PROGRAMS, Program, page
from machines import Kind
from situations import POOL, SITUATIONS, machine_of

from geniejars import limited_programs
from geniejars.config import default_config

PAGE = Path(__file__).parents[2] / "docs" / "compatibility.md"


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda program: program.name)
@pytest.mark.parametrize("kind", SITUATIONS, ids=lambda kind: kind.name)
def test_it_works_where_it_should(program: Program, kind: Kind, bench_of) -> None:
    """What cannot work somewhere fails there, and is on the list with the reason."""
    done = bench_of(kind).tries(program.script)
    works = done.code == 0 and done.out.strip().endswith("works")

    assert works == (kind.label not in program.fails), done


@pytest.mark.parametrize(
    "kind",
    [kind for kind in SITUATIONS if kind.label == "full" and kind is not POOL],
    ids=lambda kind: kind.name,
)
def test_another_sandbox_works_inside_where_nested_is_set(
    kind: Kind, world: Path, scripts: Path, users: None
) -> None:
    """`nested` in the config lets a jar make user namespaces."""
    with machine_of(kind, world, scripts, nested=True) as machine, bench(machine) as nested:
        done = nested.tries(BWRAP.script)

    assert done.out.strip() == "works", done


@pytest.mark.parametrize(
    "situation, nested, named",
    [
        pytest.param("full", False, ["bwrap"], id="full"),
        pytest.param("full", True, [], id="nested"),
        pytest.param("single", False, ["bwrap"], id="single"),
        pytest.param(
            "no-namespaces", False,
            ["Chromium", "PostgreSQL", "bwrap", "gdb", "node os.userInfo()", "ssh-keygen"],
            id="no-namespaces",
        ),
    ],
)  # fmt: skip
def test_doctor_has_them_from_the_table(
    situation: str, nested: bool, named: list[str], tmp_path: Path
) -> None:
    """What cannot work in jars as they are on this machine."""
    config = evolve(default_config(tmp_path / "state.json"), nested=nested)
    found = limited_programs(config, situation).values()

    assert sorted(name for names in found for name in names) == named


def test_the_page_is_as_the_table() -> None:
    """`PYTHONPATH=runtime python tests/compat/compat_programs.py > docs/compatibility.md`."""
    assert PAGE.read_text() == page()
