"""A command that runs in a jar, as the manager sees it: output, input, signals, exit code."""

from __future__ import annotations

import os
from collections.abc import Sequence

from attrs import frozen

from genieagent.wire import Received
from geniejars.conversation import Conversation
from geniejars.pump import Input, OnOutput, Pump


@frozen
class Terminal:
    """A pseudo-terminal for the command, of this size when it starts."""

    rows: int
    cols: int


def attend(
    conversation: Conversation,
    started: Received,
    on_output: OnOutput,
    source: int | None = None,
    sink: int | None = None,
) -> int:
    """Carry what the command writes and reads until it has ended; its exit code comes back.

    `source` is read for `sink`, which is the pipe's end or, with a terminal, None.
    """
    descriptors = conversation.carriers(started)
    pump = Pump(
        dict(zip(descriptors, ("stdout", "stderr"), strict=False)),
        on_output,
        _input(source, sink, descriptors),
    )
    try:
        return _wait(conversation, pump)
    finally:
        pump.close()
        for descriptor in descriptors:
            os.close(descriptor)


def _input(source: int | None, sink: int | None, descriptors: Sequence[int]) -> Input | None:
    if source is None:
        return None
    return Input(source, os.dup(descriptors[0]) if sink is None else sink)


def _wait(conversation: Conversation, pump: Pump) -> int:
    answers: list[Received] = []

    def note_answer() -> bool:
        if (answer := conversation.hear_if_whole()) is not None:
            answers.append(answer)
        return bool(answers)

    pump.run(conversation.channel.fileno(), note_answer)
    # Only now: what a command wrote before it was ended for its time is output all the same.
    code: int = conversation.accepted(answers[0]).message["code"]
    return code
