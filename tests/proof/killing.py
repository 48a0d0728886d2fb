"""Kills what takes part in a build at a chosen moment, and looks at what comes of it.

The project has two versions, in which every file differs, and some are in one only. A build of the
other version is begun and killed; then the home is one of the two, whole, whoever looks first, and
the next build makes what a clean build makes.
"""

from __future__ import annotations

import os
import random
import signal
import subprocess
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from attrs import define, field, frozen
from listings import Listing, listing
from worlds import Program, World

from geniejars import clear_home, run_as

FILES = 80
LONGEST = 60.0
"""Seconds until something that should have ended is an error."""

VICTIMS = ("tool", "server", "zygote", "agent", "agent")

JFILE = """\
COPY src src
RUN mkdir -p v$VERSION/e; echo $VERSION > v$VERSION/e/f
RUN mkdir made; for f in src/*; do cat $f > made/${f##*/}; done; ln made/0 linked; ln -s made s
RUN cat made/* | sha256sum > sum; mkdir -p deep/er; cp -r made deep/er; chmod 500 deep/er
COPY last last
"""


@frozen
class Crash:
    """Whom to kill, and when: `delay` seconds after the build began, or after its change of the
    home did; and what is done before the next build."""

    victim: str
    in_change: bool
    delay: float
    look: str
    which: float  # of several processes, from 0 to 1


def draw_crash(dice: random.Random, usual: float) -> Crash:
    """`usual` is how long a build takes."""
    in_change = dice.random() < 0.5
    delay = dice.uniform(0, 0.06 if in_change else usual)
    look = dice.choice(["build", "build", "exec", "app up", "diff"])
    return Crash(dice.choice(VICTIMS), in_change, delay, look, dice.random())


@define
class Scene:
    """One jar that is built into again and again; raises AssertionError."""

    world: World
    version: int = field(default=0, init=False)
    usual: float = field(default=1.0, init=False)
    expected: list[Listing] = field(factory=list, init=False)

    def __attrs_post_init__(self) -> None:
        self.world.empty()
        (self.project / "src").mkdir(parents=True)
        for version in (0, 1):
            self._write(version)
            clear_home(self.world.config, self.world.jars[1])
            assert self.world.build(self.project, self.world.jars[1], "clean").error is None
            self.expected.append(listing(self.world.home(self.world.jars[1])))
        self.usual = self._time_of_a_build()

    @property
    def project(self) -> Path:
        return self.world.folder / "project"

    @property
    def jar(self) -> str:
        return self.world.jars[0]

    @property
    def folder(self) -> Path:
        return self.world.config.home_base / self.jar

    def play(self, crash: Crash) -> bool:
        """Whether something was killed before the build was done."""
        before = self.version
        self._write(1 - before)
        is_hit, code, err = self._interrupted_build(crash)
        assert "Traceback" not in err, err
        assert code in (0, 3, -signal.SIGKILL), (code, err)
        self._look(crash.look, before)
        self._build()
        return is_hit

    def build_anew(self) -> None:
        """Every file is there afterwards, and sound."""
        self._build(no_cache=True)

    def build_other_version(self) -> None:
        """It succeeds by itself and makes what a clean build makes."""
        self._write(1 - self.version)
        self._build()

    def _build(self, **options: bool) -> None:
        report = self.world.build(self.project, self.jar, **options)
        assert report.error is None, report.error
        self._check()

    def _write(self, version: int) -> None:
        self.version = version
        for number in range(FILES):
            (self.project / f"src/{number}").write_text(f"{version} {number}\n" * 20)
        (self.project / f"src/only{1 - version}").unlink(missing_ok=True)
        (self.project / f"src/only{version}").write_text("there is none of it in the other")
        (self.project / "last").write_text(f"{version}\n")
        (self.project / "JFile").write_text(f'ENV VERSION={version}\n{JFILE}CMD ["cat", "sum"]\n')

    def _time_of_a_build(self) -> float:
        began = time.monotonic()
        build = self._start_build("--no-cache")
        build.communicate(timeout=LONGEST)
        assert build.returncode == 0
        return time.monotonic() - began

    def _start_build(self, *options: str) -> subprocess.Popen[str]:
        return self._start("jarbuild", str(self.project), "--progress", "quiet", *options)

    def _start(self, program: Program, *words: str) -> subprocess.Popen[str]:
        jar = ("--jar", self.jar) if program == "jarbuild" else ()
        return self.world.start(program, *words, *jar)

    def _interrupted_build(self, crash: Crash) -> tuple[bool, int, str]:
        build = self._start_build(*(() if crash.in_change else ("--no-cache",)))
        if crash.in_change:
            _wait_until(lambda: self._is_changing() or build.poll() is not None)
        time.sleep(crash.delay)
        is_hit = build.poll() is None
        with suppress(ProcessLookupError, IndexError):
            os.kill(self._victim(crash, build.pid), signal.SIGKILL)
        _, err = build.communicate(timeout=LONGEST)
        return is_hit, build.returncode, err

    def _is_changing(self) -> bool:
        return (self.folder / "journal").exists()

    def _victim(self, crash: Crash, tool: int) -> int:
        """Its pid; raises IndexError where there is none."""
        server = _processes("geniejars.server", str(self.world.folder))
        others = _processes("genieagent", str(self.world.folder))
        zygote = [pid for pid in others if _parent(pid) in (*server, 1)]
        agents = [pid for pid in others if pid not in zygote]
        found = {"tool": [tool], "server": server, "zygote": zygote, "agent": agents}[crash.victim]
        return found[int(crash.which * len(found))]

    def _look(self, how: str, before: int) -> None:
        """Whoever opens the jar first finds the home as it was or as it shall be."""
        match how:
            case "exec":
                run_as(self.world.config, self.jar, "true", capture=True)
            case "app up" | "diff":
                words = how.split()
                done = self._start("geniejars", *words, self.jar)
                out, err = done.communicate(timeout=LONGEST)
                assert done.returncode == 0, (how, out, err)
            case _:
                return
        assert not self._is_changing()
        now = listing(self.world.home(self.jar))
        assert now in (self.expected[before], self.expected[1 - before]), "half a home"

    def _check(self) -> None:
        now, wanted = listing(self.world.home(self.jar)), self.expected[self.version]
        names = now.entries.keys() | wanted.entries.keys()
        differ = [n for n in names if now.entries.get(n) != wanted.entries.get(n)]
        assert differ == [], differ[:5]
        assert now.links == wanted.links


def _wait_until(is_so: Callable[[], bool]) -> None:
    deadline = time.monotonic() + LONGEST
    while not is_so():
        assert time.monotonic() < deadline
        time.sleep(0.0005)


def _processes(*words: str) -> list[int]:
    """Whose command line has all these words."""
    found = []
    for path in Path("/proc").iterdir():
        if path.name.isdigit():
            with suppress(OSError):
                line = (path / "cmdline").read_text(errors="replace")
                if all(word in line for word in words):
                    found.append(int(path.name))
    return sorted(found)


def _parent(pid: int) -> int:
    with suppress(OSError):
        return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
    return 0
