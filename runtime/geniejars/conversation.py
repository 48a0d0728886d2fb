"""One conversation with an agent, its failures told in the manager's words."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from attrs import define

from genieagent.wire import VERSION, Channel, Connection, ProtocolError, Received
from geniejars.errors import InternalError, MachineError, StepFailedError
from geniejars.pump import is_carrier
from geniejars.version import VERSION as OUR_VERSION

REFUSALS = {
    "archive": (2, "geniejars backup writes those that can be restored"),
    "busy": (1, "try again when that has ended"),
    "folder": (1, "geniejars reset puts back what the last build made"),
    "mount": (1, "its target must be a folder or not be there yet, and be in a folder"),
    "not-running": (1, "geniejars app up starts it"),
    "running": (1, "geniejars app restart ends it and starts it again"),
}
"""Codes of what is no failure of the machine, but of what was asked for: how a command ends, and
the way out, for an agent does not know the commands."""


class AgentError(MachineError):
    """The agent's own answer to a request it could not serve; `code` is the agent's."""

    def __init__(self, code: str, message: str):
        self.exit_code, help = REFUSALS.get(code, (MachineError.exit_code, None))
        super().__init__(message, help=help)
        self.code = code


class AgentLostError(MachineError):
    """The agent ended in the middle of a conversation."""

    code = "agent-lost"

    def __init__(self, jar: str):
        super().__init__(
            f"the agent of {jar} ended unexpectedly",
            help="run the command again: it is started anew; server.log in the state folder"
            " may say more",
        )


class TimedOutError(StepFailedError):
    """A command that did not end within its time."""

    code = "timeout"


@define
class Conversation:
    """Requests one after the other; each `ask` is followed by `hear` until its final answer."""

    jar: str
    channel: Channel

    def ask(self, request: str, descriptors: Sequence[int] = (), **fields: Any) -> None:
        """Raises AgentLostError. The descriptors stay the caller's."""
        with self._failures_told():
            self.channel.send(request, descriptors, **fields)

    def hear(self) -> Received:
        """The next answer; raises AgentError where it is an error, AgentLostError."""
        with self._failures_told():
            answer = self.channel.receive_message()
        return self.accepted(answer)

    def hear_if_whole(self) -> Received | None:
        """Read once from a readable socket: the answer, an error included, or None so far."""
        with self._failures_told():
            is_there = self.channel.receive_some()
        if not is_there:
            raise AgentLostError(self.jar)
        event = self.channel.pending()
        assert event is None or isinstance(event, Received)
        return event

    def hear_content(self, size: int) -> bytes:
        """The data that the last answer announced."""
        with self._failures_told():
            return self.channel.receive_content(size)

    def accepted(self, answer: Received | None) -> Received:
        """The answer itself; raises what it means where it is an error or none at all."""
        if answer is None:
            raise AgentLostError(self.jar)
        if answer.message["type"] == "error":
            raise _error(answer.message["code"], answer.message["message"])
        return answer

    def carriers(self, answer: Received) -> tuple[int, ...]:
        """The descriptors of an answer; raises InternalError for what no agent hands out."""
        if all(map(is_carrier, answer.descriptors)):
            return answer.descriptors
        for descriptor in answer.descriptors:
            os.close(descriptor)
        raise InternalError(f"the agent of {self.jar} handed out what is no pipe and no terminal")

    def close(self) -> None:
        self.channel.close()

    @contextmanager
    def _failures_told(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise AgentLostError(self.jar) from error
        except ProtocolError as error:
            raise InternalError(f"the conversation with {self.jar} broke: {error}") from error


def _error(code: str, message: str) -> MachineError | StepFailedError:
    return TimedOutError(message) if code == "timeout" else AgentError(code, message)


def greet(connection: socket.socket, jar: str) -> tuple[Conversation, Received]:
    """Open a conversation; the agent's hello comes back. Raises MachineError."""
    conversation = Conversation(jar, Channel(connection, Connection("manager")))
    try:
        conversation.ask("hello", version=VERSION, client=f"geniejars {OUR_VERSION}")
        hello = conversation.hear()
    except BaseException:
        conversation.close()
        raise
    return conversation, hello
