"""The change of a home that was decided and must now happen, whatever ends meanwhile.

The contents lie ready in a stage when the journal is written. From then on the home will be what
it says: whoever finds a journal carries it out first, from its first step.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

from genieagent import locks
from genieagent.backup import Backup
from genieagent.builder import Builder
from genieagent.decision import Note
from genieagent.index import (
    Index,
    Known,
    known,
    objects_from_json,
    read_index,
    tree_from_json,
    tree_to_json,
    write_index,
)
from genieagent.layout import Layout
from genieagent.place import Place
from genieagent.sealed import read_sealed, remove_sealed, write_sealed
from genieagent.stage import Stage
from genieagent.steps import Step, TakeFromRoot, step_from_json, step_to_json
from genieagent.trees import Digest, Forest, Path, Tree


@dataclass(frozen=True)
class Journal:
    """`stage` is a folder's path below tmp/, `stamp` the backup folder's name.

    `objects` are those of the new tree that the home's index lacks, `notes` files as they will
    be, `gone` paths whose notes in the index are void.
    """

    stage: str
    stamp: str
    steps: tuple[Step, ...]
    tree: Tree
    objects: Mapping[Digest, bytes]
    notes: Mapping[Path, Note]
    gone: tuple[Path, ...]

    def to_json(self) -> dict[str, Any]:
        return {
            **tree_to_json(self.tree),
            "stage": self.stage,
            "stamp": self.stamp,
            "steps": [step_to_json(step) for step in self.steps],
            "objects": {digest: os.fsdecode(text) for digest, text in self.objects.items()},
            "notes": {os.fsdecode(path): note for path, note in self.notes.items()},
            "gone": [os.fsdecode(path) for path in self.gone],
        }

    @classmethod
    def from_json(cls, content: Mapping[str, Any]) -> Journal:
        return cls(
            content["stage"],
            content["stamp"],
            tuple(map(step_from_json, content["steps"])),
            tree_from_json(content),
            objects_from_json(content["objects"]),
            {os.fsencode(path): Note(*note) for path, note in content["notes"].items()},
            tuple(map(os.fsencode, content["gone"])),
        )


def carry_out(layout: Layout, journal: Journal) -> Backup:
    """Write the journal, do what it says, remove it. The caller holds the journal's lock.

    Raises OSError; the journal then stays.
    """
    write_sealed(layout.journal, journal.to_json())
    return _finish(layout, journal, after_crash=False)


def recover(layout: Layout) -> None:
    """Carry out what a crash has left undone; raises OSError where that is not possible.

    Waits where another agent is at it.
    """
    if not layout.journal.exists():
        return
    with locks.held(layout.journal_lock):
        if layout.journal.exists():
            _recover(layout)


def _recover(layout: Layout) -> None:
    content = read_sealed(layout.journal)
    if content is None:
        # Half a change that nobody knows: without its index the home is new to the next build.
        layout.index("home").unlink(missing_ok=True)
        remove_sealed(layout.journal)
    else:
        _finish(layout, Journal.from_json(content), after_crash=True)


def _finish(layout: Layout, journal: Journal, *, after_crash: bool) -> Backup:
    backup = Backup(layout.backup, journal.stamp)
    if any(isinstance(step, TakeFromRoot) for step in journal.steps):
        layout.index("root").unlink(missing_ok=True)
    with ExitStack() as stack:
        home, root = (stack.enter_context(Place(layout.place(n))) for n in ("home", "root"))
        stage = stack.enter_context(Stage(layout.all_tmp / journal.stage))
        builder = Builder(home, root, stage, backup, distrusts_stage=after_crash)
        builder.do_all(journal.steps)
        _write_index(layout, journal, home, is_whole=not builder.is_incomplete)
    remove_sealed(layout.journal)
    stage.remove()
    return backup


def _write_index(layout: Layout, journal: Journal, home: Place, *, is_whole: bool) -> None:
    file = layout.index("home")
    if not is_whole:
        file.unlink(missing_ok=True)
        return
    earlier = read_index(file)
    objects = {**(earlier.forest.fresh if earlier else {}), **journal.objects}
    files = dict(earlier.files) if earlier else {}
    for path in journal.gone:
        files.pop(path, None)
    files.update(look_again(home, journal.notes))
    write_index(file, Index(journal.tree, Forest(fresh=objects), files))


def look_again(place: Place, notes: Mapping[Path, Note]) -> dict[Path, Known]:
    """What is known of the files that steps have put or changed.

    A file that shows its own old time beside the stamp of the rename has not been written to
    since; where both are one tick, who knows.
    """
    found = {}
    for path, note in notes.items():
        status = place.look(path)
        if status is not None and status.st_mtime_ns == note.modified:
            is_untouched = (
                status.st_mtime_ns != status.st_ctime_ns
                if note.changed is None
                else status.st_ctime_ns == note.changed
            )
            if is_untouched:
                found[path] = known(status, note.sha256)
    return found
