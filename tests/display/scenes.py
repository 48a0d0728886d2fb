"""Builds at a moment that somebody might look at: events and problems, for any display."""

from __future__ import annotations

from collections.abc import Sequence

from attrs import frozen

from geniejars import (
    JAR_VIEW,
    Done,
    Event,
    Finished,
    Output,
    OverlayStep,
    Place,
    Plan,
    Planned,
    Prepared,
    RunStep,
    Started,
    Step,
    Transferred,
    Verdict,
    Waiting,
)
from jarbuild.problems import Problem
from jfile import Source

JFILE = """\
TAG shop
WORKDIR app
COPY package.json package-lock.json ./
RUN npm ci
COPY src src
RUN npm run build -- --minify --sourcemap --target=es2022 --outfile=dist/bundle.min.js
RUN node tests/smoke.js
CMD ["node", "server.js"]
"""
FOLLOWS = "follows line 5"
CHANGED = "src/cart.js changed"


def step(index: int, line: int, text: str, reason: str, seconds: float | None) -> Step:
    status = "cached" if reason == "unchanged" else "run"
    verdict = Verdict(status, "a" * 64 if status == "cached" else None, reason)
    if text.startswith("RUN"):
        return RunStep(index, line, "RUN", text, verdict, {}, seconds=seconds, argv=(), env={})
    kind = "COPY" if text.startswith("COPY") else "WORKDIR"
    return OverlayStep(index, line, kind, text, verdict, {}, seconds=seconds, overlay="0" * 64)


def plan(jar: str | None, reasons: Sequence[str]) -> Plan:
    texts = [
        (number, line) for number, line in enumerate(JFILE.splitlines(), 1) if number in range(2, 8)
    ]
    took = (None, 0.1, 38.4, 0.1, 6.2, 1.1) if jar else (None,) * 6
    steps = tuple(
        step(index, line, text, reason, seconds)
        for index, ((line, text), reason, seconds) in enumerate(
            zip(texts, reasons, took, strict=True), 1
        )
    )
    warnings = ("shop/JFile:6: the line is long [JF503]",) if jar else ()
    return Plan("shop/JFile", jar, JAR_VIEW, steps, Prepared(tag="shop"), warnings=warnings)


REBUILD = plan("gjar001", ("unchanged", "unchanged", "unchanged", CHANGED, FOLLOWS, FOLLOWS))
FIRST = plan(None, ("first build",) * 6)
BEGUN: list[Event] = [
    Planned(REBUILD),
    *(Finished(n, "cached", 0.0, "unchanged") for n in (1, 2, 3)),
    Started(4),
    Finished(4, "ran", 0.04, CHANGED),
    Started(5),
    Output(5, "stdout", b"> shop@1.0.0 build\n> esbuild src/index.js\n\n"),
    Output(5, "stderr", "  dist/bundle.min.js  1.2mb ⚠️\n".encode()),
    Output(5, "stdout", b"\x1b[32mDone\x1b[0m in 812ms\n"),
]
BUILT: list[Event] = [
    *BEGUN,
    Finished(5, "ran", 6.04, FOLLOWS, 0),
    Finished(6, "reused", 0.0, "the same input as before"),
]
DONE = Done(
    jar="gjar001", alias="shop_1", home="/srv/jars/gjar001/home", tree="c" * 64, ran=2, cached=3,
    reused=1, restored=2, seconds=7.3, backed_up=("app/notes.txt", "app/data/orders.sqlite"),
)  # fmt: skip
FAILED = Problem(
    "run-failed",
    "RUN failed with exit code 1",
    Place("shop/JFile", 6),
    Source.read("shop/JFile", JFILE),
    (("help", "jarbuild --on-fail shell opens a shell where it failed"),),
)


@frozen
class Scene:
    """What has happened; `problems` is None while it still goes on."""

    events: Sequence[Event]
    problems: tuple[Problem, ...] | None = None


SCENES = {
    "running": Scene(BEGUN),
    "waiting": Scene([Waiting("another build of gjar001")]),
    "transfer": Scene([*BUILT, Transferred(734_003_200, 2_147_483_648)]),
    "built": Scene([*BUILT, DONE], ()),
    "failed": Scene([*BEGUN, Finished(5, "failed", 6.04, FOLLOWS, 1)], (FAILED,)),
}
PLANS = {"rebuild": REBUILD, "first": FIRST}
