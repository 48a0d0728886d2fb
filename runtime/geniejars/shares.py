"""Folders of the manager's that a jar works in, kept usable from both sides.

They are the live home's alone, at their own paths beside it: no build, tree or diff sees them.
"""

from __future__ import annotations

from geniejars.config import Config
from geniejars.reception import reach_server
from geniejars.state import SharedFolder, occupied_entry, read_state


def shared_folders(config: Config, name: str) -> list[SharedFolder]:
    """Raises UsageError for a jar that nobody has."""
    return occupied_entry(read_state(config), name)["shares"]


def settle_shares(config: Config, name: str) -> None:
    """After a command: what the jar has made in shared folders becomes the manager's."""
    if any(share["writable"] for share in shared_folders(config, name)):
        with reach_server(config) as server:
            server.settle(name)


def revoke_shares(config: Config, name: str) -> None:
    """The jar is about to be somebody else's."""
    for share in shared_folders(config, name):
        with reach_server(config) as server:
            server.revoke(name, share["path"])
