"""Executing a plan: what runs, what is told, and what becomes of root and home."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path as FilePath

import pytest

from genieagent.operations import Take, WriteFile
from genieagent.trees import Entry, Forest, Path
from geniejars.errors import StepFailedError
from geniejars.events import Done, Event, Finished, Output
from geniejars.occupants import HomeInUseError
from geniejars.plan import JAR_VIEW, OverlayStep, Plan, Prepared, RunStep, Source, Step, Verdict
from geniejars.runner import Surroundings, execute
from tests.fakes import FakeSite, MemoryResults, Place, Status, sha

RUN = Verdict("run", None, "first build")
CACHED = Verdict("cached", "k", "cached")


class Bench:
    """A jar, a cache and a context folder; steps are made by what they do."""

    def __init__(self, folder: FilePath):
        self.folder = folder
        self.site = FakeSite()
        self.results = MemoryResults()
        self.forest = Forest()
        self.events: list[Event] = []

    def copy(self, verdict: Verdict = RUN, **files: str) -> OverlayStep:
        """COPY of files with these contents; `a__b` is the path a/b."""
        entries: dict[Path, Entry] = {}
        sources = {}
        for name, text in files.items():
            content = text.encode()
            path = name.replace("__", "/").encode()
            entries[path] = Entry("file", 0o664, sha(content), len(content))
            sources[sha(content)] = self._source(content)
        overlay = self.forest.build(entries)
        return OverlayStep(
            index=0, line=0, directive="COPY", text=f"COPY {' '.join(files)}", verdict=verdict,
            preimage={"overlay": overlay}, overlay=overlay, sources=sources,
        )  # fmt: skip

    def _source(self, content: bytes) -> Source:
        file = self.folder / sha(content)
        file.write_bytes(content)
        s = file.stat()
        stamp = (s.st_dev, s.st_ino, s.st_mode, s.st_size, s.st_mtime_ns, s.st_ctime_ns)
        return Source(os.fsencode(file), stamp)

    def run(self, command: str, verdict: Verdict = RUN, **more: object) -> RunStep:
        return RunStep(
            index=0, line=0, directive="RUN", text=f"RUN {command}", verdict=verdict,
            preimage={"command": command}, argv=("sh", "-c", command), env={"MODE": "dev"}, **more,
        )  # type: ignore[arg-type]  # fmt: skip

    def build(self, *steps: Step, restart: bool = False, **prepared: object) -> Done:
        plan = Plan(
            jfile="JFile", jar="jar001", view=JAR_VIEW, steps=numbered(steps),
            prepared=Prepared(**prepared),  # type: ignore[arg-type]
        )  # fmt: skip
        around = Surroundings({"TOKEN": "secret"}, {"HTTP_PROXY": "p"}, restart)
        self.events = []
        return execute(plan, self.site, self.results, around, self.forest.fresh, self.events.append)

    @property
    def statuses(self) -> list[str]:
        return [e.outcome for e in self.events if isinstance(e, Finished)]


def numbered(steps: Sequence[Step]) -> tuple[Step, ...]:
    from attrs import evolve

    return tuple(evolve(s, index=n, line=n * 10) for n, s in enumerate(steps, 1))


@pytest.fixture
def bench(tmp_path: FilePath) -> Bench:
    return Bench(tmp_path)


def joins(place: Place) -> int:
    """A program that reads everything around it, so that a file that leaks in shows."""
    names = [n for n in place.names() if n != "all"]
    place.write("all", b"".join(n.encode() + b"=" + place.read(n) + b";" for n in names))
    return 0


def fails(place: Place) -> int:
    place.write("half-done", b"x")
    return 3


def test_a_first_build_takes_the_root(bench: Bench) -> None:
    """Everything runs, the home is the root by rename, and the events tell it."""
    bench.site.programs = {"join": joins}
    done = bench.build(bench.copy(a="1", d__b="2"), bench.run("join"))

    assert bench.site.home_place.read("all") == b"a=1;d/b=2;"
    assert {type(o) for o in bench.site.applied[-2:]} == {Take}
    assert bench.statuses == ["ran", "ran"]
    assert (done.ran, done.cached, done.alias) == (2, 0, "alias_1")


def test_what_a_command_says_is_told(bench: Bench) -> None:
    """Output arrives as bytes with the step's index."""
    bench.site.programs = {"join": joins}
    bench.build(bench.run("join"))

    assert Output(1, "stdout", b"ran join\n") in bench.events


def test_a_rebuild_with_an_edit(bench: Bench) -> None:
    """The command sees the new file and nothing that an app left in the home."""
    bench.site.programs = {"join": joins}
    bench.build(bench.copy(a="1"), bench.run("join"))
    bench.site.home_place.write("left-by-the-app", b"?")
    bench.build(bench.copy(a="2"), bench.run("join"))

    assert bench.site.home_place.read("all") == b"a=2;"
    assert "left-by-the-app" in bench.site.home_place.names()


def test_early_cutoff(bench: Bench) -> None:
    """A command that made the same tree again leaves what follows reused."""
    bench.site.programs = {"const": lambda place: place.write("c", b"c") or 0, "join": joins}
    bench.build(bench.run("const"), bench.run("join"))
    bench.results.records = {
        key: r for key, r in bench.results.records.items() if "const" not in key[0]
    }
    done = bench.build(bench.run("const"), bench.run("join"))

    assert bench.statuses == ["ran", "reused"]
    assert done.reused == 1


def test_no_cache_is_never_reused(bench: Bench) -> None:
    """A step that must run runs although its result is known."""
    bench.site.programs = {"join": joins}
    bench.build(bench.run("join"))
    bench.build(bench.run("join", no_cache=True))

    assert bench.statuses == ["ran"]


def test_all_cached_builds_by_restore(bench: Bench) -> None:
    """Another jar gets files from context and layers; no command runs, times come back."""
    bench.site.programs = {"join": joins}
    bench.build(bench.copy(a="1"), bench.run("join"))
    wanted = bench.site.home_place
    bench.site = FakeSite()
    bench.build(bench.copy(CACHED, a="1"), bench.run("join", CACHED))
    restored = [o for o in bench.site.applied if isinstance(o, WriteFile) and o.path == b"all"]

    assert bench.site.home_place.entries == wanted.entries
    assert bench.site.commands == []
    assert [(o.mtime_ns, o.check) for o in restored] == [(1_000_000_007, True)]


def test_a_failing_step(bench: Bench) -> None:
    """Exactly one event a step, the place of the failure, and the home untouched."""
    bench.site.programs = {"join": joins, "fail": fails}
    bench.build(bench.copy(a="1"), bench.run("join"))
    before = dict(bench.site.home_place.entries)
    with pytest.raises(StepFailedError) as caught:
        bench.build(bench.copy(a="1"), bench.run("fail"), bench.run("join"))

    assert bench.statuses == ["reused", "failed", "skipped"]
    assert caught.value.place is not None and caught.value.place.line == 20
    assert bench.site.home_place.entries == before


def test_after_a_failure_the_root_is_clean(bench: Bench) -> None:
    """What a failed command left in the root is gone before the next one runs."""
    bench.site.programs = {"join": joins, "fail": fails}
    with pytest.raises(StepFailedError):
        bench.build(bench.copy(a="1"), bench.run("fail"))
    bench.build(bench.copy(a="1"), bench.run("join"))

    assert bench.site.home_place.read("all") == b"a=1;"


def test_a_source_that_changed(bench: Bench) -> None:
    """A context file edited between plan and copy stops the build before the home."""
    step = bench.copy(a="1")
    (source,) = step.sources.values()
    FilePath(os.fsdecode(source.path)).write_text("2")
    with pytest.raises(StepFailedError, match="changed while it was read"):
        bench.build(step)

    assert bench.site.home_place.entries == {}


def test_secrets_and_reach_are_in_the_environment(bench: Bench) -> None:
    """Only imported secrets, the manager's proxy variables, and ENV."""
    bench.site.programs = {"join": joins}
    bench.build(bench.run("join"), bench.run("join", imports=("TOKEN",)))

    assert bench.site.environments == [
        {"HTTP_PROXY": "p", "MODE": "dev"},
        {"HTTP_PROXY": "p", "MODE": "dev", "TOKEN": "secret"},
    ]


def test_a_drifted_home_is_put_back(bench: Bench) -> None:
    """A built file that was changed by hand is what the build says again."""
    bench.site.programs = {"join": joins}
    bench.build(bench.copy(a="1"), bench.run("join"))
    bench.site.home_place.write("all", b"changed by hand")
    done = bench.build(bench.copy(CACHED, a="1"), bench.run("join", CACHED))

    assert bench.site.home_place.read("all") == b"a=1;"
    assert done.restored == 1


def test_a_home_in_use_takes_copies(bench: Bench) -> None:
    """While the app runs, a changed COPY is put in place and the app lives on."""
    bench.build(bench.copy(a="1"))
    bench.site.status = Status(running=True, pid=7)
    bench.build(bench.copy(a="2"))

    assert bench.site.home_place.read("a") == b"2"
    assert "stop" not in bench.site.log


def test_a_home_in_use_refuses_the_rest(bench: Bench) -> None:
    """What a RUN made does not change under a living app, which the error names."""
    bench.site.programs = {"join": joins}
    bench.build(bench.copy(a="1"), bench.run("join"))
    bench.site.status = Status(running=True, pid=7)
    with pytest.raises(HomeInUseError, match=r"pid 7.*all"):
        bench.build(bench.copy(a="2"), bench.run("join"))

    assert bench.site.home_place.read("all") == b"a=1;"


def test_restart(bench: Bench) -> None:
    """--restart ends the app, changes the home and starts it again."""
    bench.site.programs = {"join": joins}
    bench.build(bench.copy(a="1"), bench.run("join"))
    bench.site.status = Status(running=True, pid=7)
    bench.build(bench.copy(a="2"), bench.run("join"), restart=True)

    assert bench.site.home_place.read("all") == b"a=2;"
    assert bench.site.log[-5:] == ["stop", "expect", "settle", "start app", "end build"]


def test_a_cache_that_forgot_what_is_in_the_home(bench: Bench) -> None:
    """The folders of the last build are had from the agent then; the build goes on."""
    bench.site.programs = {"join": joins}
    bench.build(bench.copy(d__a="1", gone="x"), bench.run("join"))
    bench.results.folders.clear()
    bench.forest = Forest()
    bench.build(bench.copy(d__a="2"), bench.run("join"))

    assert bench.site.home_place.names() == ["all", "d/a"]
    assert bench.site.home_place.read("all") == b"d/a=2;"


@pytest.mark.parametrize("is_remembered", [True, False])
def test_a_home_whose_index_is_lost(is_remembered: bool, bench: Bench) -> None:
    """What earlier builds made there is known from the cache, and goes; else it stays."""
    bench.site.programs = {"join": joins}
    done = bench.build(bench.copy(a="1", old__b="2"), bench.run("join"))
    bench.site.built = None
    bench.site.earlier = (done.tree, "unknown") if is_remembered else ("unknown",)
    bench.build(bench.copy(a="1"))

    left = [] if is_remembered else ["all", "old/b"]
    assert bench.site.home_place.names() == sorted(["a", *left])
