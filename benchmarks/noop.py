"""A build that finds nothing to do, and one that finds one edit, over contexts of growing size.

    python benchmarks/noop.py [FILES…]

Beside `git status`, `find` and `cp -a` of the same folder in the same run. The time that
`jarbuild --version` takes is the interpreter's, and told apart.
"""

from __future__ import annotations

import shutil
from itertools import count
from pathlib import Path

from projects import bench, best, run, sizes, write_files

FILES = (1_000, 10_000, 100_000)
GIT = ("git", "-c", "user.name=b", "-c", "user.email=b@localhost")


def main() -> None:
    with bench() as folder:
        start = best(lambda: run(folder, "jarbuild", "--version"))
        print(f"start-up {start:.2f} s; in seconds, and in times of git status")
        for number in sizes(FILES):
            project = folder / f"p{number}"
            _measure(folder, project, number)


def _measure(folder: Path, project: Path, number: int) -> None:
    write_files(project / "src", number)
    (project / "JFile").write_text("COPY src src\nRUN ls src > names\n")
    for words in (("init", "-q"), ("add", "."), ("commit", "-qm", "all")):
        run(folder, *GIT, *words, cwd=project)
    build = lambda: run(folder, "jarbuild", str(project), "--progress", "quiet")  # noqa: E731
    edits = count()
    edit = lambda: (project / "src/d0/f0").write_text(f"edit {next(edits)}\n") and None  # noqa: E731
    copy = folder / "copy"
    times = {
        "first build": best(build, rounds=1),
        "nothing to do": best(build, build),
        "plan": best(lambda: run(folder, "jarbuild", str(project), "--plan")),
        "one edit": best(build, edit),
        "git status": best(lambda: run(folder, *GIT, "status", "--porcelain", cwd=project)),
        "find": best(lambda: run(folder, "find", str(project), "-newer", str(project / "JFile"))),
        "cp -a": best(
            lambda: run(folder, "cp", "-a", str(project / "src"), str(copy)),
            lambda: shutil.rmtree(copy, ignore_errors=True),
        ),
    }
    for name, seconds in times.items():
        print(f"{number:>8} files  {name:<14} {seconds:8.3f}  x{seconds / times['git status']:.1f}")
    shutil.rmtree(copy)


if __name__ == "__main__":
    main()
