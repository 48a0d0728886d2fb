"""The arrows between the rooms: who may import whom. Standard library only."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

TOP = Path(__file__).parent.parent
ROOMS = {
    "jarbuild": TOP / "jarbuild",
    "jfile": TOP / "grammar/jfile",
    "geniejars": TOP / "runtime/geniejars",
    "genieagent": TOP / "runtime/genieagent",
}
THIRD_PARTY = {"lark", "rich", "attrs", "attr", "filelock"}
MAY_IMPORT = {
    "jarbuild": {"jfile", "geniejars", "rich", "attrs", "filelock"},
    "jfile": {"lark", "attrs"},
    "geniejars": {"genieagent", "attrs", "filelock"},
    "genieagent": set(),
}


def imported(path: Path) -> set[str]:
    """The top-level names that a file imports, wherever in the file."""
    nodes = list(ast.walk(ast.parse(path.read_text())))
    plain = {a.name for n in nodes if isinstance(n, ast.Import) for a in n.names}
    named = {n.module or "" for n in nodes if isinstance(n, ast.ImportFrom) and n.level == 0}
    return {name.partition(".")[0] for name in plain | named}


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_imports_only_what_it_may(room: str) -> None:
    """Arrows run one way: jarbuild to jfile and geniejars, geniejars to genieagent."""
    watched = set(ROOMS) | THIRD_PARTY
    found = {
        (str(path.relative_to(TOP)), name)
        for path in ROOMS[room].rglob("*.py")
        for name in imported(path) & watched - MAY_IMPORT[room] - {room}
    }

    assert found == set()


@pytest.mark.parametrize("room", ["jfile", "geniejars"])
def test_rooms_are_entered_by_the_door(room: str) -> None:
    """jarbuild names a room, never a module inside it."""
    found = {
        (str(path.relative_to(TOP)), node.module)
        for path in ROOMS["jarbuild"].rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith(f"{room}.")
    }

    assert found == set()
