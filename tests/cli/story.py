"""A plan and the events of builds, for the displays to tell."""

from __future__ import annotations

from geniejars import (
    JAR_VIEW,
    Done,
    Event,
    Finished,
    Output,
    OverlayStep,
    Plan,
    Planned,
    Prepared,
    RunStep,
    Started,
    Verdict,
)

COPY = OverlayStep(
    index=1,
    line=3,
    directive="COPY",
    text="COPY package.json ./",
    verdict=Verdict("cached", "a" * 64, "unchanged"),
    preimage={},
    seconds=0.5,
    overlay="0" * 64,
)
INSTALL = RunStep(
    index=2,
    line=4,
    directive="RUN",
    text="RUN npm ci",
    verdict=Verdict("cached", "b" * 64, "unchanged"),
    preimage={},
    seconds=40.5,
    argv=("sh", "-c", "npm ci"),
    env={},
)
BUNDLE = RunStep(
    index=3,
    line=5,
    directive="RUN",
    text="RUN make \\\n    all",
    verdict=Verdict("run", None, "command changed: all instead of bundle", ("all", "bundle")),
    preimage={},
    seconds=2.0,
    argv=("sh", "-c", "make all"),
    env={},
    file="steps.jfile",
)
PLAN = Plan(
    jfile="app/JFile",
    jar="gjar001",
    view=JAR_VIEW,
    steps=(COPY, INSTALL, BUNDLE),
    prepared=Prepared(),
    warnings=("a socket was left out: app/s",),
)
CACHED = [
    Planned(PLAN),
    Finished(1, "cached", 0.0, "unchanged"),
    Finished(2, "cached", 0.0, "unchanged"),
]
REASON = BUNDLE.verdict.reason

SUCCESS: list[Event] = [
    *CACHED,
    Started(3),
    Output(3, "stdout", b"compiling\nlink"),
    Output(3, "stderr", b"a warning\n"),
    Output(3, "stdout", b"ing\n"),
    Finished(3, "ran", 1.25, REASON, 0),
    Done(
        jar="gjar001",
        alias="app_1",
        home="/srv/jars/gjar001/home",
        tree="c" * 64,
        ran=1,
        cached=2,
        reused=0,
        restored=0,
        seconds=1.5,
        backed_up=("notes.txt",),
    ),
]
FAILURE: list[Event] = [
    *CACHED,
    Started(3),
    Output(3, "stderr", b"make: *** no rule\nmake: stop"),
    Finished(3, "failed", 1.25, REASON, 2),
]
