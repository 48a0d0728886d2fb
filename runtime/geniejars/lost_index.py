"""A home whose index is lost: its agent does not know any more what builds made there.

The manager's state and cache do. Without them what this build does not make would stay for ever.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress

from genieagent.operations import Remove
from genieagent.trees import BrokenObjectError, Digest, Forest, Path, Tree, compare
from geniejars.results import Results
from geniejars.site import Site


def left_overs(site: Site, results: Results, forest: Forest, tree: Tree) -> list[Remove]:
    """What earlier builds made of the home and `tree` has not, what lies deepest first. The agent
    moves to the backup folder what it does not know."""
    paths = {p for digest in site.known_trees() for p in _gone(digest, results, forest, tree)}
    return [Remove(path) for path in sorted(paths, key=lambda p: (-p.count(b"/"), p))]


def _gone(digest: Digest, results: Results, forest: Forest, tree: Tree) -> Iterator[Path]:
    with suppress(KeyError, BrokenObjectError):  # the cache has forgotten it
        earlier = results.tree(digest)
        yield from (c.path for c in compare(forest, earlier.root, tree.root) if c.new is None)
