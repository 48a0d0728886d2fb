"""A whole life of folders in each other, 10,000 unless you say otherwise.

    python3 tests/stress/depth.py [FOLDERS]

Copied, seen by a RUN, found unchanged, changed by hand, compared, put back by a build, restored in
a second jar, given back; the exit code is 1 where any of it fails. Twice the depth takes four times
as long: Landlock asks every folder above about each one that is made or opened.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from pathlib import Path

TOP = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(TOP / part) for part in ("tests/proof", "grammar", "runtime", ".")]

from nests import make_nest  # noqa: E402
from worlds import World, a_world  # noqa: E402

JFILE = "COPY src .\nRUN find . -name end -printf '%d' > depth\n"
CHANGE = """python3 -c "import os
while os.path.isdir('d'): os.chdir('d')
open('end', 'w').write('mine')"
"""


def main() -> int:
    depth = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    with a_world(jars=2) as world:
        first, second = world.jars
        project = _project(world.folder / "project", depth)
        end = f"{'d/' * depth}end"
        told = [
            _told("first build", lambda: _build(world, project, first) == [1, 2]),
            _told("what RUN saw", lambda: _content(world, first) == str(depth + 1)),
            _told("nothing to do", lambda: _build(world, project, first) == []),
            _told("change", lambda: world.run(first, CHANGE) == 0),
            _told("diff", lambda: end in _printed(world, "diff", first)),
            _told("build again", lambda: _build(world, project, first) == []),
            _told("no difference", lambda: end not in _printed(world, "diff", first)),
            _told("second jar", lambda: _build(world, project, second) == []),
            _told("free", lambda: "Released" in _printed(world, "free", second)),
        ]
    return 0 if all(told) else 1


def _project(project: Path, depth: int) -> Path:
    make_nest(project / "src", depth)
    (project / "JFile").write_text(JFILE)
    return project


def _told(what: str, work: Callable[[], bool]) -> bool:
    began = time.monotonic()
    is_right = work()
    print(
        f"{what:<14} {'ok' if is_right else 'WRONG':<6} {time.monotonic() - began:7.1f} s",
        flush=True,
    )
    return is_right


def _build(world: World, project: Path, jar: str) -> list[int]:
    """The steps that ran."""
    report = world.build(project, jar)
    if report.error is not None:
        print(report.outcome[:200], report.outcome[-200:], sep=" … ")
    return report.started


def _content(world: World, jar: str) -> str:
    return (world.home(jar) / "depth").read_text()


def _printed(world: World, *words: str) -> str:
    out, err = world.start("geniejars", *words).communicate()
    return out + err


if __name__ == "__main__":
    sys.exit(main())
