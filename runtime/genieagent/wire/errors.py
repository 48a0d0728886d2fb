"""What can go wrong in a conversation, by whose fault it is."""

from __future__ import annotations


class ProtocolError(Exception):
    """The conversation cannot go on."""


class LocalProtocolError(ProtocolError):
    """We were about to say something that may not be said now: a bug on this side."""


class RemoteProtocolError(ProtocolError):
    """The other side sent what no correct peer sends; nothing it sent is to be trusted."""
