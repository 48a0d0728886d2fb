"""Which user ids jars get: numbers nobody else has, for processes are ended by their id.

An ordinary user's come from the subordinate range that /etc/subuid grants, as they are numbered
inside the zygote's own user namespace. A root manager takes a free block of the machine's ids and
notes it where every other root manager on this machine looks.
"""

from __future__ import annotations

import grp
import json
import os
import pwd
from collections.abc import Iterable, Iterator
from pathlib import Path

from attrs import frozen

from geniejars.accounts import manager_name
from geniejars.errors import MachineError, flaw
from geniejars.folders import make_folder
from geniejars.locks import locked
from geniejars.pool.places import REGISTRY
from geniejars.state import replace_private

FAVOURED = (range(1_879_048_192, 2_147_483_647), range(20_000, 60_000))
"""Above all that systemd hands out; else, where no more than 65,536 ids are mapped (rootless
containers), between the usual accounts and systemd's dynamic users."""

Intervals = Iterable[range]


@frozen
class IdBlock:
    """`first` is None where jars cannot have ids of their own."""

    first: int | None
    count: int


NO_IDS = IdBlock(None, 0)


def ids_for(state_dir: Path, jars: int, registry: Path = REGISTRY) -> IdBlock:
    """Two ids for each jar of the pool in this state folder; raises MachineError."""
    if os.geteuid() == 0:
        return reserve_block(state_dir, 2 * jars, registry)
    return subordinate_block()


def subordinate_block() -> IdBlock:
    """An ordinary user's range, mapped at 1… in the zygote's user namespace."""
    counts = [
        max((len(r) for owner, r in _subordinate(Path(file)) if owner in _own_names()), default=0)
        for file in ("/etc/subuid", "/etc/subgid")
    ]
    return IdBlock(1, min(counts)) if min(counts) > 0 else NO_IDS


def _own_names() -> set[str]:
    return {manager_name(), str(os.getuid())}


def _subordinate(file: Path) -> Iterator[tuple[str, range]]:
    """Owner and ids of each line that is well-formed; the tools skip the others too."""
    try:
        lines = file.read_text("utf-8", "replace").splitlines()
    except OSError:
        return
    for line in lines:
        match line.split(":"):
            case [owner, first, count] if first.isdecimal() and count.isdecimal():
                yield owner, range(int(first), int(first) + int(count))


@frozen
class Census:
    """The machine's ids: which exist here, which somebody has, and which are noted as ours."""

    mapped: tuple[range, ...]
    taken: tuple[range, ...]
    mine: range


def take_census(key: Path, registry: Path = REGISTRY) -> Census:
    """Changes nothing; raises MachineError where the registry is damaged."""
    noted = _noted(registry)
    mine = noted.pop(str(key), range(0))
    return Census(tuple(_mapped()), (*_known_ids(), *noted.values()), mine)


def note_block(key: Path, ids: range | None, registry: Path = REGISTRY) -> None:
    """These ids are taken for what lies at `key`, as long as it exists; None gives them back.

    Raises MachineError where somebody else took one of them meanwhile.
    """
    make_folder(registry.parent, 0o711)
    with locked(registry.with_suffix(".lock")):
        blocks = {at: noted for at, noted in _noted(registry).items() if at != str(key)}
        if ids is not None and any(_overlap(ids, noted) for noted in blocks.values()):
            raise MachineError("other jars have got these ids", help="run the command again")
        _note(registry, blocks if ids is None else {**blocks, str(key): ids})
    if ids is None and not blocks:
        registry.unlink(missing_ok=True)
        registry.with_suffix(".lock").unlink(missing_ok=True)


def _overlap(one: range, other: range) -> bool:
    return max(one.start, other.start) < min(one.stop, other.stop)


def reserve_block(state_dir: Path, count: int, registry: Path = REGISTRY) -> IdBlock:
    """The block noted for this state folder, else a free one, noted from now on."""
    make_folder(registry.parent, 0o711)
    with locked(registry.with_suffix(".lock")):
        noted = {at: ids for at, ids in _noted(registry).items() if Path(at).is_dir()}
        mine = noted.pop(str(state_dir), range(0))
        if len(mine) < count:
            mine = free_block(count, _mapped(), [*_known_ids(), *noted.values()])
        _note(registry, {**noted, str(state_dir): mine})
    return IdBlock(mine.start, len(mine))


def free_block(count: int, mapped: Intervals, taken: Intervals) -> range:
    """The first ids in a favoured place that are mapped and not taken; raises MachineError."""
    occupied = sorted(taken, key=lambda ids: ids.start)
    for favoured in FAVOURED:
        for window in mapped:
            start = max(window.start, favoured.start)
            if found := _gap(start, min(window.stop, favoured.stop), count, occupied):
                return found
    raise MachineError(
        f"no {count} free user ids are left on this machine",
        help="make poolSize smaller, or map more ids into this container",
    )


def _gap(start: int, stop: int, count: int, occupied: Intervals) -> range | None:
    for ids in occupied:
        if ids.start >= start + count:
            break
        start = max(start, ids.stop)
    return range(start, start + count) if start + count <= stop else None


def _mapped() -> list[range]:
    """Ids that exist here both as users and as groups."""
    uids, gids = (_map(Path(f"/proc/self/{kind}_map")) for kind in ("uid", "gid"))
    both = (range(max(u.start, g.start), min(u.stop, g.stop)) for u in uids for g in gids)
    return [ids for ids in both if ids]


def _map(file: Path) -> list[range]:
    rows = (map(int, line.split()) for line in file.read_text("ascii").splitlines())
    return [range(inside, inside + count) for inside, _outside, count in rows]


def _known_ids() -> Iterator[range]:
    """Everybody's: accounts, groups and the ranges granted to users."""
    users = [entry.pw_uid for entry in pwd.getpwall()]
    groups = [entry.gr_gid for entry in grp.getgrall()]
    yield from (range(number, number + 1) for number in (*users, *groups))
    for file in ("/etc/subuid", "/etc/subgid"):
        yield from (ids for _, ids in _subordinate(Path(file)))


def _noted(registry: Path) -> dict[str, range]:
    """By state folder; one that is gone has no jars any more."""
    try:
        blocks = json.loads(registry.read_bytes())
        return {at: range(first, first + count) for at, (first, count) in blocks.items()}
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, TypeError, AttributeError) as error:
        raise MachineError(
            f"{registry} is damaged: {flaw(error)}",
            help="put it back from a backup, or remove it while no jar runs on this machine",
        ) from error


def _note(registry: Path, blocks: dict[str, range]) -> None:
    text = {at: [ids.start, len(ids)] for at, ids in blocks.items()}
    replace_private(registry, json.dumps(text, indent=2) + "\n")
