"""What is done to jars and caches between builds, each with what must hold right after it."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

from listings import Listing, is_below, listing
from worlds import World

from geniejars import (
    Home,
    JarbuildError,
    allocate,
    backup_home,
    cache_folder,
    deallocate,
    end_jar,
    normalize,
    plan_reset,
    reset_home,
    restore_home,
)
from jarbuild.built_home import open_built_home
from jarbuild.cache.prune import prune
from jarbuild.cache.store import Store
from jarbuild.cache.verify import verify
from jarbuild.commands.upkeep import bound_jfiles


def prune_cache(world: World, limit: int) -> None:
    """What is left is sound."""
    with world.using("own"), Store.open(cache_folder(), is_writable=True) as store:
        prune(store, limit, bound_jfiles(world.config, store))

        assert verify(store) == []


def reset(world: World, jar: str, built: Listing, persist: tuple[str, ...]) -> None:
    """The home is what its last build made of it, but for data and for what no copy is left of."""
    home = Home(world.config, jar, _ignore, _ignore)
    with world.using("own"), home.locked("a build"), open_built_home(home) as found:
        contents = found.contents_of(found.diff.changes)
        wanted = plan_reset(found.session, found.diff, contents)
        if wanted.is_needed:
            home.hand_over()
            reset_home(found.session, wanted, contents)
    now = listing(world.home(jar))
    apart = (*persist, *map(os.fsdecode, wanted.lost))
    names = built.entries.keys() | now.entries.keys()
    differ = [n for n in names if built.entries.get(n) != now.entries.get(n)]
    leading = [n for n in differ if any(is_below(p, (n,)) for p in apart)]

    assert [n for n in differ if not is_below(n, apart) and n not in leading] == []


def restore(world: World, jar: str, script: str) -> None:
    """Whatever happened since the backup, the home is as it was."""
    before = listing(world.home(jar))
    archive = backup_home(world.config, jar)
    world.run(jar, script)
    end_jar(world.config, jar)
    restore_home(world.config, jar, archive)
    archive.unlink()

    assert listing(world.home(jar)) == before


def normalized(world: World, jar: str, *, private: bool) -> None:
    """A second time there is nothing to do."""
    normalize(world.config, jar, private=private)

    assert normalize(world.config, jar, private=private) == 0


def by_hand(world: World, jar: str, name: str, text: str) -> None:
    """The manager puts a file into the home, where there is none."""
    with suppress(OSError), Path(world.home(jar), name).open("x") as file:
        file.write(text)


def app_up(world: World, jar: str) -> None:
    """Start what the last build has prepared, if there is a CMD and it is not running."""
    with suppress(JarbuildError):
        Home(world.config, jar, _ignore, _ignore).start_app()


def anew(world: World, number: int) -> None:
    """The jar is given back and taken again: nothing is in it."""
    deallocate(world.config, world.jars[number])
    world.jars[number] = allocate(world.config)

    assert listing(world.home(world.jars[number])) == Listing({}, frozenset())


def _ignore(_: object) -> None:
    """Nobody waits and nothing is noticed."""
