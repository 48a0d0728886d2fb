"""How the agent says no to a request."""

from __future__ import annotations


class RequestFailedError(Exception):
    """Becomes the request's `error` answer: a code for programs, a sentence for people."""

    def __init__(self, code: str, message: str):
        super().__init__(message)
        self.code = code
        self.message = message
