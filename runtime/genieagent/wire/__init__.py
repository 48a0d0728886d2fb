"""The agent protocol: `Channel` speaks it over a socket, `Connection` holds its rules."""

from genieagent.wire.channel import Channel
from genieagent.wire.codec import batches
from genieagent.wire.connection import Connection, Data, Event, Outgoing, Received
from genieagent.wire.errors import LocalProtocolError, ProtocolError, RemoteProtocolError
from genieagent.wire.messages import MAX_DESCRIPTORS, VERSION, Message, Side

__all__ = [
    "MAX_DESCRIPTORS",
    "VERSION",
    "Channel",
    "Connection",
    "Data",
    "Event",
    "LocalProtocolError",
    "Message",
    "Outgoing",
    "ProtocolError",
    "Received",
    "RemoteProtocolError",
    "Side",
    "batches",
]
