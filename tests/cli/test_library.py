"""The library's door."""

from __future__ import annotations

import subprocess
import sys

import pytest

import jarbuild

ANCESTOR = (
    "load_config", "allocate", "deallocate", "clear_home", "backup_home", "parse_jfile",
    "read_jfile", "ensure_agent", "run_as", "run_shell_as", "start_as", "stop_process",
    "agent_status", "log_file_path", "normalize", "apply_acl", "pool_name", "all_names",
    "home_dir", "free_names", "occupied_names", "read_state", "write_state", "initial_state",
    "resolve_name", "acquire_lock", "prepare", "apply_jfile",
)  # fmt: skip


@pytest.mark.parametrize("name", ANCESTOR)
def test_the_ancestors_functions(name: str) -> None:
    """Each of the ancestor's functions is there under its Python name."""
    assert name in jarbuild.__all__
    assert callable(getattr(jarbuild, name))


def test_everything_named_is_there() -> None:
    """`dir` shows exactly what `__all__` promises."""
    assert dir(jarbuild) == sorted(jarbuild.__all__)


def test_unknown_names() -> None:
    """A mistyped name is an AttributeError, as everywhere."""
    with pytest.raises(AttributeError, match="alocate"):
        _ = jarbuild.alocate


def test_importing_loads_nothing() -> None:
    """`import jarbuild` costs no more than its own file."""
    program = (
        f"import sys; sys.path[:] = {sys.path!r}; import jarbuild;"
        "print(*sorted(m for m in sys.modules if m.split('.')[0] in "
        "('geniejars', 'jfile', 'attrs', 'lark', 'rich', 'jarbuild')))"
    )
    ended = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )

    assert ended.stdout == "jarbuild\n"


def test_read_jfile(project) -> None:
    """A JFile is read from disk as it is parsed from text."""
    here = project({"JFile": "TAG x\n"})

    assert jarbuild.read_jfile("JFile") == jarbuild.parse_jfile(here.read("JFile"))
