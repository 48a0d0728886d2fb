"""Builds and plans for programs: the schema that scripts are written against."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest
from story import FAILURE, PLAN, SUCCESS

from geniejars import Event, Output, Place, Planned
from jarbuild.display.jsonlines import JsonLinesDisplay
from jarbuild.display.plans import PlanJson
from jarbuild.display.screen import Screen
from jarbuild.problems import Problem

PROBLEM = Problem("run-failed", "RUN failed with exit code 2", Place("app/JFile", 5))
PLAN_OBJECT = {
    "version": 1,
    "jfile": "app/JFile",
    "jar": "gjar001",
    "steps": [
        {
            "index": 1,
            "line": 3,
            "directive": "COPY",
            "text": "COPY package.json ./",
            "status": "cached",
            "key": "a" * 64,
            "reason": "unchanged",
            "changed": [],
        },
        {
            "index": 2,
            "line": 4,
            "directive": "RUN",
            "text": "RUN npm ci",
            "status": "cached",
            "key": "b" * 64,
            "reason": "unchanged",
            "changed": [],
        },
        {
            "index": 3,
            "line": 5,
            "directive": "RUN",
            "text": "RUN make \\\n    all",
            "status": "run",
            "key": None,
            "reason": "command changed: all instead of bundle",
            "changed": ["all", "bundle"],
            "file": "steps.jfile",
        },
    ],
    "summary": {"cached": 2, "run": 1},
    "warnings": ["a socket was left out: app/s"],
}
STEPS = [
    {
        "event": "step",
        "index": 1,
        "line": 3,
        "directive": "COPY",
        "status": "cached",
        "seconds": 0.0,
        "reason": "unchanged",
        "exit": None,
    },
    {
        "event": "step",
        "index": 2,
        "line": 4,
        "directive": "RUN",
        "status": "cached",
        "seconds": 0.0,
        "reason": "unchanged",
        "exit": None,
    },
]
LAST_STEP = {
    "event": "step",
    "index": 3,
    "line": 5,
    "directive": "RUN",
    "status": "ran",
    "seconds": 1.25,
    "reason": "command changed: all instead of bundle",
    "exit": 0,
}
DONE = {
    "event": "done",
    "ok": True,
    "error": None,
    "jar": "gjar001",
    "alias": "app_1",
    "home": "/srv/jars/gjar001/home",
    "tree": "c" * 64,
    "ran": 1,
    "cached": 2,
    "reused": 0,
    "restored": 0,
    "backedUp": ["notes.txt"],
    "differences": None,
}
ERROR = {
    "code": "run-failed",
    "message": "RUN failed with exit code 2",
    "file": "app/JFile",
    "line": 5,
}


def objects(events: list[Event], problems: tuple[Problem, ...] = ()) -> list[dict[str, Any]]:
    """What is printed, `seconds` of the done event apart."""
    out = io.StringIO()
    display = JsonLinesDisplay(Screen(out, io.StringIO()))
    for event in events:
        display.show(event)
    display.close(problems)
    printed: list[dict[str, Any]] = [json.loads(line) for line in out.getvalue().splitlines()]
    assert printed[-1].pop("seconds") >= 0
    return printed


def test_a_successful_build() -> None:
    """Every field of every event is as DESIGN says, in order."""
    assert objects(SUCCESS) == [
        {"event": "plan", **PLAN_OBJECT},
        *STEPS,
        {"event": "start", "index": 3},
        {"event": "output", "index": 3, "stream": "stdout", "text": "compiling\nlink"},
        {"event": "output", "index": 3, "stream": "stderr", "text": "a warning\n"},
        {"event": "output", "index": 3, "stream": "stdout", "text": "ing\n"},
        LAST_STEP,
        DONE,
    ]


def test_fields_come_in_the_order_of_the_schema() -> None:
    """A person who reads the lines finds `event` first and the rest where the schema has it."""
    found = {tuple(o)[:3] for o in objects(SUCCESS)}

    assert ("event", "version", "jfile") in found
    assert ("event", "index", "line") in found
    assert ("event", "ok", "error") in found


def test_a_failed_build() -> None:
    """`done` is last and names the error with its place."""
    *_, step, done = objects(FAILURE, (PROBLEM,))

    assert step == {**LAST_STEP, "status": "failed", "exit": 2}
    assert done == {
        **DONE,
        "ok": False,
        "error": ERROR,
        "alias": None,
        "home": None,
        "tree": None,
        "ran": 0,
        "backedUp": [],
        "differences": None,
    }


def test_an_error_before_any_plan() -> None:
    """There is a `done` event whatever happened."""
    (done,) = objects([], (Problem("usage", "unknown option --plam"),))

    assert done["error"] == {
        "code": "usage",
        "message": "unknown option --plam",
        "file": None,
        "line": None,
    }
    assert done["jar"] is None


def test_what_fails_after_the_build() -> None:
    """Where the build went well and what came after it did not, both can be seen."""
    done = objects(SUCCESS, (Problem("machine", "the app ended at once"),))[-1]

    assert (done["ok"], done["jar"], done["tree"]) == (False, "gjar001", "c" * 64)


def test_a_second_plan_counts_anew() -> None:
    """After a damaged entry the counts are those of the plan that was executed to its end."""
    done = objects([*FAILURE, *SUCCESS])[-1]

    assert (done["ran"], done["cached"]) == (1, 2)


def test_a_cut_character_is_put_together() -> None:
    """Output is decoded as a stream; what is no UTF-8 is replaced."""
    events = [*SUCCESS[:4], Output(3, "stdout", b"caf\xc3"), Output(3, "stdout", b"\xa9 \xff\xc3")]
    outputs = [o["text"] for o in objects([*events, *FAILURE[-1:]]) if o["event"] == "output"]

    assert outputs == ["caf", "\u00e9 \ufffd", "\ufffd"]


def test_lines_are_ascii() -> None:
    """Line separators and broken names in output cannot break a line of JSON."""
    out = io.StringIO()
    display = JsonLinesDisplay(Screen(out, io.StringIO()))
    display.show(Planned(PLAN))
    display.show(Output(3, "stdout", "\u2028 \x85 \x1b[31m\n".encode()))

    assert out.getvalue().isascii()
    assert len(out.getvalue().splitlines()) == 2


@pytest.mark.parametrize(
    "problems, expected",
    [
        pytest.param((), PLAN_OBJECT, id="plan"),
        pytest.param((PROBLEM,), {"version": 1, "error": ERROR}, id="error"),
    ],
)
def test_plan_object(problems: tuple[Problem, ...], expected: dict[str, Any]) -> None:
    """`--plan --format json` prints one object, of the plan or of the error."""
    out = io.StringIO()
    display = PlanJson(Screen(out, io.StringIO()))
    if not problems:
        display.show(Planned(PLAN))
    display.close(problems)

    assert json.loads(out.getvalue()) == expected
