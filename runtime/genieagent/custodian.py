"""Looks after the places of a jar: scans them, changes them, carries contents in and out.

One for each connection; it remembers what it has looked at. Everything raises RequestFailedError
and OSError.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace

from genieagent import archive, locks, restoration
from genieagent.change import Change, HomeChange, RootChange
from genieagent.drift import look_for_drift
from genieagent.failures import RequestFailedError
from genieagent.index import Index, links_from_json, read_index, tree_to_json, write_index
from genieagent.layer import pack
from genieagent.layout import Layout
from genieagent.operations import WriteFile, from_wire
from genieagent.place import Place
from genieagent.scan import scan_home, scan_root
from genieagent.sharing import Sharing
from genieagent.stamps import Stamps
from genieagent.trees import Digest, Forest, Tree
from genieagent.walk import walk
from genieagent.wire import Channel, Message, Received, batches

Hear = Callable[[], Received]
"""Waits for the manager's next message of a conversation; raises ManagerGoneError."""

OpenPlaces = Callable[[], None]
"""Puts right what a crash has left; raises RequestFailedError, OSError."""


@dataclass
class Custodian:
    layout: Layout
    channel: Channel
    hear: Hear
    open_places: OpenPlaces
    _scanned: Index | None = None
    _built: Index | None = None  # the home as the last build left it

    def scan(self, request: Message) -> None:
        name = request["place"]
        noted = read_index(self.layout.index(name))
        earlier = None if request["anew"] else noted
        with Place(self.layout.place(name)) as place, Stamps(self.layout.stamp) as stamps:
            if name == "home":
                found = scan_home(place, stamps, earlier)
            else:
                group = self.layout.jar.ids.manager_gid
                found = scan_root(place, stamps, earlier, group)
                if noted is None or not found.says_the_same_as(noted):
                    write_index(self.layout.index(name), found)
        self._scanned = found
        self._send_links(found.tree)
        self.channel.send("scanned", root=found.tree.root)

    def objects(self, request: Message) -> None:
        """Of the last scan, and of the last build once its drift was looked for."""
        known = [index.forest for index in (self._scanned, self._built) if index is not None]
        if not known:
            raise RequestFailedError("unscanned", "nothing was scanned in this conversation")
        contents = {digest: _object(known, digest) for digest in request["digests"]}
        sizes = [[digest, len(content)] for digest, content in contents.items()]
        self.channel.send("objects", digests=sizes, size=sum(map(len, contents.values())))
        for content in contents.values():
            self.channel.send_data(content)

    def drift(self, request: Message) -> None:
        persist = tuple(map(os.fsencode, request["persist"]))
        file = self.layout.index("home")
        index = read_index(file)
        if index is None:
            self.channel.send("drift", root=None)
            return
        self._built = index
        if request["anew"]:
            index = replace(index, files={})
        with Place(self.layout.place("home")) as home, Stamps(self.layout.stamp) as stamps:
            drift = look_for_drift(home, stamps, index, persist)
        if drift.fresh or request["anew"]:
            self._refresh(index, drift.refreshed)
        rows = ([os.fsdecode(path), entry] for path, entry in drift.entries)
        for batch in batches(rows):
            self.channel.send("drifted", entries=batch)
        self._send_links(index.tree)
        self.channel.send("drift", root=index.tree.root)

    def _refresh(self, index: Index, refreshed: Index) -> None:
        """Unless somebody has changed the home meanwhile."""
        file = self.layout.index("home")
        with locks.held(self.layout.journal_lock):
            now = read_index(file)
            if now is not None and now.tree == index.tree:
                write_index(file, refreshed)

    def apply(self, request: Message) -> None:
        links: list[list[str]] = []
        with _Changing(self.layout, request, self.open_places) as changing:
            while (received := self.hear()).message["type"] != "commit":
                if received.message["type"] == "links":
                    links += received.message["links"]
                else:
                    _add_all(changing.change, received)
                    self.channel.send("staged")
            backup = changing.change.commit(Tree(request["root"], links_from_json(links)))
        self.channel.send(
            "applied",
            backed_up=[os.fsdecode(path) for path in backup.kept],
            backup=f"backup/{backup.stamp}" if backup.kept else None,
        )

    def pack(self, request: Message, target: int) -> None:
        paths: list[str] = []
        while (received := self.hear()).message["type"] != "commit":
            paths += received.message["paths"]
        if self._scanned is None:
            raise RequestFailedError("unscanned", "nothing was scanned in this conversation")
        with Place(self.layout.place(request["place"])) as place:
            files = list(pack(place, self._scanned, map(os.fsencode, paths), target))
        for batch in batches([os.fsdecode(path), *rest] for path, *rest in files):
            self.channel.send("files", files=batch)
        self.channel.send("packed")

    def read(self, request: Message) -> None:
        with (
            Place(self.layout.place(request["place"])) as place,
            place.reading(os.fsencode(request["path"])) as file,
            os.fdopen(file, "rb", closefd=False) as content,
        ):
            total = os.fstat(file).st_size
            data = content.read(request["limit"])
        self.channel.send("file", size=len(data), total=total)
        self.channel.send_data(data)

    def normalize(self, request: Message) -> None:
        sharing = Sharing(self.layout.jar.ids.manager_gid, private_too=request["private"])
        with Place(self.layout.place("home")) as home:
            for visit in walk(home.descriptor):
                sharing.apply_to(visit)
        self.channel.send("normalized", changed=sharing.changed)

    def backup(self, target: int) -> None:
        with Place(self.layout.place("home")) as home:
            archive.write_archive(home, target)
        self.channel.send("done")

    def restore(self, source: int) -> None:
        with Place(self.layout.place("home")) as home:
            restoration.restore(home, source)
        self.channel.send("done")

    def _send_links(self, tree: Tree) -> None:
        for batch in batches(tree_to_json(tree)["links"]):
            self.channel.send("links", links=batch)


class _Changing:
    """Opens the change when it is first needed: only then may the agent say that it cannot."""

    def __init__(self, layout: Layout, request: Message, open_places: OpenPlaces):
        self._layout = layout
        self._request = request
        self._open_places = open_places
        self._change: Change | None = None

    @property
    def change(self) -> Change:
        if self._change is None:
            self._open_places()
            persist = tuple(map(os.fsencode, self._request["persist"]))
            is_home = self._request["place"] == "home"
            self._change = (
                HomeChange(self._layout, persist) if is_home else RootChange(self._layout)
            )
        return self._change

    def __enter__(self) -> _Changing:
        return self

    def __exit__(self, *_: object) -> None:
        if self._change is not None:
            self._change.close()


def _object(forests: Sequence[Forest], digest: Digest) -> bytes:
    for forest in forests:
        with suppress(KeyError):
            return forest.object(digest)
    raise RequestFailedError("unknown", f"not in the last scan: {digest}")


def _add_all(change: Change, received: Received) -> None:
    """The descriptors belong to the files that are written, in order."""
    sources = iter(received.descriptors)
    try:
        for row in received.message["ops"]:
            operation = from_wire(row)
            change.add(operation, next(sources, None) if isinstance(operation, WriteFile) else None)
    finally:
        for descriptor in received.descriptors:
            os.close(descriptor)
