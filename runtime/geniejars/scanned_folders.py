"""Folders that an agent has seen in its places and the manager does not know, or not any more."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from genieagent.trees import Digest, Forest
from geniejars.conversation import AgentError

if TYPE_CHECKING:
    from geniejars.client import AgentSession


def fetch_folders(session: AgentSession, forest: Forest, root: Digest) -> None:
    """Bring into the forest what it lacks of the agent's last scan, level by level.

    A folder that is known is not descended into; see `mended` for what is lost below one.
    """
    wanted = {root}
    while missing := [digest for digest in wanted if not _has(forest, digest)]:
        objects = session.objects(missing)
        forest.fresh.update(objects)
        wanted = {d for digest in missing for d in _subfolders(forest, digest)}


def mended(forest: Forest, session: AgentSession) -> Forest:
    """The same forest, with the agent asked for what it has lost: what a place holds must not
    stop a build because a cache has forgotten it. What was found is fresh in both."""

    def find(digest: Digest) -> bytes:
        try:
            return forest.object(digest)
        except KeyError as lost:
            forest.fresh[digest] = content = _asked(session, digest, lost)
            return content

    return Forest(find, forest.fresh)


def _asked(session: AgentSession, digest: Digest, lost: KeyError) -> bytes:
    try:
        return session.objects([digest])[digest]
    except AgentError:
        raise lost from None


def _has(forest: Forest, digest: Digest) -> bool:
    try:
        forest.object(digest)
    except KeyError:
        return False
    return True


def _subfolders(forest: Forest, digest: Digest) -> Iterator[Digest]:
    return (e.value for e in forest.folder(digest).values() if e.kind == "folder")
